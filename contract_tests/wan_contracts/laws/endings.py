"""Laws about the end of a call: what is made of the end of its task, or of never knowing it."""

from __future__ import annotations

from typing import Final

from wan_mockserver.admin.verdicts import Verdict
from wan_validators.vendor import State

from ..outcome import Kind
from ..run import Run
from .law import KEPT, Group, Law, Level, broken
from .polling import unfinished
from .results import good
from .retries import FINAL, tells_nothing

ENDS: Final = {State.DONE: Kind.COMPLETED, State.FAILED: Kind.FAILED}
"""How a call is reported whose client knows the end of its task."""


def last_poll_counts(run: Run) -> Verdict | None:
    if run.told is None or run.outcome is None or not all(map(good, run.downloads)):
        return None
    if run.outcome.kind is not Kind.GAVE_UP or not (run.results or not run.done):
        return KEPT
    says = f"the last poll told that the task is {run.told.word}, and the client gave it up"
    return broken(says, [run.told])


def task_id_kept(run: Run) -> Verdict | None:
    if run.known is None or run.outcome is None:
        return None
    named = run.outcome.task_id
    if named == run.known.entry.task:
        return KEPT
    if named is None and run.outcome.kind is not Kind.GAVE_UP:
        return None
    given = f"names the task {named!r}" if named else "names no task"
    says = f"the outcome {run.outcome.kind} {given}; create had told {run.known.entry.task!r}"
    return broken(says, [run.known])


def no_end_made_up(run: Run) -> Verdict | None:
    spoken = any(poll.entry.ended and poll.entry.arrived for poll in run.polls)
    if run.outcome is None or not run.creates or spoken or _is_elsewhere(run):
        return None
    if run.outcome.kind not in ENDS.values():
        return KEPT
    says = f"nobody told how the task ends, or whether there is one; reported: {run.outcome.kind}"
    return broken(says, run.seen[-1:])


def _is_elsewhere(run: Run) -> bool:
    """Whether other laws say how such a call ends: it was refused, or its task goes on."""
    last = run.creates[-1]
    refused = last.intact and last.entry.status in FINAL
    return refused or unfinished(run) is not None or any(map(tells_nothing, run.followed[-1:]))


def failed_is_failed(run: Run) -> Verdict | None:
    if run.record is None or run.record.state is not State.FAILED or run.outcome is None:
        return None
    if run.outcome.kind in (Kind.FAILED, Kind.GAVE_UP):
        return KEPT
    says = f"the task failed, and the call is reported as {run.outcome.kind}"
    return broken(says, [run.told] if run.told else [])


def other_words(run: Run) -> Verdict | None:
    spoken = [poll for poll in run.followed if poll.entry.ended and poll.entry.arrived]
    if run.told or not spoken or run.outcome is None:
        return None
    state = next(each.state for each in run.tasks if each.id == spoken[0].entry.task)
    stopped = run.outcome.kind is not Kind.GAVE_UP and len(spoken) == 1
    if stopped or run.outcome.kind is ENDS.get(state):
        return KEPT
    word = spoken[0].word
    says = f"a task whose status is {word!r} is over, and the client went on or gave it up"
    return broken(says, spoken[:2])


LAWS: Final = (
    Law(
        id="no-end-made-up",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        says="A call whose end nobody told is reported as neither completed nor failed.",
        source="a create whose answer is lost, and a task that may no longer be polled, can still "
        "make results, which are billed",
        hint="report gave_up, with the task id if there is one; failed is what the vendor says",
        judge=no_end_made_up,
    ),
    Law(
        id="last-poll-counts",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        says="An end that a poll told is reported as such, however late it came.",
        source="a task that ends in the last interval is paid for all the same",
        hint="look at the answer of a poll before looking at the clock",
        judge=last_poll_counts,
    ),
    Law(
        id="task-id-kept",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        says="A client that gives up says which task it gave up, and no outcome names another.",
        source="results stay for 24 hours: with its id a paid task can still be fetched",
        hint="put the task id into the error that you raise",
        judge=task_id_kept,
    ),
    Law(
        id="failed-is-failed",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        says="A task that failed is reported as failed.",
        source="S0 to S4: create, then poll until the task is completed or failed",
        hint="tell the states that end a task apart",
        judge=failed_is_failed,
    ),
    Law(
        id="other-words",
        group=Group.LIFECYCLE,
        level=Level.SHOULD,
        says="The words of the vendor's other page, and capitals, end a task as well.",
        source="the vendor of S0 on its page about asynchronous tasks: queued, running, succeeded",
        hint="compare in lower case, and take succeeded for completed",
        judge=other_words,
    ),
)
