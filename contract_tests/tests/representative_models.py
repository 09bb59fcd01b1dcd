"""Models and rows for slow tests, whose time must not grow with each model.

Golden payloads, hand-typed limits and schemas are tested for all models. ``make thorough`` draws
payloads for all models, too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from wan_validators.catalog import catalog, find_representatives
from wan_validators.spec import ModelSpec, Rule

__all__ = [
    "DISTINCT_ROWS",
    "FEW_PARAMS",
    "FORM_MODELS",
    "FORM_PARAMS",
    "REPRESENTATIVES",
    "REPRESENTATIVE_PARAMS",
    "ROWS_BY_MODEL",
    "ROW_PARAMS",
]

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"

REPRESENTATIVES = find_representatives(catalog())
"""One model of each shape."""

REPRESENTATIVE_PARAMS = [pytest.param(spec, id=spec.id) for spec in REPRESENTATIVES]


def _list_forms(spec: ModelSpec) -> set[Any]:
    """Returns what the engine and the strategies treat in different ways in *spec*."""
    forms: set[Any] = {
        (
            type(rule.constraint),
            rule.pointer.count("*"),
            rule.when is not None,
            rule.required,
            rule.nullable,
            rule.severity,
        )
        for rule in spec.all_rules
    }
    return forms | {type(spec.outputs), ("wraps", spec.vendor.unwrap is not None)}


def _choose_models(specs: Iterable[ModelSpec]) -> Iterator[ModelSpec]:
    """Yields few of *specs* that have each form of row that any of them has."""
    forms = {spec.id: (spec, _list_forms(spec)) for spec in specs}
    left = set[Any]().union(*(found for _, found in forms.values()))
    while left:
        spec, found = max(forms.values(), key=lambda each: len(each[1] & left))
        yield spec
        left -= found


FORM_MODELS = tuple(catalog() if THOROUGH else _choose_models(catalog()))
"""Few models that together have each form of row; all models in ``make thorough``."""

FORM_PARAMS = [pytest.param(spec, id=spec.id) for spec in FORM_MODELS]

FEW_PARAMS = FORM_PARAMS if THOROUGH else FORM_PARAMS[:4]
"""Of these the models with the most forms, for a test that takes a second for each model."""


def _iter_distinct_rows() -> Iterator[tuple[ModelSpec, int, Rule]]:
    """Yields each row once, in the first model that has it, with its number there.

    Its name, code and message make no difference to the engine and the strategies.
    """
    seen = set()
    for spec in catalog():
        for number, rule in enumerate(spec.all_rules):
            where = (rule.pointer, rule.when, rule.required, rule.nullable)
            key = (rule.constraint, rule.severity, *where)
            if key not in seen:
                seen.add(key)
                yield spec, number, rule


DISTINCT_ROWS = tuple(_iter_distinct_rows())

ROWS_BY_MODEL: Mapping[ModelSpec, Sequence[Rule]] = {
    spec: spec.all_rules if THOROUGH else [rule for each, _, rule in DISTINCT_ROWS if each is spec]
    for spec in (catalog() if THOROUGH else dict.fromkeys(spec for spec, _, _ in DISTINCT_ROWS))
}
"""Each row once, by the first model that has it; all rows in ``make thorough``."""

ROW_PARAMS = [
    pytest.param(spec, rule, id=f"{spec.id}:{number}:{rule.id}:{rule.pointer}")
    for spec, number, rule in DISTINCT_ROWS
]
