"""Laws about the outcome that a client reports at the end of a call."""

from __future__ import annotations

from typing import Final

from wan_mockserver.assertions.verdict import Verdict
from wan_validators.task import State

from ..protocol.outcome import OutcomeKind
from ..runner.interaction import Interaction, has_recorded_form
from .downloads import is_plain_file
from .law import KEPT, Group, Law, Level, build_violation
from .polling import find_unfinished
from .retries import FINAL_STATUSES, is_uninformative

__all__ = [
    "EXPECTED_KINDS",
    "LAWS",
    "check_failed_is_failed",
    "check_last_poll_counts",
    "check_no_end_made_up",
    "check_other_words",
    "check_recorded_form",
    "check_task_id_kept",
]

EXPECTED_KINDS: Final = {State.DONE: OutcomeKind.COMPLETED, State.FAILED: OutcomeKind.FAILED}
"""The outcome of a call, by the final state of its task."""


def check_last_poll_counts(interaction: Interaction) -> Verdict | None:
    if (
        interaction.final_poll is None
        or interaction.outcome is None
        or not interaction.results
        or not all(map(is_plain_file, interaction.downloads))
    ):
        return None
    if interaction.outcome.kind is not OutcomeKind.GAVE_UP:
        return KEPT
    status = interaction.final_poll.status_word
    message = f"the last poll returned the status {status!r}, but the client reported gave_up"
    return build_violation(message, [interaction.final_poll])


def check_task_id_kept(interaction: Interaction) -> Verdict | None:
    if interaction.outcome is None:
        return None
    reported = interaction.outcome.task_id
    if interaction.acknowledged_create is None:
        if interaction.outcome.kind is not OutcomeKind.SUBMITTED or _is_refused(interaction):
            return None
        message = f"no create returned the task id {reported!r}, but the task is reported submitted"
        return build_violation(message, interaction.creates)
    if reported == interaction.acknowledged_create.entry.task:
        return KEPT
    if reported is None and interaction.outcome.kind is not OutcomeKind.GAVE_UP:
        return None
    given = f"has the task id {reported!r}" if reported else "has no task id"
    task = interaction.acknowledged_create.entry.task
    message = f"the outcome {interaction.outcome.kind} {given}; the create returned {task!r}"
    return build_violation(message, [interaction.acknowledged_create])


def check_no_end_made_up(interaction: Interaction) -> Verdict | None:
    has_final_response = any(poll.entry.ended and poll.entry.arrived for poll in interaction.polls)
    if (
        interaction.outcome is None
        or not interaction.creates
        or has_final_response
        or _is_for_other_laws(interaction)
    ):
        return None
    made_up = [*EXPECTED_KINDS.values(), *([OutcomeKind.REFUSED] if interaction.task_polls else [])]
    if interaction.outcome.kind not in made_up:
        return KEPT
    message = (
        f"no response shows the end of a task, but the client reported {interaction.outcome.kind}"
    )
    return build_violation(message, interaction.exchanges[-1:])


def _is_for_other_laws(interaction: Interaction) -> bool:
    """Returns whether other laws check the call: it was rejected, or its task is unfinished."""
    return (
        _is_refused(interaction)
        or find_unfinished(interaction) is not None
        or any(map(is_uninformative, interaction.task_polls[-1:]))
    )


def _is_refused(interaction: Interaction) -> bool:
    """Returns whether the client knows that its last create made no task."""
    last = interaction.creates[-1] if interaction.creates else None
    return last is not None and last.is_intact and last.entry.status in FINAL_STATUSES


def check_failed_is_failed(interaction: Interaction) -> Verdict | None:
    if (
        interaction.record is None
        or interaction.record.state is not State.FAILED
        or interaction.outcome is None
    ):
        return None
    if interaction.outcome.kind is OutcomeKind.FAILED:
        return KEPT
    message = f"the task failed, but the call is reported as {interaction.outcome.kind}"
    return build_violation(message, [interaction.final_poll] if interaction.final_poll else [])


def check_other_words(interaction: Interaction) -> Verdict | None:
    final_polls = [
        poll for poll in interaction.task_polls if poll.entry.ended and poll.entry.arrived
    ]
    if interaction.final_poll or not final_polls or interaction.outcome is None:
        return None
    if has_recorded_form(final_polls[0]):
        return None
    state = next(each.state for each in interaction.tasks if each.id == final_polls[0].entry.task)
    stopped = interaction.outcome.kind is not OutcomeKind.GAVE_UP and len(final_polls) == 1
    if stopped or interaction.outcome.kind is EXPECTED_KINDS.get(state):
        return KEPT
    status = final_polls[0].status_word
    message = (
        f"the status {status!r} ends the task, but the client polled again or reported gave_up"
    )
    return build_violation(message, final_polls[:2])


def check_recorded_form(interaction: Interaction) -> Verdict | None:
    ends = [
        poll
        for poll in interaction.task_polls
        if poll.entry.ended and poll.entry.arrived and has_recorded_form(poll)
    ]
    if not ends or interaction.client_result is None:
        return None
    state = next(each.state for each in interaction.tasks if each.id == ends[0].entry.task)
    outcome = interaction.outcome
    message = "a response in the form of recorded ones led to"
    if outcome is None:
        return build_violation(f"{message} no outcome", ends[:1])
    if outcome.kind is not EXPECTED_KINDS[state] or (state is State.DONE and not outcome.outputs):
        return build_violation(f"{message} the outcome {outcome.kind}", ends[:1])
    return KEPT


LAWS: Final = (
    Law(
        id="no-end-made-up",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement=(
            "Without a response that ends the task, a call is not reported as completed or failed, "
            "nor as refused once its task was polled."
        ),
        source="a task whose create response was lost, or that cannot be polled any more, can "
        "still have results, which are billed",
        hint=(
            "report gave_up, with the task id if there is one, also after a 401 or 404 to a poll; "
            "do not invent a failure"
        ),
        judge=check_no_end_made_up,
    ),
    Law(
        id="last-poll-counts",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="A task that a poll shows as completed is reported, however late that comes.",
        source="a task that ends in the last interval is billed too",
        hint="check the response of a poll before you check the clock",
        judge=check_last_poll_counts,
    ),
    Law(
        id="task-id-kept",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="An outcome gave_up has the task id, and no outcome has the id of another task.",
        source="results are kept for 24 hours: with its id, a paid task can still be fetched",
        hint="put the task id into the exception that you raise",
        judge=check_task_id_kept,
    ),
    Law(
        id="failed-is-failed",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="A failed task is reported as failed, and as nothing else.",
        source="S0 to S4: create, then poll until the task is completed or failed",
        hint="end with failed, the code and the message when the status is failed",
        judge=check_failed_is_failed,
    ),
    Law(
        id="other-words",
        group=Group.LIFECYCLE,
        level=Level.SHOULD,
        statement=(
            "The status words of the vendor's other page, and words in capitals, also end a task."
        ),
        source="the vendor of S0 on its page about asynchronous tasks: queued, running, succeeded",
        hint="compare in lower case, and treat succeeded as completed",
        judge=check_other_words,
    ),
    Law(
        id="recorded-form",
        group=Group.LIFECYCLE,
        level=Level.SHOULD,
        statement=(
            "A response in the form of recorded ones, with output.url and error beside task_info, "
            "is read like a documented one."
        ),
        source="recorded responses of the vendor of S0, which differ from S0, S1 and S3",
        hint="read output.url if there are no images or videos, and error wherever it is",
        judge=check_recorded_form,
    ),
)
