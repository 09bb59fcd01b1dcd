"""Laws about members that a client adds to a payload."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from wan_mockserver.assertions.verdict import Verdict
from wan_validators.constraints.basic import Json

from ..runner.interaction import Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation
from .response_bodies import find_default, find_payloads, is_foreign
from .sending import format_value

__all__ = ["LAWS", "check_no_own_defaults", "check_nothing_added"]


def check_no_own_defaults(interaction: Interaction) -> Verdict | None:
    if not interaction.case.lint_report.valid:
        return None
    for exchange, pointer, value in _iter_added(interaction):
        if _is_own_default(interaction, pointer, value):
            default = find_default(interaction.case.spec, pointer)
            return build_violation(
                f"{pointer} was added as {format_value(value)}; the caller omits it, and its "
                f"documented default is {format_value(default)}",
                [exchange],
            )
    return KEPT if interaction.creates else None


def check_nothing_added(interaction: Interaction) -> Verdict | None:
    if not interaction.case.lint_report.valid:
        return None
    for exchange, pointer, value in _iter_added(interaction):
        if not _is_own_default(interaction, pointer, value):
            return build_violation(
                f"{pointer} was added; the caller did not ask for {format_value(value)}",
                [exchange],
            )
    return KEPT if interaction.creates else None


def _is_own_default(interaction: Interaction, pointer: str, value: Json) -> bool:
    """Returns whether *value* takes the place of another, documented default."""
    default = find_default(interaction.case.spec, pointer)
    return default is not None and (type(value), value) != (type(default), default)


def _iter_added(interaction: Interaction) -> Iterator[tuple[ObservedExchange, str, Any]]:
    """Yields each member that a create has and the payload lacks; not those without effect."""
    for exchange in interaction.creates:
        pair = find_payloads(interaction, exchange)
        if pair is None or is_foreign(interaction, exchange):
            continue
        for pointer, value in _find_added_members(*pair):
            if pointer.removeprefix("/") not in interaction.case.spec.vendor.tolerated:
                yield exchange, pointer, value


def _find_added_members(asked: Json, sent: Json, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yields each member of *sent* that *asked* lacks, at any depth; no object as a whole."""
    if isinstance(sent, dict):
        known = asked if isinstance(asked, dict) else {}
        for name, value in sent.items():
            if name in known or isinstance(value, dict):
                yield from _find_added_members(known.get(name), value, f"{pointer}/{name}")
            else:
                yield f"{pointer}/{name}", value
    elif isinstance(asked, list) and isinstance(sent, list):
        for index, (one, other) in enumerate(zip(asked, sent, strict=False)):
            yield from _find_added_members(one, other, f"{pointer}/{index}")


LAWS: Final = (
    Law(
        id="no-own-defaults",
        group=Group.SENDING,
        level=Level.MUST,
        statement=(
            "A client does not replace the documented default of a member that the caller omits."
        ),
        source="S0 to S4: the defaults; with n, size, resolution and duration the price changes",
        hint="omit each member that the caller omits, so that the documented default applies",
        judge=check_no_own_defaults,
    ),
    Law(
        id="nothing-added",
        group=Group.SENDING,
        level=Level.SHOULD,
        statement="A client sends no member that the caller did not ask for.",
        source="S0 to S4: each member has a documented default; another default can cost more",
        hint="omit each member that the caller omits, so that the documented defaults apply",
        judge=check_nothing_added,
    ),
)
