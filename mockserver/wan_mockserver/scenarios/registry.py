"""Finds the scenarios of a server by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from wan_validators.messages.formatting import clip
from wan_validators.messages.suggestions import suggest

from .catalogue import load_shipped_scenarios
from .scenario import Scenario, combine

__all__ = ["MAX_CACHED_NAMES", "MAX_NAME_CHARACTERS", "Scenarios", "UnknownScenario"]

MAX_NAME_CHARACTERS: Final = 200
"""The longest name of a composition, in characters."""

MAX_CACHED_NAMES: Final = 10_000
"""The maximum number of cached compositions."""


class UnknownScenario(ValueError):
    """The scenario is unknown; the message names the nearest."""


class Scenarios(Mapping[str, Scenario]):
    """The shipped scenarios and *own*, which replace shipped ones with the same name.

    :meth:`find` also reads compositions: ``rate-limited:3+expired-urls``.
    """

    def __init__(self, own: Mapping[str, Scenario] | None = None) -> None:
        self._all = {**load_shipped_scenarios(), **(own or {})}
        self._named: dict[str, Scenario] = {}

    def __getitem__(self, name: str) -> Scenario:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def find(self, text: str) -> Scenario:
        """Returns the scenario named by *text*, in the form NAME, NAME:COUNT or A+B.

        Raises UnknownScenario if a name is unknown. Raises ValueError if *text* is not a valid
        name, if parts contradict each other, or if there is nothing to count.
        """
        known = self._named.get(text)
        if known is None:
            known = self._parse(text)
            if len(self._named) < MAX_CACHED_NAMES:
                self._named[text] = known
        return known

    def _parse(self, text: str) -> Scenario:
        if not (len(text) <= MAX_NAME_CHARACTERS and text.isascii() and text.isprintable()):
            most = MAX_NAME_CHARACTERS
            message = f"the name of a scenario has at most {most} printable ASCII characters"
            raise ValueError(f"{message}, not so {clip(ascii(text))}")
        names = [part.strip() for part in text.split("+")]
        parts = tuple(map(self._find_single, names))
        return parts[0] if len(parts) == 1 else combine("+".join(names), parts)

    def _find_single(self, text: str) -> Scenario:
        name, colon, count = text.partition(":")
        found = self._all.get(name)
        if found is None:
            raise UnknownScenario(self._build_unknown_message(name))
        if not colon:
            return found
        if not re.fullmatch("[1-9][0-9]{0,5}", count):
            raise ValueError(f"{clip(repr(text))}: after the colon comes a whole number from 1 up")
        return found.with_count(int(count))

    def _build_unknown_message(self, name: str) -> str:
        hint = suggest(name, self._all, "wanproof scenarios lists them")
        return f"there is no scenario {clip(repr(name))}; {hint}"
