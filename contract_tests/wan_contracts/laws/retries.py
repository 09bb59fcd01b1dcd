"""Laws about retries: what a client repeats, and when."""

from __future__ import annotations

from typing import Final

from wan_mockserver.assertions import checks
from wan_mockserver.assertions.verdict import Verdict
from wan_validators.messages.formatting import format_count
from wan_validators.task import State

from ..protocol.outcome import OutcomeKind
from ..runner.interaction import Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation
from .poll_urls import is_redirect
from .polling import is_far_from_deadline

__all__ = [
    "FINAL_POLL_STATUSES",
    "FINAL_STATUSES",
    "LAWS",
    "TASK_GOES_ON",
    "TRANSIENT_STATUSES",
    "check_followed_further",
    "check_missing_at_first",
    "check_no_retry_refused",
    "check_retry_after",
    "check_task_followed",
    "is_uninformative",
]

FINAL_STATUSES: Final = (400, 401, 402, 403, 404, 409, 423, 451)
"""Statuses of a create that a retry does not change."""

FINAL_POLL_STATUSES: Final = (401, 402, 403)
"""Statuses of a poll that a retry does not change."""

TRANSIENT_STATUSES: Final = (429, 500, 502, 503, 504)
"""Statuses of a poll that give no information about its task."""


def check_no_retry_refused(interaction: Interaction) -> Verdict | None:
    refused = _find_first(interaction.creates, FINAL_STATUSES)
    again = _find_later(interaction.creates, refused)
    if refused and again:
        message = (
            f"the create was sent again after a {refused.entry.status} response, which is final"
        )
        return build_violation(message, [refused, *again])
    failed_tasks = {record.id for record in interaction.tasks if record.state is State.FAILED}
    failed = next(
        (
            poll
            for poll in interaction.polls
            if poll.entry.task in failed_tasks and interaction.is_final_poll(poll)
        ),
        None,
    )
    again = _find_later(interaction.creates, failed)
    if failed and again:
        message = "the create was sent again after the task failed"
        return build_violation(message, [failed, *again])
    stopped = _find_first(interaction.task_polls, FINAL_POLL_STATUSES)
    later = _find_later(interaction.task_polls, stopped)
    if stopped and later:
        message = (
            f"the task was polled again after a {stopped.entry.status} response, which is final"
        )
        return build_violation(message, [stopped, *later[:2]])
    return KEPT if refused or failed or stopped else None


def check_retry_after(interaction: Interaction) -> Verdict | None:
    waits = [
        exchange
        for exchange in interaction.exchanges
        if "retry-after" in exchange.entry.answer.headers
    ]
    return checks.retry_after_obeyed(interaction.entries) if waits else None


def check_task_followed(interaction: Interaction) -> Verdict | None:
    last = _find_abandoned_poll(interaction)
    if last is None or _can_be_fetched(interaction):
        return _keep_if_failed_polls(interaction)
    message = "polling stopped at a response without a task status"
    return build_violation(f"{message} ({_describe(last)}): a paid task is lost", [last])


def check_followed_further(interaction: Interaction) -> Verdict | None:
    if interaction.outcome is None:
        return None
    last = _find_abandoned_poll(interaction)
    if last is None or not _can_be_fetched(interaction):
        return _keep_if_failed_polls(interaction)
    message = "polling stopped at a response without a task status"
    return build_violation(
        f"{message} ({_describe(last)}); the caller has the task id, and must poll on", [last]
    )


def _find_abandoned_poll(interaction: Interaction) -> ObservedExchange | None:
    """Returns the last poll if its response is uninformative, long before the deadline."""
    last = _find_failed_last_poll(interaction)
    if last is None or interaction.acknowledged_create is None:
        return None
    return last if is_far_from_deadline(interaction, last) else None


def _can_be_fetched(interaction: Interaction) -> bool:
    """Returns whether the caller learns that the end is open, and the id of the task."""
    outcome, create = interaction.outcome, interaction.acknowledged_create
    return (
        outcome is not None
        and create is not None
        and outcome.kind is OutcomeKind.GAVE_UP
        and outcome.task_id == create.entry.task
    )


