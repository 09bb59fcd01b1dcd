"""Laws about what is tried again, and what is not."""

from __future__ import annotations

from typing import Final

from wan_mockserver.admin import judges
from wan_mockserver.admin.verdicts import Verdict
from wan_validators.vendor import State

from ..run import Run, Seen
from .law import KEPT, Group, Law, Level, broken
from .polling import far_from_deadline

FINAL: Final = (400, 401, 402, 403, 404, 409, 423, 451)
"""Statuses of a create that will not go away by trying again."""

FINAL_FOR_POLLS: Final = (401, 402, 403)

PASSING: Final = (429, 500, 502, 503, 504)
"""Statuses of a poll that tell nothing about its task."""


def no_retry_refused(run: Run) -> Verdict | None:
    refused = _first(run.creates, FINAL)
    again = _after(run.creates, refused)
    if refused and again:
        says = f"create was sent again after it had been refused with {refused.entry.status}"
        return broken(says, [refused, *again])
    lost = {record.id for record in run.tasks if record.state is State.FAILED}
    failed = next((poll for poll in run.polls if poll.entry.task in lost and run.ends(poll)), None)
    again = _after(run.creates, failed)
    if failed and again:
        return broken("create was sent again after the task had failed", [failed, *again])
    stopped = _first(run.followed, FINAL_FOR_POLLS)
    later = _after(run.followed, stopped)
    if stopped and later:
        says = f"a poll was sent again after one had been refused with {stopped.entry.status}"
        return broken(says, [stopped, *later[:2]])
    return KEPT if refused or failed or stopped else None


def retry_after(run: Run) -> Verdict | None:
    told = [seen for seen in run.seen if "retry-after" in seen.entry.answer.headers]
    return judges.retry_after_obeyed(run.entries) if told else None


def task_followed(run: Run) -> Verdict | None:
    last = _troubled(run)
    if last is None or run.known is None:
        return KEPT if run.outcome and any(map(tells_nothing, run.followed)) else None
    if not far_from_deadline(run, last):
        return KEPT
    what = last.entry.delivery or str(last.entry.status)
    says = f"a task that is paid for was lost: polling stopped at a bad answer ({what})"
    return broken(says, [last])


def missing_at_first(run: Run) -> Verdict | None:
    early = [poll.entry.status for poll in run.followed[:2]]
    exists = len(run.tasks) == 1
    if not early or early[0] != 404 or not exists:
        return None
    if any(poll.entry.status != 404 for poll in run.followed):
        return KEPT
    last = run.followed[-1]
    if len(run.followed) > 2:
        return KEPT
    says = f"the task was not found {len(run.followed)} times, and taken for lost"
    return broken(says, [last])


def _after(several: tuple[Seen, ...], one: Seen | None) -> list[Seen]:
    """Those of *several* that came later than *one*, at the same time or not."""
    return [each for each in several if one and each.entry.number > one.entry.number]


def _first(several: tuple[Seen, ...], statuses: tuple[int, ...]) -> Seen | None:
    return next((each for each in several if each.intact and each.entry.status in statuses), None)


def _troubled(run: Run) -> Seen | None:
    """The last poll, if it told nothing about the task and the next one may."""
    if run.outcome is None or not run.followed:
        return None
    last = run.followed[-1]
    return last if tells_nothing(last) else None


def tells_nothing(poll: Seen) -> bool:
    """Whether the answer says nothing of its task: an error that passes, or no JSON at all."""
    lost = not poll.intact or poll.json is None or poll.entry.status in PASSING
    return lost or redirected(poll)


def redirected(seen: Seen) -> bool:
    """Whether the answer only says where else to ask."""
    return seen.entry.status // 100 == 3


LAWS: Final = (
    Law(
        id="no-retry-refused",
        group=Group.FAILURE,
        level=Level.MUST,
        says="What is refused for good, or has failed, is not tried again.",
        source="400, 401, 402, 403, 404, 409, 423, 451 and moderation: the next try ends the same",
        hint="retry by a list of passing statuses, never by 'not 200'",
        judge=no_retry_refused,
    ),
    Law(
        id="retry-after",
        group=Group.FAILURE,
        level=Level.MUST,
        says="Nothing is repeated before the time of a Retry-After is over, in either form.",
        source="RFC 9110, 10.2.3: seconds, or an HTTP date",
        hint="parse both forms, and wait at least that long",
        judge=retry_after,
    ),
    Law(
        id="task-followed",
        group=Group.FAILURE,
        level=Level.MUST,
        says="A 429, a 5xx or a lost answer to a poll does not end the call.",
        source="the task goes on and is billed, whatever becomes of a poll",
        hint="take a bad poll for no poll, and go on until the deadline",
        judge=task_followed,
    ),
    Law(
        id="missing-at-first",
        group=Group.FAILURE,
        level=Level.SHOULD,
        says="A task that is not found right after its create is asked for again.",
        source="stores behind a gateway can lag behind; a guess, which costs a poll or two",
        hint="tolerate 404 for the first polls",
        judge=missing_at_first,
    ),
)
