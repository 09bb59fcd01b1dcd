"""Prices of models: the shipped ones, and those of a TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from .catalog import catalog
from .fields import Field, FieldType, TableType, TextType, Usd, read_toml
from .outputs import TIERS, Images, Price
from .spec import ModelSpec

__all__ = ["Prices", "amount", "load_shipped_prices", "read_prices"]

Prices = Mapping[str, Price]
"""Prices by model."""


def load_shipped_prices() -> Prices:
    """Returns the prices of the tables of the models."""
    return {spec.id: spec.outputs.price for spec in catalog()}


def read_prices(file: Path) -> Prices:
    """Returns the shipped prices, replaced by those of *file*.

    The file is TOML with one table per model: ``["MODEL"]`` with ``usd = {image = "0.03"}``,
    or with a member for each tier of a video. ``source``, ``on`` and ``confidence`` are shown
    with the price. Raises InvalidField for any other file, and OSError.
    """
    models = tuple(
        Field(spec.id, _PriceType(spec, file.name), attribute=spec.id) for spec in catalog()
    )
    return {**load_shipped_prices(), **read_toml(file, TableType(models, noun="model"))}


def amount(text: str) -> Decimal:
    """Parses an amount in USD such as ``1.50``; raises ValueError."""
    return Usd().parse(text, "")


@dataclass(frozen=True, slots=True)
class _PriceType(FieldType):
    spec: ModelSpec
    source: str

    def parse(self, value: Any, path: str) -> Price:
        units = ("image",) if isinstance(self.spec.outputs, Images) else tuple(TIERS)
        example = f'usd = {{{units[0]} = "0.05"}}'
        usd = TableType(tuple(Field(unit, Usd(numbers=True)) for unit in units), noun="unit")
        table = TableType(
            (
                Field("usd", usd, f"such as {example}", required=True),
                Field("source", TextType(0), default=self.source),
                Field("on", TextType(0), default=""),
                Field("confidence", TextType(0), default="as given"),
            ),
            allowed=f"a table with the member usd, such as {example}",
        )
        return Price(**table.fill_defaults(table.parse(value, path)))
