"""Tests when the random search draws another batch."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from wan_contracts.cases.case import Case
from wan_contracts.cases.random_cases import Batch
from wan_contracts.runner.random_search import RandomSearch
from wan_mockserver.assertions.verdict import Verdict

BROKEN = {"law": Verdict(passed=False, message="broken")}


@pytest.mark.parametrize("breaks_at", [3, None])
def test_no_batch_is_drawn_for_nothing(breaks_at: int | None) -> None:
    drawn: list[int] = []
    made: list[Case] = []
    drawn_at_last_call = 0

    def build(number: int) -> Batch:
        drawn.append(number)
        return Batch("wan26_i2i", {"n": number}, ("ok",))

    def make(case: Case, counted: bool) -> dict[str, Verdict]:  # noqa: FBT001
        nonlocal drawn_at_last_call
        made.append(case)
        drawn_at_last_call = len(drawn)
        return BROKEN if len(made) == breaks_at else {}

    search = RandomSearch(st.integers().map(build), make, 0)
    search._search_chunk(0, set(), lambda: len(made) < 5)

    assert len(made) == (breaks_at or 5)
    # Hypothesis draws the batch that ends the search, and then once more.
    assert len(drawn) - drawn_at_last_call <= 2
