"""Laws about the end of a call: what is made of the end of its task, or of never knowing it."""

from __future__ import annotations

from typing import Final

from wan_mockserver.assertions.verdict import Verdict
from wan_validators.vendor import State

from ..protocol.outcome import OutcomeKind
from ..runner.interaction import Interaction
from .law import KEPT, Group, Law, Level, build_violation
from .polling import find_unfinished
from .results import is_good_download
from .retries import FINAL_STATUSES, is_uninformative

EXPECTED_KINDS: Final = {State.DONE: OutcomeKind.COMPLETED, State.FAILED: OutcomeKind.FAILED}
"""How a call is reported whose client knows the end of its task."""


def check_last_poll_counts(interaction: Interaction) -> Verdict | None:
    if (
        interaction.final_poll is None
        or interaction.outcome is None
        or not all(map(is_good_download, interaction.downloads))
    ):
        return None
    if interaction.outcome.kind is not OutcomeKind.GAVE_UP or not (
        interaction.results or not interaction.is_task_done
    ):
        return KEPT
    word = interaction.final_poll.status_word
    says = f"the last poll told that the task is {word}, and the client gave it up"
    return build_violation(says, [interaction.final_poll])


def check_task_id_kept(interaction: Interaction) -> Verdict | None:
    if interaction.acknowledged_create is None or interaction.outcome is None:
        return None
    named = interaction.outcome.task_id
    if named == interaction.acknowledged_create.entry.task:
        return KEPT
    if named is None and interaction.outcome.kind is not OutcomeKind.GAVE_UP:
        return None
    given = f"names the task {named!r}" if named else "names no task"
    task = interaction.acknowledged_create.entry.task
    says = f"the outcome {interaction.outcome.kind} {given}; create had told {task!r}"
    return build_violation(says, [interaction.acknowledged_create])


def check_no_end_made_up(interaction: Interaction) -> Verdict | None:
    spoken = any(poll.entry.ended and poll.entry.arrived for poll in interaction.polls)
    if (
        interaction.outcome is None
        or not interaction.creates
        or spoken
        or _is_judged_elsewhere(interaction)
    ):
        return None
    if interaction.outcome.kind not in EXPECTED_KINDS.values():
        return KEPT
    says = f"nobody told how the task ends, or whether there is one; reported: {interaction.outcome.kind}"
    return build_violation(says, interaction.exchanges[-1:])


def _is_judged_elsewhere(interaction: Interaction) -> bool:
    """Whether other laws say how such a call ends: it was refused, or its task goes on."""
    last = interaction.creates[-1]
    refused = last.is_intact and last.entry.status in FINAL_STATUSES
    return (
        refused
        or find_unfinished(interaction) is not None
        or any(map(is_uninformative, interaction.task_polls[-1:]))
    )


def check_failed_is_failed(interaction: Interaction) -> Verdict | None:
    if (
        interaction.record is None
        or interaction.record.state is not State.FAILED
        or interaction.outcome is None
    ):
        return None
    if interaction.outcome.kind in (OutcomeKind.FAILED, OutcomeKind.GAVE_UP):
        return KEPT
    says = f"the task failed, and the call is reported as {interaction.outcome.kind}"
    return build_violation(says, [interaction.final_poll] if interaction.final_poll else [])


def check_other_words(interaction: Interaction) -> Verdict | None:
    spoken = [poll for poll in interaction.task_polls if poll.entry.ended and poll.entry.arrived]
    if interaction.final_poll or not spoken or interaction.outcome is None:
        return None
    state = next(each.state for each in interaction.tasks if each.id == spoken[0].entry.task)
    stopped = interaction.outcome.kind is not OutcomeKind.GAVE_UP and len(spoken) == 1
    if stopped or interaction.outcome.kind is EXPECTED_KINDS.get(state):
        return KEPT
    word = spoken[0].status_word
    says = f"a task whose status is {word!r} is over, and the client went on or gave it up"
    return build_violation(says, spoken[:2])


LAWS: Final = (
    Law(
        id="no-end-made-up",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="A call whose end nobody told is reported as neither completed nor failed.",
        source="a create whose answer is lost, and a task that may no longer be polled, can still "
        "make results, which are billed",
        hint="report gave_up, with the task id if there is one; failed is what the vendor says",
        judge=check_no_end_made_up,
    ),
    Law(
        id="last-poll-counts",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="An end that a poll told is reported as such, however late it came.",
        source="a task that ends in the last interval is paid for all the same",
        hint="look at the answer of a poll before looking at the clock",
        judge=check_last_poll_counts,
    ),
    Law(
        id="task-id-kept",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement=(
            "A client that gives up says which task it gave up, and no outcome names another."
        ),
        source="results stay for 24 hours: with its id a paid task can still be fetched",
        hint="put the task id into the error that you raise",
        judge=check_task_id_kept,
    ),
    Law(
        id="failed-is-failed",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="A task that failed is reported as failed.",
        source="S0 to S4: create, then poll until the task is completed or failed",
        hint="tell the states that end a task apart",
        judge=check_failed_is_failed,
    ),
    Law(
        id="other-words",
        group=Group.LIFECYCLE,
        level=Level.SHOULD,
        statement="The words of the vendor's other page, and capitals, end a task as well.",
        source="the vendor of S0 on its page about asynchronous tasks: queued, running, succeeded",
        hint="compare in lower case, and take succeeded for completed",
        judge=check_other_words,
    ),
)
