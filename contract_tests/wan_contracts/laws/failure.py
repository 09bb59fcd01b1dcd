"""Laws about what the caller gets to know when something goes wrong."""

from __future__ import annotations

from typing import Final

from wan_mockserver.assertions.verdict import Verdict
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
from .response_bodies import find_error_code, find_error_texts
from .retries import FINAL_STATUSES


def check_answers(interaction: Interaction) -> Verdict | None:
    return None if _has_unreadable_response(interaction) else _check_ending(interaction)


def check_odd_bodies(interaction: Interaction) -> Verdict | None:
    return _check_ending(interaction) if _has_unreadable_response(interaction) else None


def check_code_told(interaction: Interaction) -> Verdict | None:
    source = _find_error_response(interaction)
    wanted = find_error_code(source) if source else None
    if source is None or wanted is None or interaction.outcome is None:
        return None
    if _is_same_code(interaction.outcome.code, wanted):
        return KEPT
    return build_violation(
        f"the code is {wanted!r}, and {interaction.outcome.code!r} is reported", [source]
    )


def check_message_told(interaction: Interaction) -> Verdict | None:
    source = _find_error_response(interaction)
    texts = find_error_texts(source) if source else []
    if source is None or not texts or interaction.outcome is None:
        return None
    if any(text in (interaction.outcome.message or "") for text in texts):
        return KEPT
    return build_violation(f"the answer says {texts[0]!r}, which the report does not", [source])


def check_status_told(interaction: Interaction) -> Verdict | None:
    last = interaction.creates[-1] if interaction.creates else None
    if (
        last is None
        or interaction.outcome is None
        or not last.is_intact
        or last.entry.status not in FINAL_STATUSES
    ):
        return None
    kind, status = interaction.outcome.kind, interaction.outcome.status
    enveloped = kind is OutcomeKind.FAILED and "id" in find_task_object(last.json)
    if enveloped or (kind is OutcomeKind.REFUSED and status == last.entry.status):
        return KEPT
    told = f"{kind} with status {status}" if kind is OutcomeKind.REFUSED else str(kind)
    return build_violation(
        f"the create was refused with {last.entry.status}; reported: {told}", [last]
    )


def _check_ending(interaction: Interaction) -> Verdict | None:
    if not isinstance(interaction.client_result, ClientError):
        return KEPT
    if interaction.client_result.kind is ClientErrorKind.RUNAWAY:
        return None
    return build_violation(
        f"{interaction.client_result.kind}: {interaction.client_result.message}",
        interaction.exchanges[-1:],
    )


def _has_unreadable_response(interaction: Interaction) -> bool:
    """Whether an answer was no JSON where JSON is due, or never came whole.

    Only the last one counts for a call that ended in trouble: that is what it ended on.
    """
    due = [seen for seen in interaction.exchanges if seen.entry.action in ("create", "poll")]
    if isinstance(interaction.client_result, ClientError):
        due = due[-1:]
    return any(not seen.is_intact or seen.json is None for seen in due)


def _find_error_response(interaction: Interaction) -> ObservedExchange | None:
    """The answer that told the client why there is no result."""
    if interaction.outcome is None:
        return None
    said = interaction.outcome.kind in (OutcomeKind.FAILED, OutcomeKind.REFUSED)
    if interaction.final_poll and interaction.record and interaction.record.state is State.FAILED:
        return interaction.final_poll if said else None
    last = interaction.creates[-1] if interaction.creates else None
    if last and said and last.is_intact and last.entry.status >= 400:
        return last
    return None


def _is_same_code(reported: str | None, wanted: str | int) -> bool:
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
        judge=check_answers,
    ),
    Law(
        id="odd-bodies",
        group=Group.FAILURE,
        level=Level.MUST,
        statement="An answer that is HTML, empty, cut or lost ends in an outcome, not in a crash.",
        source="gateways and proxies answer for the API: 502 pages, empty bodies, resets",
        hint="check status and Content-Type before parsing, and catch what parsing raises",
        judge=check_odd_bodies,
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