def _keep_if_failed_polls(interaction: Interaction) -> Verdict | None:
    is_judged = not interaction.has_failed and any(map(is_uninformative, interaction.task_polls))
    return KEPT if is_judged else None


def _describe(poll: ObservedExchange) -> str:
    return poll.entry.delivery or str(poll.entry.status)


def check_missing_at_first(interaction: Interaction) -> Verdict | None:
    early = [poll.entry.status for poll in interaction.task_polls[:2]]
    exists = len(interaction.tasks) == 1
    if not early or early[0] != 404 or not exists:
        return None
    if any(poll.entry.status != 404 for poll in interaction.task_polls):
        return KEPT
    last = interaction.task_polls[-1]
    if len(interaction.task_polls) > 2:
        return KEPT
    responses = format_count(len(interaction.task_polls), "response")
    message = f"the client stopped polling a new task after {responses} with status 404"
    return build_violation(message, [last])


def _find_later(
    several: tuple[ObservedExchange, ...], one: ObservedExchange | None
) -> list[ObservedExchange]:
    """Returns the exchanges of *several* with a higher number than *one*."""
    return [each for each in several if one and each.entry.number > one.entry.number]


def _find_first(
    several: tuple[ObservedExchange, ...], statuses: tuple[int, ...]
) -> ObservedExchange | None:
    return next(
        (each for each in several if each.is_intact and each.entry.status in statuses), None
    )


def _find_failed_last_poll(interaction: Interaction) -> ObservedExchange | None:
    """Returns the last poll if its response is uninformative, else None."""
    if interaction.has_failed or not interaction.task_polls:
        return None
    last = interaction.task_polls[-1]
    return last if is_uninformative(last) else None


def is_uninformative(poll: ObservedExchange) -> bool:
    """Returns whether the response does not show the state of the task."""
    lost = not poll.is_intact or poll.json is None or poll.entry.status in TRANSIENT_STATUSES
    return lost or is_redirect(poll)


TASK_GOES_ON: Final = "the task continues and is billed, whatever happens to a poll"

LAWS: Final = (
    Law(
        id="no-retry-refused",
        group=Group.FAILURE,
        level=Level.MUST,
        statement="A request with a permanent error and a failed task are not retried.",
        source="400, 401, 402, 403, 404, 409, 423, 451 and moderation: a retry ends the same",
        hint="retry only a list of transient statuses, never every status that is not 200",
        judge=check_no_retry_refused,
    ),
    Law(
        id="retry-after",
        group=Group.FAILURE,
        level=Level.MUST,
        statement="No request is repeated before its Retry-After time is over, in either form.",
        source="RFC 9110, 10.2.3: seconds, or an HTTP date",
        hint="parse both forms, and wait at least that long",
        judge=check_retry_after,
    ),
    Law(
        id="task-followed",
        group=Group.FAILURE,
        level=Level.MUST,
        statement=(
            "A 429, a 5xx or a lost response to a poll does not end the call, unless its caller "
            "gets the outcome gave_up with the task id."
        ),
        source=TASK_GOES_ON,
        hint="ignore a failed poll, and poll again until the deadline",
        judge=check_task_followed,
    ),
    Law(
        id="followed-further",
        group=Group.FAILURE,
        level=Level.SHOULD,
        statement="A client polls on itself after a 429, a 5xx or a lost response to a poll.",
        source=TASK_GOES_ON,
        hint="ignore a failed poll, and poll again until the deadline; do not leave it to callers",
        judge=check_followed_further,
    ),
    Law(
        id="missing-at-first",
        group=Group.FAILURE,
        level=Level.SHOULD,
        statement="A client polls again if a new task is not found at first.",
        source="an assumption: a store behind a gateway can be late; it costs one or two polls",
        hint="accept 404 for the first polls, and poll again",
        judge=check_missing_at_first,
    ),
)
