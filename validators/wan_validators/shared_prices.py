"""Prices of models, which are those of the upstream models: no vendor publishes its own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from .outputs import Price

__all__ = [
    "TWO_LISTS",
    "UNPRICED",
    "USD_22",
    "USD_25",
    "USD_26",
    "build_image_price",
    "build_video_price",
]

USD_22: Final = {"480P": Decimal("0.02"), "1080P": Decimal("0.10")}
USD_25: Final = {"480P": Decimal("0.05"), "720P": Decimal("0.10"), "1080P": Decimal("0.15")}
USD_26: Final = {"720P": Decimal("0.10"), "1080P": Decimal("0.15")}
"""The prices of a second of video, by the family of the model."""

TWO_LISTS: Final = "two public price lists of the upstream model, which agree"

UNPRICED: Final = Price(
    usd={},
    source="no price list names this model in USD",
    on="2026-11",
    confidence="unknown",
)


def build_image_price(usd: str, source: str, confidence: str, *, on: str = "2026-11") -> Price:
    """Returns the price of a model whose images cost *usd*, as *source* said in the month *on*."""
    return Price(usd={"image": Decimal(usd)}, source=source, on=on, confidence=confidence)


def build_video_price(
    usd: Mapping[str, Decimal], source: str, confidence: str, *, on: str = "2026-11"
) -> Price:
    """Returns the price of a model whose seconds of video cost *usd*, by their tier."""
    return Price(usd=usd, source=source, on=on, confidence=confidence)
