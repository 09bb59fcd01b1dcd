"""What things cost: the tables' prices, or those of a file of the user's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from wan_validators.catalog import catalog
from wan_validators.nearest import nearest
from wan_validators.outputs import TIERS, Images, Price
from wan_validators.spec import ModelSpec

Prices = Mapping[str, Price]
"""Prices by model."""

MEMBERS: Final = ("usd", "source", "on", "confidence")


class BadPrices(ValueError):
    """A price list that cannot be used; the message says where and why."""


def shipped() -> Prices:
    """The prices of the models' tables."""
    return {spec.id: spec.outputs.price for spec in catalog()}


def read(file: Path) -> Prices:
    """The shipped prices with those of *file* in their places.

    The file is TOML, one table a model: ``["MODEL"]`` with ``usd = {image = "0.03"}``, or
    with a member for each tier of a video's second, and, as they are shown beside the price,
    ``source``, ``on`` and ``confidence``. Raises BadPrices for anything else, and OSError.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadPrices(f"{file} is no TOML: {error}") from error
    known = {spec.id: spec for spec in catalog()}
    made = dict(shipped())
    for model, table in tables.items():
        if model not in known:
            near = nearest(model, known)
            hint = f"did you mean {near}?" if near else f"models: {', '.join(known)}"
            raise BadPrices(f"{file}: there is no model {model!r}; {hint}")
        made[model] = _price(known[model], table, f"{file}: {model}", file)
    return made


def _price(spec: ModelSpec, table: Any, where: str, file: Path) -> Price:
    if type(table) is not dict or type(table.get("usd")) is not dict:
        raise BadPrices(f"{where}: a table with a member usd is expected, such as {_like(spec)}")
    strange = [name for name in table if name not in MEMBERS]
    if strange:
        raise BadPrices(f"{where}: no member {strange[0]!r}; allowed: {', '.join(MEMBERS)}")
    units = _units(spec)
    usd = {}
    for unit, amount in table["usd"].items():
        if unit not in units:
            raise BadPrices(f"{where}: usd has no unit {unit!r}; allowed: {', '.join(units)}")
        usd[unit] = _amount(amount, f"{where}: usd.{unit}")
    return Price(
        usd=usd,
        source=str(table.get("source", file.name)),
        on=str(table.get("on", "")),
        confidence=str(table.get("confidence", "as given")),
    )


def _units(spec: ModelSpec) -> tuple[str, ...]:
    """What is paid for: an image, or a second of video in each tier."""
    return ("image",) if isinstance(spec.outputs, Images) else tuple(TIERS)


def _like(spec: ModelSpec) -> str:
    return f'usd = {{{_units(spec)[0]} = "0.05"}}'


def _amount(given: Any, where: str) -> Decimal:
    try:
        amount = Decimal(str(given))
    except InvalidOperation:
        amount = Decimal("NaN")
    if isinstance(given, bool) or not amount.is_finite() or amount < 0:
        raise BadPrices(f'{where}: {given!r} is no amount in USD, such as "0.05"')
    return amount
