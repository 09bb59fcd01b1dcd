"""Laws about the errors that a client reports to its caller."""

from __future__ import annotations

from typing import Final

from wan_mockserver.assertions.verdict import Verdict
from wan_validators.task import State
from wan_validators.task_bodies import find_task_id

from ..protocol.outcome import OutcomeKind
from ..runner.interaction import (
    ClientError,
    ClientErrorKind,
    Interaction,
    ObservedExchange,
    has_recorded_form,
)
from .law import KEPT, Group, Law, Level, build_violation
from .polling import check_deadline
from .response_bodies import find_error_code, find_error_texts
from .retries import FINAL_STATUSES

__all__ = [
    "LAWS",
    "check_accepted_not_refused",
    "check_answers",
    "check_code_told",
    "check_message_told",
    "check_odd_bodies",
    "check_status_told",
]


def check_answers(interaction: Interaction) -> Verdict | None:
    if _is_runaway(interaction):
        verdict = check_deadline(interaction)
        # The law deadline names the fault if it came too late, this one in all other cases.
        return None if verdict is not None and not verdict.passed else _check_ending(interaction)
    return None if _has_unreadable_response(interaction) else _check_ending(interaction)


def check_odd_bodies(interaction: Interaction) -> Verdict | None:
    if _is_runaway(interaction) or not _has_unreadable_response(interaction):
        return None
    return _check_ending(interaction)


def check_code_told(interaction: Interaction) -> Verdict | None:
    error_exchange = _find_error_response(interaction)
    wanted = find_error_code(interaction, error_exchange) if error_exchange else None
    if error_exchange is None or wanted is None or interaction.outcome is None:
        return None
    if _is_same_code(interaction.outcome.code, wanted):
        return KEPT
    return build_violation(
        f"the vendor's error code is {wanted!r}, but the outcome has {interaction.outcome.code!r}",
        [error_exchange],
    )


def check_message_told(interaction: Interaction) -> Verdict | None:
    error_exchange = _find_error_response(interaction)
    texts = find_error_texts(error_exchange) if error_exchange else []
    if error_exchange is None or not texts or interaction.outcome is None:
        return None
    if any(text in (interaction.outcome.message or "") for text in texts):
        return KEPT
    return build_violation(
        f"the outcome's message does not contain the vendor's error message {texts[0]!r}",
        [error_exchange],
    )


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
    is_failed_task = kind is OutcomeKind.FAILED and find_task_id(last.json) is not None
    if is_failed_task or (kind is OutcomeKind.REFUSED and status == last.entry.status):
        return KEPT
    reported = f"{kind} with status {status}" if kind is OutcomeKind.REFUSED else str(kind)
    return build_violation(
        f"the server rejected the create with status {last.entry.status}; reported: {reported}",
        [last],
    )


def check_accepted_not_refused(interaction: Interaction) -> Verdict | None:
    last = interaction.creates[-1] if interaction.creates else None
    if last is None or interaction.outcome is None or not last.is_success:
        return None
    if interaction.task_polls or interaction.outcome.kind is not OutcomeKind.REFUSED:
        return KEPT
    return build_violation(
        f"the server accepted the create with status {last.entry.status}, but the client reported "
        f"{interaction.outcome.kind}: a paid task is lost",
        [last],
    )


def _check_ending(interaction: Interaction) -> Verdict | None:
    if not isinstance(interaction.client_result, ClientError):
        return KEPT if interaction.outcome else None
    if any(map(has_recorded_form, interaction.polls)):
        return None
    return build_violation(
        f"{interaction.client_result.kind}: {interaction.client_result.message}",
        interaction.exchanges[-1:],
    )


def _is_runaway(interaction: Interaction) -> bool:
    result = interaction.client_result
    return isinstance(result, ClientError) and result.kind is ClientErrorKind.RUNAWAY


def _has_unreadable_response(interaction: Interaction) -> bool:
    """Returns whether a response that must be JSON was not JSON or was incomplete.

    If the client failed, only the last response counts, because the client failed on it.
    """
    due = [
        exchange
        for exchange in interaction.exchanges
        if exchange.entry.action in ("create", "poll")
    ]
    if isinstance(interaction.client_result, ClientError):
        due = due[-1:]
    return any(not exchange.is_intact or exchange.json is None for exchange in due)


def _find_error_response(interaction: Interaction) -> ObservedExchange | None:
    """Returns the response that contains the reason for a missing result."""
    if interaction.outcome is None:
        return None
    reports_error = interaction.outcome.kind in (OutcomeKind.FAILED, OutcomeKind.REFUSED)
    if interaction.final_poll and interaction.record and interaction.record.state is State.FAILED:
        return interaction.final_poll if reports_error else None
    last = interaction.creates[-1] if interaction.creates else None
    if last and reports_error and last.is_intact and last.entry.status >= 400:
        return last
    return None


def _is_same_code(reported: str | None, wanted: str | int) -> bool:
    """Returns whether the *reported* code is the *wanted* one.

    A code that the server sent as a number has no leading zeros. A client may add them.
    """
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
        statement="Every call ends in time with an outcome that matches the schema.",
        source="wanproof check --schema outcome",
        hint="catch the exceptions of your HTTP library, and report gave_up with the task id",
        judge=check_answers,
    ),
    Law(
        id="odd-bodies",
        group=Group.FAILURE,
        level=Level.MUST,
        statement=(
            "A response that is HTML, empty, truncated or lost leads to an outcome, not to a crash."
        ),
        source="gateways and proxies answer instead of the API: 502 pages, empty bodies, resets",
        hint="check the status and Content-Type before you parse a body, and catch parser errors",
        judge=check_odd_bodies,
    ),
    Law(
        id="code-told",
        group=Group.FAILURE,
        level=Level.MUST,
        statement=(
            "The outcome has the vendor's error code of a rejected request or a failed task."
        ),
        source="S4: the table of codes 001021001 to 001021099; the error codes of the vendor of S0",
        hint="keep the code in your exception, as the string that the vendor sent",
        judge=check_code_told,
    ),
    Law(
        id="message-told",
        group=Group.FAILURE,
        level=Level.MUST,
        statement=(
            "The outcome has the vendor's error message of a rejected request or a failed task."
        ),
        source="S2, S4: error.message; the vendor of S0: error.detail, or detail or title",
        hint="include the vendor's message unchanged in your own",
        judge=check_message_told,
    ),
    Law(
        id="status-told",
        group=Group.FAILURE,
        level=Level.MUST,
        statement=(
            "A rejected create is reported as refused, with its status, or as a failed task."
        ),
        source="both vendors' pages about HTTP errors: 400, 401, 402, 403, 404, 429 and others",
        hint="check the status of the create response before you read a task from it",
        judge=check_status_told,
    ),
    Law(
        id="accepted-not-refused",
        group=Group.FAILURE,
        level=Level.MUST,
        statement="A create with a 2xx response is not reported as refused.",
        source="S0, S1, S3: 200 and 202 mean that the task exists; it is billed",
        hint="treat every 2xx as success, not 200 alone; report gave_up if its body is unreadable",
        judge=check_accepted_not_refused,
    ),
)
