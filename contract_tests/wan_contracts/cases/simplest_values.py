"""Finds the simplest values of strategies, which do not depend on chance."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from random import Random
from typing import Any, Final

from wan_validators.constraints.basic import Json
from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.source.json_pointer import MISSING

from ..generation.values import ValueStrategy

with explain_missing_extra():
    from hypothesis import HealthCheck, Phase, find, reject, settings
    from hypothesis import strategies as st
    from hypothesis.errors import HypothesisException

__all__ = ["find_simplest_values", "is_portable"]

MAX_SAFE_INTEGER: Final = 2**53
"""Largest integer that every client reads exactly: JavaScript numbers are doubles."""

SIMPLEST_SETTINGS: Final = settings(
    max_examples=1,
    phases=[Phase.generate],
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class UnprintedValues:
    """Hides values from Hypothesis, which would print them: they may hold megabytes."""

    def __init__(self, values: Sequence[Json]) -> None:
        self.values = values


@st.composite
def _draw_portable_values(draw: st.DrawFn, strategies: Sequence[ValueStrategy]) -> UnprintedValues:
    # The result of a mapped strategy would be printed with its argument.
    return UnprintedValues([draw(strategy.filter(is_portable)) for strategy in strategies])


def find_simplest_values(strategies: Sequence[ValueStrategy]) -> list[Any]:
    """Returns the simplest portable value of each strategy; MISSING if there is none.

    A search costs far more than a value, so one search finds the values of many strategies.
    If one of them has no value in the simplest draw, each half is searched on its own.
    """
    return [*_iter_simplest_values(strategies)]


def _iter_simplest_values(strategies: Sequence[ValueStrategy]) -> Iterator[Any]:
    found = _search(strategies)
    if found is not None:
        yield from found
    elif len(strategies) == 1:
        yield MISSING
    else:
        half = len(strategies) // 2
        yield from _iter_simplest_values(strategies[:half])
        yield from _iter_simplest_values(strategies[half:])


def _search(strategies: Sequence[ValueStrategy]) -> Sequence[Any] | None:
    """Returns the values of the first possible draw, or None.

    With several strategies, only the very first draw counts: each value in it is the simplest.
    """
    draws = 0
    accepted: list[UnprintedValues] = []

    @st.composite
    def draw_once(draw: st.DrawFn) -> UnprintedValues:
        nonlocal draws
        draws += 1
        if draws > 1 and len(strategies) > 1 and not accepted:
            reject()  # Hypothesis goes on for a hundred draws, which may take seconds each
        # Hypothesis repeats the draw that it accepted, which takes as long again.
        return accepted[0] if accepted else draw(_draw_portable_values(strategies))

    def accept(values: UnprintedValues) -> bool:
        if draws == 1 or len(strategies) == 1:
            accepted.append(values)
        return bool(accepted)

    with suppress(HypothesisException, ValueError):
        find(draw_once(), accept, settings=SIMPLEST_SETTINGS, random=Random(0))
    return accepted[0].values if accepted else None


def is_portable(payload: Json) -> bool:
    """Returns True if every client can read *payload* as JSON and send it unchanged.

    False for lone surrogates, for numbers that only Python distinguishes, and for a payload
    that is not an object.
    """
    return type(payload) is dict and _is_portable_value(payload)


def _is_portable_value(value: Json) -> bool:
    match value:
        case dict():
            return all(
                _is_portable_value(name) and _is_portable_value(each)
                for name, each in value.items()
            )
        case list():
            return all(map(_is_portable_value, value))
        case str():
            return _is_encodable(value)
        case bool():
            return True
        case int():
            return abs(value) <= MAX_SAFE_INTEGER
        case float():
            return math.isfinite(value) and not value.is_integer()
    return value is None


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
