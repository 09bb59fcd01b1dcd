"""Laws about the end of a call: what is made of the end of its task, or of never knowing it."""

from __future__ import annotations

from typing import Final

from wan_mockserver.admin.verdicts import Verdict
from wan_validators.vendor import State

from ..protocol.outcome import OutcomeKind
from ..runner.interaction import Interaction
from .law import KEPT, Group, Law, Level, build_violation
from .polling import find_unfinished
from .results import is_good_download
from .retries import FINAL, tells_nothing

ENDS: Final = {State.DONE: OutcomeKind.COMPLETED, State.FAILED: OutcomeKind.FAILED}
"""How a call is reported whose client knows the end of its task."""


def last_poll_counts(run: Interaction) -> Verdict | None:
    if (
        run.final_poll is None
        or run.outcome is None
        or not all(map(is_good_download, run.downloads))
    ):
        return None
    if run.outcome.kind is not OutcomeKind.GAVE_UP or not (run.results or not run.is_task_done):
        return KEPT
    word = run.final_poll.status_word
    says = f"the last poll told that the task is {word}, and the client gave it up"
    return build_violation(says, [run.final_poll])


def task_id_kept(run: Interaction) -> Verdict | None:
    if run.acknowledged_create is None or run.outcome is None:
        return None
    named = run.outcome.task_id
    if named == run.acknowledged_create.entry.task:
        return KEPT
    if named is None and run.outcome.kind is not OutcomeKind.GAVE_UP:
        return None
    given = f"names the task {named!r}" if named else "names no task"
    task = run.acknowledged_create.entry.task
    says = f"the outcome {run.outcome.kind} {given}; create had told {task!r}"
    return build_violation(says, [run.acknowledged_create])


def no_end_made_up(run: Interaction) -> Verdict | None:
    spoken = any(poll.entry.ended and poll.entry.arrived for poll in run.polls)
    if run.outcome is None or not run.creates or spoken or _is_elsewhere(run):
        return None
    if run.outcome.kind not in ENDS.values():
        return KEPT
    says = f"nobody told how the task ends, or whether there is one; reported: {run.outcome.kind}"
    return build_violation(says, run.exchanges[-1:])


def _is_elsewhere(run: Interaction) -> bool:
    """Whether other laws say how such a call ends: it was refused, or its task goes on."""
    last = run.creates[-1]
    refused = last.is_intact and last.entry.status in FINAL
    return (
        refused or find_unfinished(run) is not None or any(map(tells_nothing, run.task_polls[-1:]))
    )


def failed_is_failed(run: Interaction) -> Verdict | None:
    if run.record is None or run.record.state is not State.FAILED or run.outcome is None:
        return None
    if run.outcome.kind in (OutcomeKind.FAILED, OutcomeKind.GAVE_UP):
        return KEPT
    says = f"the task failed, and the call is reported as {run.outcome.kind}"
    return build_violation(says, [run.final_poll] if run.final_poll else [])


def other_words(run: Interaction) -> Verdict | None:
    spoken = [poll for poll in run.task_polls if poll.entry.ended and poll.entry.arrived]
    if run.final_poll or not spoken or run.outcome is None:
        return None
    state = next(each.state for each in run.tasks if each.id == spoken[0].entry.task)
    stopped = run.outcome.kind is not OutcomeKind.GAVE_UP and len(spoken) == 1
    if stopped or run.outcome.kind is ENDS.get(state):
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
        judge=no_end_made_up,
    ),
    Law(
        id="last-poll-counts",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="An end that a poll told is reported as such, however late it came.",
        source="a task that ends in the last interval is paid for all the same",
        hint="look at the answer of a poll before looking at the clock",
        judge=last_poll_counts,
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
        judge=task_id_kept,
    ),
    Law(
        id="failed-is-failed",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="A task that failed is reported as failed.",
        source="S0 to S4: create, then poll until the task is completed or failed",
        hint="tell the states that end a task apart",
        judge=failed_is_failed,
    ),
    Law(
        id="other-words",
        group=Group.LIFECYCLE,
        level=Level.SHOULD,
        statement="The words of the vendor's other page, and capitals, end a task as well.",
        source="the vendor of S0 on its page about asynchronous tasks: queued, running, succeeded",
        hint="compare in lower case, and take succeeded for completed",
        judge=other_words,
    ),
)
