"""Minimizes a failing payload or sequence of calls by removing one part after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from wan_validators import lint, model
from wan_validators.constraints.basic import Json
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import MISSING, Path

from ..cases.case import Case

__all__ = ["iter_values", "shrink_case", "shrink_sequence"]

T = TypeVar("T")


def shrink_case(case: Case, fails: Callable[[Case], bool]) -> Case:
    """Returns *case* with the smallest payload found for which *fails* is still true.

    The findings of the linter stay the same, so a valid payload stays valid.
    """
    rules = _find_rules(case.model_id, case.payload)
    smaller = True
    while smaller:
        smaller = False
        for payload in _iter_reductions(case.payload):
            candidate = Case(case.model_id, payload, case.scenario)
            if _find_rules(case.model_id, payload) == rules and fails(candidate):
                case, smaller = candidate, True
                break
    return case


def shrink_sequence(items: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> Sequence[T]:
    """Returns the fewest *items* found, in their order, for which *fails* is still true."""
    size = len(items) // 2
    while size:
        start = 0
        while start < len(items):
            candidate = [*items[:start], *items[start + size :]]
            if candidate and fails(candidate):
                items = candidate
            else:
                start += size
        size //= 2
    return items


def _find_rules(model_id: str, payload: Json) -> list[str]:
    return [finding.rule for finding in lint(payload, model(model_id).qualified_name).findings]


def _iter_reductions(payload: Json) -> Iterator[Json]:
    """Yields *payload* without one member or item, or with a shorter text; largest cuts first."""
    every = [(path, value) for path, value in iter_values(payload) if path]
    for path, _ in every:
        yield json_pointer.put(payload, path, MISSING)
    for path, value in every:
        length = len(value) if isinstance(value, str) else 0
        while length > 1:
            length //= 2
            yield json_pointer.put(payload, path, value[:-length])


def iter_values(document: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Yields every value in *document* with its path, *document* itself first."""
    yield path, document
    if type(document) is dict:
        for name, member in document.items():
            yield from iter_values(member, (*path, name))
    elif type(document) is list:
        for index, item in enumerate(document):
            yield from iter_values(item, (*path, index))
