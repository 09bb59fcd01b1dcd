"""Laws about what a call costs, and about how the API is treated."""

from __future__ import annotations

from typing import Final

from wan_mockserver.assertions.verdict import Verdict
from wan_mockserver.state.tasks import TaskRecord
from wan_validators.messages.formatting import format_seconds, format_usd

from ..runner.interaction import Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation
from .polling import is_late
from .retries import is_redirect

MIN_INTERVAL_RATIO: Final = 0.75
"""The part of the recommended interval that polls of a task lie apart at least, on average."""

MIN_REQUESTS: Final = 3
"""Requests from which on it shows whether a connection is used again."""


def check_one_charge(interaction: Interaction) -> Verdict | None:
    billed = _find_billed_tasks(interaction)
    if len(billed) <= 1:
        return KEPT if interaction.creates else None
    made = {record.entry for record in billed}
    shown = [seen for seen in interaction.creates if seen.entry.number in made]
    first = shown[0].entry
    why = f"; the first answer: {first.delivery or first.step or first.status}" if shown else ""
    return build_violation(f"one call made {len(billed)} tasks, and each is billed{why}", shown)


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
    says = f"{format_usd(interaction.ledger.total_usd)} were billed, and {interaction.outcome.spent_usd:f} are reported"
    return build_violation(says, [interaction.final_poll] if interaction.final_poll else [])


def check_poll_rate(interaction: Interaction) -> Verdict | None:
    polls = [poll for poll in interaction.task_polls if not is_redirect(poll)]
    if len(polls) < MIN_REQUESTS:
        return None
    mean = (polls[-1].at - polls[0].at) / (len(polls) - 1)
    if mean >= MIN_INTERVAL_RATIO * interaction.setting.poll_interval:
        return KEPT
    says = f"{len(polls)} polls of one task came {format_seconds(mean)} apart on average"
    wanted = format_seconds(interaction.setting.poll_interval)
    return build_violation(f"{says}; {wanted} are recommended", polls[:MIN_REQUESTS])


def check_polls_per_task(interaction: Interaction) -> Verdict | None:
    if not interaction.task_polls:
        return None
    most = (
        int(1.5 * interaction.setting.deadline / interaction.setting.poll_interval) + MIN_REQUESTS
    )
    polls = [
        poll
        for poll in interaction.task_polls
        if interaction.acknowledged_create
        and not is_late(interaction, poll, interaction.acknowledged_create.at)
    ]
    if len(polls) <= most:
        return KEPT
    says = f"the task was polled {len(polls)} times; its deadline has room for {most}"
    return build_violation(says, polls[-1:])


def check_connections_reused(interaction: Interaction) -> Verdict | None:
    peers = [seen.peer for seen in interaction.exchanges]
    if (
        len(peers) < MIN_REQUESTS
        or not all(peers)
        or not all(map(_is_undisturbed, interaction.exchanges))
    ):
        return None
    if len(set(peers)) < len(peers):
        return KEPT
    return build_violation(
        f"each of {len(peers)} requests came on a connection of its own",
        interaction.exchanges[:MIN_REQUESTS],
    )


def _find_billed_tasks(interaction: Interaction) -> list[TaskRecord]:
    """The tasks that cost something, now or when they end."""
    return [record for record in interaction.tasks if record.failure is None]


def _is_undisturbed(seen: ObservedExchange) -> bool:
    """Whether nothing about the exchange is a reason to connect anew."""
    return seen.is_success and seen.response.delivery.is_plain


LAWS: Final = (
    Law(
        id="one-charge",
        group=Group.MONEY,
        level=Level.MUST,
        statement="One call makes at most one task that is billed.",
        source="Comfy-Org/ComfyUI pull 16204: 426 billed resubmissions in seven days, by retried "
        "creates; no vendor documents an idempotency key",
        hint="never repeat a create that may have arrived: a reset, a time-out and a 5xx leave "
        "that open; only a 429 made no task for certain",
        judge=check_one_charge,
    ),
    Law(
        id="price-told",
        group=Group.MONEY,
        level=Level.MUST,
        statement="What the client says it has spent is what the ledger says.",
        source="S2, S4: usage.cost, a decimal string in USD",
        hint="read usage.cost as a decimal; say nothing where the answer has no price",
        judge=check_price_told,
    ),
    Law(
        id="poll-rate",
        group=Group.MANNERS,
        level=Level.SHOULD,
        statement="Polls of a task are as far apart as is recommended.",
        source="the upstream: every 10 s for images, 15 s for videos; 20 queries a second in all",
        hint="sleep between two polls, after a failed one as well",
        judge=check_poll_rate,
    ),
    Law(
        id="polls-per-task",
        group=Group.MANNERS,
        level=Level.SHOULD,
        statement="A task is polled no more often than its deadline has room for.",
        source="the upstream's recommendation: every 10 s for images, 15 s for videos",
        hint="do not shorten the interval as the deadline comes near",
        judge=check_polls_per_task,
    ),
    Law(
        id="connections-reused",
        group=Group.MANNERS,
        level=Level.SHOULD,
        statement="Requests share connections where nothing went wrong with them.",
        source="each new connection costs the vendor and the caller a TLS handshake",
        hint="keep one session or pool for a client's life, and read bodies to their end",
        judge=check_connections_reused,
    ),
)
