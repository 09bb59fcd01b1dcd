"""Scenarios drawn by chance, from a seed: the same requests meet the same ones again."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from .registry import Scenarios
from .scenario import Scenario

__all__ = ["FORM", "RATE", "Applies", "Chaos", "parse_chaos"]

RATE: Final = 0.2
"""The part of requests that something happens to, by default."""

FORM: Final = "SEED or SEED:RATE, with a whole number SEED and a RATE from 0 to 1"

Applies = Callable[[Scenario], bool]


@dataclass(frozen=True, slots=True)
class Chaos:
    """*rate* of all requests, and of all outcomes, meet a scenario drawn from *seed*."""

    seed: int
    rate: float = RATE

    def __str__(self) -> str:
        return f"chaos:{self.seed}:{self.rate:g}"

    def draw(self, part: str, what: str, known: Scenarios, applies: Applies) -> str | None:
        """The name of a scenario with that *part* for the request *what*, or None.

        Depends on nothing but the arguments, so that requests in another order, or beside
        others, still meet the same.
        """
        random = Random(f"{self.seed}/{part}/{what}")  # noqa: S311  (must repeat)
        if random.random() >= self.rate:
            return None
        among = [
            scenario.name
            for scenario in known.values()
            if part in scenario.parts and applies(scenario)
        ]
        return random.choice(among) if among else None


def parse_chaos(text: str) -> Chaos:
    """``7`` or ``7:0.3``; raises ValueError for anything else."""
    seed, colon, rate = text.partition(":")
    if not re.fullmatch("-?[0-9]{1,18}", seed):
        raise ValueError(f"{text!r} is no chaos; it must be {FORM}")
    if not colon:
        return Chaos(int(seed))
    try:
        number = float(rate)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise ValueError(f"{text!r} is no chaos: after the colon comes a RATE from 0 to 1")
    return Chaos(int(seed), number)
