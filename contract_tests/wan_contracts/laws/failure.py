"""Laws about what the caller gets to know when something goes wrong."""

from __future__ import annotations

from typing import Final

from wan_mockserver.admin.verdicts import Verdict
from wan_validators.vendor import State

from ..protocol.outcome import OutcomeKind
from ..runner.interaction import (
    ClientError,
    ClientErrorKind,
    Interaction,
    ObservedExchange,
    find_task_object,
)
from .law import KEPT, Group, Law, Level, build_violation
from .retries import FINAL
from .wires import error_code, error_texts


def answers(run: Interaction) -> Verdict | None:
    return None if _is_odd(run) else _check_ending(run)


def odd_bodies(run: Interaction) -> Verdict | None:
    return _check_ending(run) if _is_odd(run) else None


def check_code_told(run: Interaction) -> Verdict | None:
    source = _error_answer(run)
    wanted = error_code(source) if source else None
    if source is None or wanted is None or run.outcome is None:
        return None
    if _same_code(run.outcome.code, wanted):
        return KEPT
    return build_violation(
        f"the code is {wanted!r}, and {run.outcome.code!r} is reported", [source]
    )


def check_message_told(run: Interaction) -> Verdict | None:
    source = _error_answer(run)
    texts = error_texts(source) if source else []
    if source is None or not texts or run.outcome is None:
        return None
    if any(text in (run.outcome.message or "") for text in texts):
        return KEPT
    return build_violation(f"the answer says {texts[0]!r}, which the report does not", [source])


def check_status_told(run: Interaction) -> Verdict | None:
    last = run.creates[-1] if run.creates else None
    if last is None or run.outcome is None or not last.is_intact or last.entry.status not in FINAL:
        return None
    kind, status = run.outcome.kind, run.outcome.status
    enveloped = kind is OutcomeKind.FAILED and "id" in find_task_object(last.json)
    if enveloped or (kind is OutcomeKind.REFUSED and status == last.entry.status):
        return KEPT
    told = f"{kind} with status {status}" if kind is OutcomeKind.REFUSED else str(kind)
    return build_violation(
        f"the create was refused with {last.entry.status}; reported: {told}", [last]
    )


def _check_ending(run: Interaction) -> Verdict | None:
    if not isinstance(run.client_result, ClientError):
        return KEPT
    if run.client_result.kind is ClientErrorKind.RUNAWAY:
        return None
    return build_violation(
        f"{run.client_result.kind}: {run.client_result.message}", run.exchanges[-1:]
    )


def _is_odd(run: Interaction) -> bool:
    """Whether an answer was no JSON where JSON is due, or never came whole.

    Only the last one counts for a call that ended in trouble: that is what it ended on.
    """
    due = [seen for seen in run.exchanges if seen.entry.action in ("create", "poll")]
    if isinstance(run.client_result, ClientError):
        due = due[-1:]
    return any(not seen.is_intact or seen.json is None for seen in due)


def _error_answer(run: Interaction) -> ObservedExchange | None:
    """The answer that told the client why there is no result."""
    if run.outcome is None:
        return None
    said = run.outcome.kind in (OutcomeKind.FAILED, OutcomeKind.REFUSED)
    if run.final_poll and run.record and run.record.state is State.FAILED:
        return run.final_poll if said else None
    last = run.creates[-1] if run.creates else None
    if last and said and last.is_intact and last.entry.status >= 400:
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
        statement="Every call ends in time with an outcome that fits the schema.",
        source="wanproof check --schema outcome",
        hint="catch what your HTTP library raises, and report gave_up with the task id",
        judge=answers,
    ),
    Law(
        id="odd-bodies",
        group=Group.FAILURE,
        level=Level.MUST,
        statement="An answer that is HTML, empty, cut or lost ends in an outcome, not in a crash.",
        source="gateways and proxies answer for the API: 502 pages, empty bodies, resets",
        hint="check status and Content-Type before parsing, and catch what parsing raises",
        judge=odd_bodies,
    ),
    Law(
        id="code-told",
        group=Group.FAILURE,
        level=Level.MUST,
        statement="The vendor's code of a refusal or a failed task reaches the caller.",
        source="S4: the table of codes 001021001 to 001021099; the error codes of the vendor of S0",
        hint="carry the code in your exception, as the string that came",
        judge=check_code_told,
    ),
    Law(
        id="message-told",
        group=Group.FAILURE,
        level=Level.MUST,
        statement="The vendor's message of a refusal or a failed task reaches the caller.",
        source="S2, S4: error.message; the vendor of S0: error.detail, or detail or title",
        hint="put the vendor's own sentence into your message",
        judge=check_message_told,
    ),
    Law(
        id="status-told",
        group=Group.FAILURE,
        level=Level.MUST,
        statement=(
            "A refused create is reported as refused, with its status, or as a task that failed."
        ),
        source="both vendors' pages of HTTP errors: 400, 401, 402, 403, 404, 429 and others",
        hint="check the status of the create's answer before looking for a task in it",
        judge=check_status_told,
    ),
)
