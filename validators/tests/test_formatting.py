"""Counts, times and amounts in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from wan_validators.messages.formatting import (
    format_count,
    format_duration,
    format_range,
    format_seconds,
    format_usd,
    pluralize,
)


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [
        (0, "law", "0 laws"),
        (1, "law", "1 law"),
        (2000, "task", "2,000 tasks"),
        (1, "retry", "1 retry"),
        (2, "retry", "2 retries"),
        (2, "key", "2 keys"),
    ],
)
def test_a_count_is_followed_by_its_noun(count: int, noun: str, text: str) -> None:
    assert format_count(count, noun) == text
    assert text.endswith(f" {pluralize(noun, count)}")


def test_a_range_is_followed_by_the_noun_of_its_end() -> None:
    assert format_range(1, 3, "item") == "1 to 3 items"
    assert format_range(0, 1, "item") == "0 to 1 item"
    assert format_range(0, 500, "character") == "at most 500 characters"


@pytest.mark.parametrize(
    ("seconds", "text"), [(2, "2 s"), (1.9, "1.9 s"), (0.12345, "0.123 s"), (0.0001, "0 s")]
)
def test_seconds_are_shown_to_the_millisecond(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (10, "10 s"), (900, "15 min"), (3661, "1 h 1 min"), (86400e3, "1,000 d")],
)
def test_durations_have_at_most_two_units(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("amount", "text"), [("0.06", "0.06 USD"), ("1.50", "1.50 USD"), ("1E-7", "0.0000001 USD")]
)
def test_amounts_have_no_exponent(amount: str, text: str) -> None:
    assert format_usd(Decimal(amount)) == text
