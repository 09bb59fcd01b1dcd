"""Accounts for responses that a client may not have received in time.

On a busy machine the server can answer after the client gave up. Nobody can tell from outside
whether a late response was received: the time-out can expire in the client before it reads what
has arrived, and some clients wait longer than they were asked to. So a law is broken only if it
is broken whether or not each late response was received.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Final

from wan_mockserver.assertions.verdict import Verdict

from .interaction import Interaction, ObservedExchange
from .recording_proxy import RecordedExchange

__all__ = ["LATE_SHARE", "MAX_LATE", "is_late", "judge_late_responses"]

LATE_SHARE: Final = 0.5
"""The share of a time-out after which a response is late.

The server does not see the whole time: connecting, sending the request, and reading.
"""

MAX_LATE: Final = 4
"""The most late responses of a call of which all combinations are judged."""

LOST_DELIVERY: Final = "it came too late"

Verdicts = dict[str, Verdict]


def is_late(recorded: RecordedExchange, timeout: float) -> bool:
    """Returns whether a client with this *timeout* may have given up before the response.

    In process no real time counts: there a transport reports what the client did not receive.
    """
    return bool(recorded.request.peer) and recorded.elapsed > LATE_SHARE * timeout


def judge_late_responses(
    interaction: Interaction, judge: Callable[[Interaction], Verdicts]
) -> Verdicts:
    """Returns the verdicts of *judge*; a law is broken only if late responses do not matter."""
    verdicts = judge(interaction)
    late = [each for each in interaction.exchanges if each.is_late and each.is_intact]
    if not late or all(verdict.passed for verdict in verdicts.values()):
        return verdicts
    if len(late) > MAX_LATE:
        return {law: verdict for law, verdict in verdicts.items() if verdict.passed}
    for other in _iter_readings(interaction, late):
        verdicts = _keep_unrefuted(verdicts, judge(other))
    return verdicts


def _iter_readings(interaction: Interaction, late: list[ObservedExchange]) -> Iterator[Interaction]:
    """Yields *interaction* with some of the *late* responses lost, in each combination."""
    for lost in product((False, True), repeat=len(late)):
        numbers = {each.entry.number for each, is_lost in zip(late, lost, strict=True) if is_lost}
        if numbers:
            exchanges = tuple(
                _mark_lost(each) if each.entry.number in numbers else each
                for each in interaction.exchanges
            )
            yield replace(interaction, exchanges=exchanges)


def _mark_lost(exchange: ObservedExchange) -> ObservedExchange:
    return replace(exchange, entry=replace(exchange.entry, arrived=False, delivery=LOST_DELIVERY))


def _keep_unrefuted(verdicts: Verdicts, others: Mapping[str, Verdict]) -> Verdicts:
    """Returns *verdicts*, but a failed one only if *others* has a failed one too."""
    kept = {}
    for law, verdict in verdicts.items():
        other = verdict if verdict.passed else others.get(law)
        if other is not None:
            kept[law] = other if other.passed else verdict
    return kept
