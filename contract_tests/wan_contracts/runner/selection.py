"""Selects laws and scenarios by names and patterns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.scenarios.scenario import Scenario
from wan_validators.command import UsageError
from wan_validators.messages.suggestions import suggest

from ..laws import LAWS, MONEY_SAFE, Law, law

__all__ = ["Selection"]

LAW_LIST: Final = "`wanproof check --list` lists them"
SCENARIO_LIST: Final = "`wanproof scenarios` lists them"


@dataclass(frozen=True)
class Selection:
    """Selects from all laws and from *scenarios*. Raises UsageError if a name fits nothing."""

    scenarios: Mapping[str, Scenario]

    def select_laws(self, names: Iterable[str], profile: str) -> list[Law]:
        """Returns the laws that *names* select; without names, those of the *profile*."""
        chosen: list[Law] = []
        for name in names:
            if _is_pattern(name):
                found = _match(
                    name, [each.id for each in LAWS], "law", "`wanproof check --list` lists them"
                )
                chosen += [each for each in LAWS if each.id in found]
                continue
            try:
                chosen.append(law(name))
            except LookupError as error:
                raise UsageError(str(error)) from error
        safe = profile == "money-safe"
        default = [each for each in LAWS if not safe or each.id in MONEY_SAFE]
        return [each for each in LAWS if each in chosen] or default

    def select_scenarios(self, names: Iterable[str]) -> list[str]:
        """Returns the scenarios that *names* select: names, combinations or patterns."""
        known = Scenarios(self.scenarios)
        chosen: list[str] = []
        for name in names:
            if _is_pattern(name):
                chosen += _match(
                    name, self.scenarios, "scenario", "`wanproof scenarios` lists them"
                )
                continue
            try:
                known.find(name)
            except ValueError as error:
                raise UsageError(str(error)) from error
            chosen.append(name)
        return list(dict.fromkeys(chosen))

    def find_skipped(self, names: Iterable[str]) -> frozenset[str]:
        """Returns the ids of laws and names of scenarios that *names* select."""
        known = [*(each.id for each in LAWS), *self.scenarios]
        lists = "`wanproof check --list` and `wanproof scenarios` list them"
        return frozenset(
            found for name in names for found in _match(name, known, "law and no scenario", lists)
        )


def _is_pattern(name: str) -> bool:
    return any(sign in name for sign in "*?[")


def _match(pattern: str, known: Collection[str], noun: str, lists: str) -> list[str]:
    """Returns the *known* names that *pattern* matches; raises UsageError if there is none."""
    found = [name for name in known if fnmatchcase(name, pattern)]
    if not found:
        is_pattern = _is_pattern(pattern)
        near = dict.fromkeys(f"{name.partition('-')[0]}-*" for name in known) if is_pattern else {}
        hint = suggest(pattern, [*near, *known], lists)
        raise UsageError(f"no {noun} {'matches' if is_pattern else 'is named'} {pattern!r}; {hint}")
    return found
