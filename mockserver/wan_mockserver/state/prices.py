"""What things cost: the tables' prices, or those of a file of the user's own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from wan_validators.catalog import catalog
from wan_validators.messages.formatting import clip
from wan_validators.messages.suggestions import suggest
from wan_validators.outputs import TIERS, Images, Price
from wan_validators.spec import ModelSpec

Prices = Mapping[str, Price]
"""Prices by model."""

MEMBERS: Final = ("usd", "source", "on", "confidence")

_AMOUNT: Final = re.compile(r"[0-9]{1,7}([.][0-9]{1,9})?").fullmatch


class BadPrices(ValueError):
    """A price list that cannot be used; the message says where and why."""


def load_shipped_prices() -> Prices:
    """The prices of the models' tables."""
    return {spec.id: spec.outputs.price for spec in catalog()}


def read_prices(file: Path) -> Prices:
    """The shipped prices with those of *file* in their places.

    The file is TOML, one table a model: ``["MODEL"]`` with ``usd = {image = "0.03"}``, or
    with a member for each tier of a video's second, and, as they are shown beside the price,
    ``source``, ``on`` and ``confidence``. Raises BadPrices for anything else, and OSError.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadPrices(f"{file} is no TOML: {error}") from error
    known = {spec.id: spec for spec in catalog()}
    made = dict(load_shipped_prices())
    for model, table in tables.items():
        if model not in known:
            hint = suggest(model, known, f"models: {', '.join(known)}")
            raise BadPrices(f"{file}: there is no model {model!r}; {hint}")
        made[model] = _price(known[model], table, f"{file}: {model}", file)
    return made


def _price(spec: ModelSpec, table: Any, where: str, file: Path) -> Price:
    if type(table) is not dict or type(table.get("usd")) is not dict:
        raise BadPrices(
            f"{where}: a table with a member usd is expected, such as {_format_example(spec)}"
        )
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
        source=_text(table, "source", file.name, where),
        on=_text(table, "on", "", where),
        confidence=_text(table, "confidence", "as given", where),
    )


def _units(spec: ModelSpec) -> tuple[str, ...]:
    """What is paid for: an image, or a second of video in each tier."""
    return ("image",) if isinstance(spec.outputs, Images) else tuple(TIERS)


def _format_example(spec: ModelSpec) -> str:
    return f'usd = {{{_units(spec)[0]} = "0.05"}}'


def _text(table: Mapping[str, Any], name: str, otherwise: str, where: str) -> str:
    given = table.get(name, otherwise)
    if type(given) is not str:
        raise BadPrices(f"{where}: {name} is a text, not {clip(repr(given))}")
    return given


def _amount(given: Any, where: str) -> Decimal:
    try:
        return amount("" if isinstance(given, bool) else str(given))
    except ValueError:
        says = f'{where}: {clip(repr(given))} is no amount in USD, such as "0.05"'
        raise BadPrices(says) from None


def amount(text: str) -> Decimal:
    """An amount in USD: digits, perhaps a point and up to nine more; raises ValueError."""
    if not _AMOUNT(text):
        raise ValueError(f"{clip(repr(text))} must be an amount in USD, such as 1.50")
    return Decimal(text)
