"""Estimates the cost of a payload from its members and a price list.

Both ends of an estimate are for a request whose whole output succeeds. They differ where the
model decides: the images of an interleaved output, or a duration without a documented default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from .catalog import find
from .constraints.basic import Anything, Between, JsonType, OneOf
from .constraints.items import may_be_video
from .messages.formatting import format_bounds, format_last_name, format_usd, pluralize
from .outputs import Images, Price, Videos, find_tier
from .source.json_pointer import MISSING, parse, value
from .spec import ModelSpec, Severity
from .wrappers import unwrap_all

__all__ = ["Cost", "estimate_cost", "format_range_usd"]

Prices = Mapping[str, Price]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The estimated cost of one payload, in USD.

    *low* and *high* are None if they are not known, and *unknown* then says why. If only *high*
    is, *low* is the part that is known. *units* is
    the output in words. *notes* name the defaults that cost more than the least. *price* is
    the price that was used, None if the list has none.
    """

    model: str | None
    units: str
    low: Decimal | None = None
    high: Decimal | None = None
    unknown: str | None = None
    notes: tuple[str, ...] = ()
    price: Price | None = None

    @property
    def is_known(self) -> bool:
        return self.high is not None

    def __str__(self) -> str:
        """Formats the estimate: ``1 to 5 images: 0.03 to 0.15 USD``."""
        usd = f"unknown cost: {self.unknown}"
        if self.low is not None and self.high is not None:
            usd = format_range_usd(self.low, self.high)
        elif self.low is not None:
            usd = f"at least {format_usd(self.low)}: {self.unknown}"
        return f"{self.units}: {usd}" if self.units else usd

    def as_dict(self) -> dict[str, Any]:
        """Returns the estimate as a JSON object; amounts are decimal strings or null."""
        price = self.price
        return {
            "units": self.units,
            "low_usd": None if self.low is None else f"{self.low:f}",
            "high_usd": None if self.high is None else f"{self.high:f}",
            "unknown": self.unknown,
            "notes": list(self.notes),
            "price": price
            and {
                "usd": {unit: f"{usd:f}" for unit, usd in price.usd.items()},
                "source": price.source,
                "on": price.on,
                "confidence": price.confidence,
            },
        }


def format_range_usd(low: Decimal, high: Decimal) -> str:
    """Formats two amounts: ``0.03 to 0.15 USD``, or one amount if they are equal."""
    return format_usd(high) if low == high else f"{low:f} to {format_usd(high)}"


def estimate_cost(
    model: str | None, payload: Any, findings: Sequence[Any] = (), prices: Prices | None = None
) -> Cost:
    """Estimates what *payload* costs, for example before it is sent.

    *payload* may be in its wrappers. The notices among its *findings* become notes. *prices*
    replaces the shipped price list. A cost is unknown, never 0, if no price is known, or if a
    member that decides on it is not valid.
    """
    spec = find(model)
    if spec is None:
        return Cost(model=None, units="", unknown="the model is not known")
    payload = unwrap_all(spec, payload)[0]
    if type(payload) is not dict:
        return Cost(model=spec.id, units="", unknown="the payload is not a JSON object")
    price = spec.outputs.price if prices is None else prices.get(spec.price_id)
    if isinstance(spec.outputs, Images):
        return _estimate_images(spec, spec.outputs, payload, findings, price)
    return _estimate_video(spec, spec.outputs, payload, price)


def _estimate_images(
    spec: ModelSpec,
    outputs: Images,
    payload: Any,
    findings: Sequence[Any],
    price: Price | None,
) -> Cost:
    limit, low = outputs.count, None
    if outputs.interleave and spec.value(payload, outputs.interleave) is True:
        assert outputs.max_images
        limit, low = outputs.max_images, 1
    if outputs.sequential and spec.value(payload, outputs.sequential) is True:
        low = 1
    flags = [flag for flag in (outputs.interleave, outputs.sequential) if flag]
    invalid = [each for each in (*flags, limit) if not _find_values(spec, payload, each)]
    if invalid:
        return Cost(model=spec.id, units="", unknown=_describe_invalid(invalid[0]), price=price)
    counts = _find_values(spec, payload, limit)
    bounds = (low or min(counts), max(counts))
    units = f"{format_bounds(*bounds)} {pluralize('image', bounds[1])}"
    notes = tuple(
        finding.message
        for finding in findings
        if finding.severity is Severity.INFO
        and isinstance(finding.row.constraint, Anything)
        and finding.rule.endswith("-default")
    )
    usd = price.usd.get("image") if price else None
    if usd is None:
        unknown = f"no price is known for an image of {spec.id}"
        return Cost(model=spec.id, units=units, unknown=unknown, notes=notes, price=price)
    low_usd, high_usd = bounds[0] * usd, bounds[1] * usd
    return Cost(model=spec.id, units=units, low=low_usd, high=high_usd, notes=notes, price=price)


