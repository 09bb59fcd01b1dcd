"""Models and rows for slow tests, whose time must not grow with each model.

Golden payloads, hand-typed limits and schemas are tested for all models.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from wan_validators.catalog import catalog, find_representatives
from wan_validators.source.json_pointer import MISSING
from wan_validators.spec import ModelSpec, Rule

__all__ = ["DISTINCT_ROWS", "REPRESENTATIVES", "REPRESENTATIVE_PARAMS", "ROW_PARAMS"]

REPRESENTATIVES = find_representatives(catalog())
"""One model of each shape."""

REPRESENTATIVE_PARAMS = [pytest.param(spec, id=spec.id) for spec in REPRESENTATIVES]


def _iter_distinct_rows() -> Iterator[tuple[ModelSpec, int, Rule]]:
    """Yields each row once, in the first model that has it, with its number there."""
    seen = set()
    for spec in catalog():
        for number, rule in enumerate(spec.all_rules):
            key = (spec.vendor.name, replace(rule, default=MISSING, message=None))
            if key not in seen:
                seen.add(key)
                yield spec, number, rule


DISTINCT_ROWS = tuple(_iter_distinct_rows())

ROW_PARAMS = [
    pytest.param(spec, rule, id=f"{spec.id}:{number}:{rule.id}:{rule.pointer}")
    for spec, number, rule in DISTINCT_ROWS
]
