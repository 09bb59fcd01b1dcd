"""Tests of the search for the simplest values of many strategies at once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from wan_contracts.cases.simplest_values import find_simplest_values
from wan_validators.source.json_pointer import MISSING


@st.composite
def fails_at_first(draw: st.DrawFn) -> Any:
    """Draws a value, but not in the simplest draw."""
    if not draw(st.booleans()):
        raise ValueError("the simplest draw has no value")
    return draw(st.just("a"))


def payload(value: Any) -> st.SearchStrategy[Any]:
    """Draws a payload with one member; only objects are portable."""
    return st.fixed_dictionaries(
        {"m": value if isinstance(value, st.SearchStrategy) else st.just(value)}
    )


@pytest.mark.parametrize(
    ("values", "simplest"),
    [
        ([], []),
        ([st.integers(3, 9)], [3]),
        ([st.integers(3), st.lists(st.text()), "a"], [3, [], "a"]),
        ([st.integers(3), st.nothing(), "a"], [3, MISSING, "a"]),
        ([st.integers(3), fails_at_first(), "a"], [3, MISSING, "a"]),
        # Such a value is not portable, and no other one can be drawn.
        ([2**60, "a", "\ud800"], [MISSING, "a", MISSING]),
    ],
)
def test_each_strategy_has_its_own_simplest_value(values: list[Any], simplest: list[Any]) -> None:
    found = find_simplest_values([payload(each) for each in values])

    assert found == [each if each is MISSING else {"m": each} for each in simplest]


def test_a_strategy_without_a_simplest_value_does_not_change_the_others() -> None:
    either = payload(st.sampled_from([2**60, "b", "c"]))

    (alone,) = find_simplest_values([either])

    assert alone in ({"m": "b"}, {"m": "c"})
    assert find_simplest_values([payload(st.integers(3)), either]) == [{"m": 3}, alone]
