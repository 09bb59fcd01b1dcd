"""Builds groups of cases whose calls run at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from wan_validators.catalog import find_representatives
from wan_validators.spec import ModelSpec

from .case import Case
from .systematic import find_plain_payload, is_possible
from .time_profiles import TimeProfile

__all__ = ["iter_concurrent_groups"]

MIXED_SCENARIOS: Final = (
    *("ok", "poll-500", "unknown-status", "rate-limited", "not-found-yet", "partial"),
    *("moderated", "fail-3001", "fail-001021096", "http-402", "download-500"),
)
"""Scenarios that show whether a call uses the state of another one."""

PROMPTS: Final = ("prompt", "text")
"""Names of members with any text."""


def iter_concurrent_groups(
    specs: Sequence[ModelSpec], time_profile: TimeProfile, size: int, *, brief: bool
) -> Iterator[list[Case]]:
    """Yields groups of *size* cases: for each model plain ones, then ones with other faults.

    There are groups for one model of each shape. A *brief* run has one group of each kind.
    """
    chosen_specs = specs[:1] if brief else find_representatives(specs)
    for spec in chosen_specs:
        yield _build_group(spec, ["ok"] * size)
    for nth, spec in enumerate(chosen_specs):
        names = [name for name in MIXED_SCENARIOS if is_possible(name, time_profile, spec)]
        first = (nth * size) % len(names)
        chosen = (names[first:] + names) * size
        yield _build_group(spec, chosen[:size])


def _build_group(spec: ModelSpec, scenarios: Sequence[str]) -> list[Case]:
    payload = find_plain_payload(spec)
    return [
        Case(spec.id, _number_prompts(payload, nth), scenario)
        for nth, scenario in enumerate(scenarios, 1)
    ]


def _number_prompts(value: Any, number: int) -> Any:
    """Returns a payload like *value* that no other call of the group has."""
    if isinstance(value, dict):
        return {
            name: f"{number}{member}"
            if name in PROMPTS and isinstance(member, str)
            else _number_prompts(member, number)
            for name, member in value.items()
        }
    if isinstance(value, str) and value.startswith("https://"):
        return f"{value}/{number}"  # some models need no text
    return [_number_prompts(each, number) for each in value] if isinstance(value, list) else value
