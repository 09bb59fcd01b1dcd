"""Laws about what the caller gets to know when something goes wrong."""

from __future__ import annotations

from typing import Final

from wan_mockserver.admin.verdicts import Verdict
from wan_validators.vendor import State

from ..outcome import Kind
from ..run import Mishap, Run, Seen, Trouble, described
from .law import KEPT, Group, Law, Level, broken
from .retries import FINAL
from .wires import error_code, error_texts


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
    enveloped = kind is Kind.FAILED and "id" in described(last.json)
    if enveloped or (kind is Kind.REFUSED and status == last.entry.status):
        return KEPT
    told = f"{kind} with status {status}" if kind is Kind.REFUSED else str(kind)
    return broken(f"the create was refused with {last.entry.status}; reported: {told}", [last])


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
    said = run.outcome.kind in (Kind.FAILED, Kind.REFUSED)
    if run.told and run.record and run.record.state is State.FAILED:
        return run.told if said else None
    last = run.creates[-1] if run.creates else None
    if last and said and last.intact and last.entry.status >= 400:
        return last
    return None


def _same_code(reported: str | None, wanted: str | int) -> bool:
    """Codes that go out as numbers have lost their leading zeros, and may get them back."""
    if reported is None:
        return False
    if isinstance(wanted, int):
        return reported.isdecimal() and int(reported) == wanted
    return reported == wanted


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
        says="A refused create is reported as refused, with its status, or as a task that failed.",
        source="both vendors' pages of HTTP errors: 400, 401, 402, 403, 404, 429 and others",
        hint="check the status of the create's answer before looking for a task in it",
        judge=status_told,
    ),
)
