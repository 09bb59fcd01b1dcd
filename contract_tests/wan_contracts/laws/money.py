"""Laws about the price of a call, and about the load on the API."""

from __future__ import annotations

from typing import Final

from wan_mockserver.assertions.verdict import Verdict
from wan_mockserver.state.tasks import TaskRecord
from wan_validators.messages.formatting import format_seconds, format_usd

from ..runner.interaction import Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation
from .poll_urls import is_redirect
from .polling import is_late

__all__ = [
    "LAST_POLLS",
    "LAWS",
    "MIN_INTERVAL_RATIO",
    "MIN_REQUESTS",
    "check_connections_reused",
    "check_one_charge",
    "check_poll_rate",
    "check_polls_per_task",
    "check_price_told",
]

MIN_INTERVAL_RATIO: Final = 0.75
"""The smallest allowed ratio of the average poll interval to the recommended one."""

MIN_REQUESTS: Final = 3
"""The fewest requests that show a poll rate or the reuse of connections."""

SERVER_ERROR: Final = 500
"""The first status of a server's error."""

LAST_POLLS: Final = 6
"""The polls at the end of a call that show whether a client polls faster near its deadline."""


def check_one_charge(interaction: Interaction) -> Verdict | None:
    billed = _find_billed_tasks(interaction)
    if len(billed) <= 1:
        return KEPT if interaction.creates else None
    create_numbers = {record.entry for record in billed}
    shown = [
        exchange for exchange in interaction.creates if exchange.entry.number in create_numbers
    ]
    first = shown[0].entry
    why = f"; the first response: {first.delivery or first.step or first.status}" if shown else ""
    return build_violation(f"one call created {len(billed)} billed tasks{why}", shown)


def check_price_told(interaction: Interaction) -> Verdict | None:
    if (
        interaction.outcome is None
        or interaction.outcome.spent_usd is None
        or interaction.ledger.unknown_prices
    ):
        return None
    if len(_find_billed_tasks(interaction)) > 1:
        return None
    if interaction.outcome.spent_usd == interaction.ledger.total_usd:
        return KEPT
    message = (
        f"the task costs {format_usd(interaction.ledger.total_usd)}, but the outcome has "
        f"spent_usd {interaction.outcome.spent_usd:f}"
    )
    return build_violation(message, [interaction.final_poll] if interaction.final_poll else [])


def check_poll_rate(interaction: Interaction) -> Verdict | None:
    polls = _find_own_polls(interaction)
    if len(polls) < MIN_REQUESTS:
        return None
    recommended = interaction.setting.poll_interval
    for chosen, where in ((polls, ""), (polls[-LAST_POLLS:], " at the end")):
        mean = (chosen[-1].at - chosen[0].at) / (len(chosen) - 1)
        if mean < MIN_INTERVAL_RATIO * recommended:
            message = f"{len(chosen)} polls of one task{where} were {format_seconds(mean)} apart"
            return build_violation(
                f"{message} on average; recommended: {format_seconds(recommended)}",
                chosen[-MIN_REQUESTS:],
            )
    return KEPT


def check_polls_per_task(interaction: Interaction) -> Verdict | None:
    if not interaction.task_polls:
        return None
    max_polls = (
        int(1.5 * interaction.setting.deadline / interaction.setting.poll_interval) + MIN_REQUESTS
    )
    polls = [
        poll
        for poll in interaction.task_polls
        if interaction.acknowledged_create
        and not is_late(interaction, poll, interaction.acknowledged_create.at)
    ]
    if len(polls) <= max_polls:
        return KEPT
    message = f"the task was polled {len(polls)} times; at most {max_polls} polls fit its deadline"
    return build_violation(message, polls[-1:])


def check_connections_reused(interaction: Interaction) -> Verdict | None:
    peers = [exchange.peer for exchange in interaction.exchanges]
    if (
        len(peers) < MIN_REQUESTS
        or not all(peers)
        or not all(map(_is_undisturbed, interaction.exchanges))
    ):
        return None
    if len(set(peers)) < len(peers):
        return KEPT
    return build_violation(
        f"each of {len(peers)} requests used a new connection",
        interaction.exchanges[:MIN_REQUESTS],
    )


def _find_own_polls(interaction: Interaction) -> list[ObservedExchange]:
    """Returns the polls of a client's own pace: first ones, and those after a usual response.

    An HTTP library repeats a request by itself after a reset or a redirect, and many after a 5xx.
    """
    polls = interaction.task_polls
    return [
        poll
        for earlier, poll in zip((None, *polls), polls, strict=False)
        if earlier is None or not _may_repeat_itself(earlier)
    ]


def _may_repeat_itself(poll: ObservedExchange) -> bool:
    """Returns whether a library can repeat *poll* at once, without its client."""
    return not poll.is_intact or poll.entry.status >= SERVER_ERROR or is_redirect(poll)


def _find_billed_tasks(interaction: Interaction) -> list[TaskRecord]:
    """Returns the tasks that are billed, now or when they end."""
    return [record for record in interaction.tasks if record.failure is None]


def _is_undisturbed(exchange: ObservedExchange) -> bool:
    """Returns whether the exchange gives no reason for a new connection."""
    return exchange.is_success and exchange.response.delivery.is_plain


LAWS: Final = (
    Law(
        id="one-charge",
        group=Group.MONEY,
        level=Level.MUST,
        statement="One call creates at most one billed task.",
        source="Comfy-Org/ComfyUI pull 16204: 426 billed resubmissions in seven days, by retried "
        "creates; no vendor documents an idempotency key",
        hint="do not repeat a create that may have reached the server: after a reset, a timeout "
        "or a 5xx a task can exist; only a 429 creates none",
        judge=check_one_charge,
    ),
    Law(
        id="price-told",
        group=Group.MONEY,
        level=Level.MUST,
        statement="A price that the client reports is the price in the mock's ledger.",
        source="S2, S4: usage.cost, a decimal string in USD",
        hint="read usage.cost as a decimal; report no price if the response has none",
        judge=check_price_told,
    ),
    Law(
        id="poll-rate",
        group=Group.MANNERS,
        level=Level.SHOULD,
        statement="A client polls a task no faster than recommended.",
        source="the upstream: every 10 s for images, 15 s for videos; 20 queries a second in all",
        hint="wait for the poll interval between two polls, also near the deadline",
        judge=check_poll_rate,
    ),
    Law(
        id="polls-per-task",
        group=Group.MANNERS,
        level=Level.SHOULD,
        statement="A task is not polled more often than fits its deadline.",
        source="the upstream's recommendation: every 10 s for images, 15 s for videos",
        hint="do not shorten the poll interval near the deadline",
        judge=check_polls_per_task,
    ),
    Law(
        id="connections-reused",
        group=Group.MANNERS,
        level=Level.SHOULD,
        statement="Requests share connections while no request fails.",
        source="each new connection costs the vendor and the caller a TLS handshake",
        hint="keep one session or pool for the life of the client, and read bodies to their end",
        judge=check_connections_reused,
    ),
)
