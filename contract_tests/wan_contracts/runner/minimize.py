"""Smaller payloads that show the same, by taking away one thing after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wan_validators import lint
from wan_validators.constraints.basic import Json
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import MISSING, Path

from ..cases.case import Case


def shrink_case(case: Case, shows: Callable[[Case], bool]) -> Case:
    """*case* with as little in its payload as still *shows* what it showed.

    Lint finds the same in it: a payload that is valid stays so.
    """
    rules = _find_rules(case.model_id, case.payload)
    smaller = True
    while smaller:
        smaller = False
        for payload in _iter_reductions(case.payload):
            candidate = Case(case.model_id, payload, case.scenario)
            if _find_rules(case.model_id, payload) == rules and shows(candidate):
                case, smaller = candidate, True
                break
    return case


def _find_rules(model_id: str, payload: Json) -> list[str]:
    return [finding.rule for finding in lint(payload, model_id).findings]


def _iter_reductions(payload: Json) -> Iterator[Json]:
    """*payload* with a member or an item fewer, or with a shorter text; the boldest cuts first."""
    every = [(path, value) for path, value in iter_values(payload) if path]
    for path, _ in every:
        yield json_pointer.put(payload, path, MISSING)
    for path, value in every:
        length = len(value) if isinstance(value, str) else 0
        while length > 1:
            length //= 2
            yield json_pointer.put(payload, path, value[:-length])


def iter_values(document: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every value in *document* and its path, itself first."""
    yield path, document
    if type(document) is dict:
        for name, member in document.items():
            yield from iter_values(member, (*path, name))
    elif type(document) is list:
        for index, item in enumerate(document):
            yield from iter_values(item, (*path, index))
