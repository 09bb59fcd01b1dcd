"""Laws about what goes wrong: what the caller gets to know, and what is tried again."""

from __future__ import annotations

from typing import Final

from wan_mockserver.admin import judges
from wan_mockserver.admin.verdicts import Verdict
from wan_validators.vendor import State

from ..outcome import Kind
from ..run import Mishap, Run, Seen, Trouble
from .law import KEPT, Group, Law, Level, broken
from .lifecycle import GRACE, INTERVALS
from .wires import error_code, error_texts

FINAL: Final = (400, 401, 402, 403, 404, 409, 423, 451)
"""Statuses of a create that will not go away by trying again."""

FINAL_FOR_POLLS: Final = (401, 402, 403)

PASSING: Final = (429, 500, 502, 503, 504)
"""Statuses of a poll that tell nothing about its task."""


def answers(run: Run) -> Verdict | None:
    return None if _is_odd(run) else _ended(run)


def odd_bodies(run: Run) -> Verdict | None:
    return _ended(run) if _is_odd(run) else None


def code_told(run: Run) -> Verdict | None:
    source = _error_answer(run)
    wanted = error_code(source) if source else None
    if source is None or wanted is None or run.outcome is None:
        return None
    if _same_code(run.outcome.code, wanted):
        return KEPT
    return broken(f"the code is {wanted!r}, and {run.outcome.code!r} is reported", [source])


def message_told(run: Run) -> Verdict | None:
    source = _error_answer(run)
    texts = error_texts(source) if source else []
    if source is None or not texts or run.outcome is None:
        return None
    if any(text in (run.outcome.message or "") for text in texts):
        return KEPT
    return broken(f"the answer says {texts[0]!r}, which the report does not", [source])


def status_told(run: Run) -> Verdict | None:
    last = run.creates[-1] if run.creates else None
    if last is None or run.outcome is None or not last.intact or last.entry.status not in FINAL:
        return None
    kind, status = run.outcome.kind, run.outcome.status
    if kind is Kind.REFUSED and status == last.entry.status:
        return KEPT
    told = f"{kind} with status {status}" if kind is Kind.REFUSED else str(kind)
    return broken(f"the create was refused with {last.entry.status}; reported: {told}", [last])


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
        return KEPT if run.outcome and any(map(_tells_nothing, run.followed)) else None
    since = last.at - run.known.at
    if run.setting.deadline - since <= INTERVALS * run.setting.poll_interval + GRACE:
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


def _ended(run: Run) -> Verdict | None:
    if not isinstance(run.ended, Trouble):
        return KEPT
    if run.ended.kind is Mishap.RUNAWAY:
        return None
    return broken(f"{run.ended.kind}: {run.ended.says}", run.seen[-1:])


def _is_odd(run: Run) -> bool:
    """Whether an answer was no JSON where JSON is due, or never came whole.

    Only the last one counts for a call that ended in trouble: that is what it ended on.
    """
    due = [seen for seen in run.seen if seen.entry.action in ("create", "poll")]
    if isinstance(run.ended, Trouble):
        due = due[-1:]
    return any(not seen.intact or seen.json is None for seen in due)


def _error_answer(run: Run) -> Seen | None:
    """The answer that told the client why there is no result."""
    if run.outcome is None:
        return None
    if run.told and run.record and run.record.state is State.FAILED:
        return run.told if run.outcome.kind in (Kind.FAILED, Kind.REFUSED) else None
    last = run.creates[-1] if run.creates else None
    if last and run.outcome.kind is Kind.REFUSED and last.intact and last.entry.status >= 400:
        return last
    return None


def _same_code(reported: str | None, wanted: str | int) -> bool:
    """Codes that go out as numbers have lost their leading zeros, and may get them back."""
    if reported is None:
        return False
    if isinstance(wanted, int):
        return reported.isdecimal() and int(reported) == wanted
    return reported == wanted


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
    return last if _tells_nothing(last) else None


def _tells_nothing(poll: Seen) -> bool:
    return not poll.intact or poll.entry.status in PASSING


LAWS: Final = (
    Law(
        id="answers",
        group=Group.PROTOCOL,
        level=Level.MUST,
        says="Every call ends in time with an outcome that fits the schema.",
        source="wanproof check --schema outcome",
        hint="catch what your HTTP library raises, and report gave_up with the task id",
        judge=answers,
    ),
    Law(
        id="odd-bodies",
        group=Group.FAILURE,
        level=Level.MUST,
        says="An answer that is HTML, empty, cut or lost ends in an outcome, not in a crash.",
        source="gateways and proxies answer for the API: 502 pages, empty bodies, resets",
        hint="check status and Content-Type before parsing, and catch what parsing raises",
        judge=odd_bodies,
    ),
    Law(
        id="code-told",
        group=Group.FAILURE,
        level=Level.MUST,
        says="The vendor's code of a refusal or a failed task reaches the caller.",
        source="S4: the table of codes 001021001 to 001021099; the error codes of the vendor of S0",
        hint="carry the code in your exception, as the string that came",
        judge=code_told,
    ),
    Law(
        id="message-told",
        group=Group.FAILURE,
        level=Level.MUST,
        says="The vendor's message of a refusal or a failed task reaches the caller.",
        source="S2, S4: error.message; the vendor of S0: error.detail, or detail or title",
        hint="put the vendor's own sentence into your message",
        judge=message_told,
    ),
    Law(
        id="status-told",
        group=Group.FAILURE,
        level=Level.MUST,
        says="A refused create is reported as refused, with its HTTP status.",
        source="both vendors' pages of HTTP errors: 400, 401, 402, 403, 404, 429 and others",
        hint="check the status of the create's answer before looking for a task in it",
        judge=status_told,
    ),
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