def _estimate_video(spec: ModelSpec, outputs: Videos, payload: Any, price: Price | None) -> Cost:
    tiers = [find_tier(each) for each in _find_values(spec, payload, outputs.resolution)]
    lengths = _find_values(spec, payload, outputs.duration)
    if outputs.whole and lengths == [0]:
        lengths = [*outputs.whole]
    if not (tiers and lengths):
        invalid = _describe_invalid(outputs.duration if tiers else outputs.resolution)
        return Cost(model=spec.id, units="", unknown=invalid, price=price)
    seconds = f"{format_bounds(lengths[0], lengths[-1])} {pluralize('second', lengths[-1])}"
    units = f"{seconds} of video at {' or '.join(tiers)}"
    usd = [price.usd.get(tier) if price else None for tier in tiers]
    known = [each for each in usd if each is not None]
    if len(known) < len(usd):
        tier = tiers[usd.index(None)]
        unknown = f"no price is known for a second at {tier} of {spec.id}"
        return Cost(model=spec.id, units=units, unknown=unknown, price=price)
    assert price
    has_more = outputs.billed_inputs and _count_input_videos(payload, outputs.billed_inputs)
    return Cost(
        model=spec.id,
        units=units,
        low=min(known) * lengths[0],
        high=None if has_more else max(known) * lengths[-1],
        unknown=_INPUT_SECONDS if has_more else None,
        notes=tuple(_describe_defaults(outputs, payload, price, tiers, lengths)),
        price=price,
    )


_INPUT_SECONDS: Final = (
    "the seconds of input videos are billed, too, and the payload does not tell them"
)


def _count_input_videos(payload: Any, pointer: str) -> int:
    items = value(payload, parse(pointer))
    return sum(map(may_be_video, items)) if type(items) is list else 0


def _describe_defaults(
    outputs: Videos, payload: Any, price: Price, tiers: Sequence[str], lengths: Sequence[int]
) -> Iterator[str]:
    """Yields what the absent members of a video can cost more than the least."""
    for pointer, unit, values in (
        (outputs.resolution, "", tiers),
        (outputs.duration, " seconds", lengths),
    ):
        if len(values) > 1:
            yield (
                f"{format_last_name(pointer)} is left out, and no default is documented: "
                f"{' or '.join(map(str, values))}{unit}"
            )
    if len(tiers) == 1 and value(payload, parse(outputs.resolution)) in (MISSING, None):
        usd = price.usd[tiers[0]]
        tier, least = min(price.usd.items(), key=lambda each: each[1])
        if least < usd:
            yield (
                f"{format_last_name(outputs.resolution)} is left out, and the default {tiers[0]} "
                f"costs {format_usd(usd)} a second; {tier} costs {format_usd(least)}"
            )


def _find_values(spec: ModelSpec, payload: Any, pointer: str) -> list[Any]:
    """Returns the values that the member at *pointer* can have, in ascending order.

    This is its valid value, or its documented default, or else all that is allowed. The list
    is empty if the value is not valid.
    """
    path = parse(pointer)
    parents = [value(payload, path[:depth]) for depth in range(len(path))]
    rules = [rule for rule in spec.rules if rule.pointer == pointer]
    limits = [rule.constraint for rule in rules if isinstance(rule.constraint, _DECIDING)]
    if any(each is not MISSING and type(each) is not dict for each in parents):
        return []
    if value(payload, path) is None and not any(rule.nullable for rule in rules):
        return []
    found = spec.value(payload, pointer)
    if found is MISSING:
        return [each for limit in limits for each in _list_allowed(limit)]
    is_valid = all(limit.applies_to(found) and limit.is_satisfied(found) for limit in limits)
    return [found] if is_valid else []


_DECIDING: Final = (Between, OneOf, JsonType)
"""The constraints of the members that decide on a cost."""


def _list_allowed(limit: Any) -> Sequence[Any]:
    return range(limit.low, limit.high + 1) if isinstance(limit, Between) else limit.values


def _describe_invalid(pointer: str) -> str:
    return f"{format_last_name(pointer)} is not valid, and it decides on the cost"
