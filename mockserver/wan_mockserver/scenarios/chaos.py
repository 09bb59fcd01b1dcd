"""Draws random scenarios from a seed; equal requests get equal scenarios."""

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
"""The default share of requests that get a scenario."""

FORM: Final = "SEED or SEED:RATE, with a whole number SEED and a RATE from 0 to 1"

Applies = Callable[[Scenario], bool]


@dataclass(frozen=True, slots=True)
class Chaos:
    """A share *rate* of requests and of outcomes get a scenario drawn from *seed*."""

    seed: int
    rate: float = RATE

    def __str__(self) -> str:
        return f"chaos:{self.seed}:{self.rate:g}"

    def draw(self, part: str, what: str, known: Scenarios, applies: Applies) -> str | None:
        """Returns the name of a scenario with that *part* for the request *what*, or None.

        Depends only on the arguments, so the order of requests does not matter.
        """
        random = Random(f"{self.seed}/{part}/{what}")  # noqa: S311  (must repeat)
        if random.random() >= self.rate:
            return None
        names = [
            scenario.name
            for scenario in known.values()
            if part in scenario.parts and applies(scenario)
        ]
        return random.choice(names) if names else None


def parse_chaos(text: str) -> Chaos:
    """Parses ``7`` or ``7:0.3``. Raises ValueError for any other text."""
    seed, colon, rate = text.partition(":")
    if not re.fullmatch("-?[0-9]{1,18}", seed):
        raise ValueError(f"{text!r} is not a valid chaos; it must be {FORM}")
    if not colon:
        return Chaos(int(seed))
    try:
        number = float(rate)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise ValueError(f"{text!r} is not a valid chaos: after the colon comes a RATE from 0 to 1")
    return Chaos(int(seed), number)
