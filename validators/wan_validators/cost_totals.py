"""Adds up the costs of payloads by model, and compares them with a maximum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .cost import Cost, format_range_usd
from .messages.formatting import format_count, format_usd
from .outputs import Price

__all__ = ["CostTotals", "format_cost_lines"]

_UNKNOWN_MODEL = "unknown model"


def format_cost_lines(place: str, cost: Cost, errors: int = 0) -> Iterator[str]:
    """Yields the estimate of the payload at *place*, and its notes."""
    yield f"{place}: {cost.model or _UNKNOWN_MODEL}: {cost}"
    yield from (f"  note: {note}" for note in cost.notes)
    if errors and cost.model:
        problem = format_count(errors, "error")
        yield f"  note: it has {problem}, so the vendor should refuse it; wanproof lint shows why"


@dataclass(slots=True)
class _Total:
    """The costs of some payloads; *unknown* of them have no known cost."""

    payloads: int = 0
    unknown: int = 0
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    price: Price | None = None

    def add(self, cost: Cost) -> None:
        self.payloads += 1
        if cost.low is None or cost.high is None:
            self.unknown += 1
        else:
            self.low += cost.low
            self.high += cost.high
        self.price = cost.price

    def merge(self, other: _Total) -> None:
        self.payloads += other.payloads
        self.unknown += other.unknown
        self.low += other.low
        self.high += other.high
        self.price = other.price

    def __str__(self) -> str:
        known = format_range_usd(self.low, self.high)
        costs = [known] if self.unknown < self.payloads else []
        if self.unknown:
            costs.append(f"{self.unknown} of unknown cost" if costs else "unknown cost")
        return f"{format_count(self.payloads, 'payload')}: {' and '.join(costs)}"

    def as_dict(self) -> dict[str, Any]:
        is_known = self.unknown < self.payloads
        return {
            "payloads": self.payloads,
            "low_usd": f"{self.low:f}" if is_known else None,
            "high_usd": f"{self.high:f}" if is_known else None,
            "unknown": self.unknown,
        }


@dataclass(slots=True, kw_only=True)
class CostTotals:
    """The costs of all payloads of a run.

    *prices* replaces the shipped prices. The sum of the high ends must not exceed *limit*.
    Unless *allow_unknown* is true, a limit also forbids payloads of unknown cost.
    """

    prices: Mapping[str, Price] | None = None
    limit: Decimal | None = None
    allow_unknown: bool = False
    total: _Total = field(default_factory=_Total)
    models: dict[str, _Total] = field(default_factory=dict)

    def merge(self, other: CostTotals) -> None:
        """Adds the costs of *other*, the next part of the same run."""
        self.total.merge(other.total)
        for model, total in other.models.items():
            self.models.setdefault(model, _Total()).merge(total)

    def add(self, cost: Cost) -> None:
        self.total.add(cost)
        self.models.setdefault(cost.model or _UNKNOWN_MODEL, _Total()).add(cost)

    def find_problems(self) -> list[str]:
        """Returns why the limit is not kept, or nothing."""
        if self.limit is None:
            return []
        problems = []
        if self.total.high > self.limit:
            excess = format_usd(self.total.high - self.limit)
            problems.append(
                f"the payloads can cost {format_usd(self.total.high)}, which is {excess} more "
                f"than --max-cost {self.limit:f}"
            )
        if self.total.unknown and not self.allow_unknown:
            problems.append(
                f"{format_count(self.total.unknown, 'payload')} of unknown cost cannot be "
                "compared with --max-cost; correct the payload, give its price with --prices, "
                "or pass --allow-unknown-cost"
            )
        return problems

    def lines(self) -> Iterator[str]:
        """Yields the total, and the total and the price of each model."""
        if not self.models:
            return
        yield f"total: {self.total}"
        for model, total in sorted(self.models.items()):
            yield f"  {model}: {total}"
            if total.price:
                yield f"    {_format_price(total.price)}"

    def as_dict(self) -> dict[str, Any]:
        models = ({"model": name, **self.models[name].as_dict()} for name in sorted(self.models))
        return {
            **self.total.as_dict(),
            "models": list(models),
            "max_usd": None if self.limit is None else f"{self.limit:f}",
            "problems": self.find_problems(),
        }


def _format_price(price: Price) -> str:
    usd = ", ".join(_format_units(price.usd.items()))
    origin = ", ".join(filter(None, (price.source, price.on, f"confidence: {price.confidence}")))
    return f"price: {usd} ({origin})"


def _format_units(prices: Iterable[tuple[str, Decimal]]) -> Iterator[str]:
    for unit, usd in prices:
        yield f"{format_usd(usd)} {'an image' if unit == 'image' else f'a second at {unit}'}"
