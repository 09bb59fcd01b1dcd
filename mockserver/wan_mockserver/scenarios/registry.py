"""The scenarios that a server knows, and how one of them is named."""

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
"""Characters of a composition."""

MAX_CACHED_NAMES: Final = 10_000
"""Compositions that are remembered."""


class UnknownScenario(ValueError):
    """There is no such scenario; the message names the nearest."""


class Scenarios(Mapping[str, Scenario]):
    """The shipped ones and *own*, which take their place where they have the same name.

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
        """The scenario that *text* is the name of, in the form NAME, NAME:COUNT or A+B.

        Raises UnknownScenario for a name that there is not, and ValueError for what can be
        no name, for parts that do not go together, and for a count of nothing.
        """
        known = self._named.get(text)
        if known is None:
            known = self._read(text)
            if len(self._named) < MAX_CACHED_NAMES:
                self._named[text] = known
        return known

    def _read(self, text: str) -> Scenario:
        if not (len(text) <= MAX_NAME_CHARACTERS and text.isascii() and text.isprintable()):
            most = MAX_NAME_CHARACTERS
            message = f"the name of a scenario has at most {most} printable ASCII characters"
            raise ValueError(f"{message}, not so {clip(ascii(text))}")
        names = [part.strip() for part in text.split("+")]
        parts = tuple(map(self._one, names))
        return parts[0] if len(parts) == 1 else combine("+".join(names), parts)

    def _one(self, text: str) -> Scenario:
        name, colon, count = text.partition(":")
        found = self._all.get(name)
        if found is None:
            raise UnknownScenario(self._unknown(name))
        if not colon:
            return found
        if not re.fullmatch("[1-9][0-9]{0,5}", count):
            raise ValueError(f"{clip(repr(text))}: after the colon comes a whole number from 1 up")
        return found.with_count(int(count))

    def _unknown(self, name: str) -> str:
        hint = suggest(name, self._all, "wanproof scenarios lists them")
        return f"there is no scenario {clip(repr(name))}; {hint}"
