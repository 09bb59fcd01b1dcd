"""The steps by which a response is delivered, whatever transport does them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wan_mockserver.http.delivery import (
    DEFAULT_DELIVERY,
    MAX_SILENCE_S,
    TICK,
    Cut,
    Delivery,
    WireEvent,
    iter_steps,
)

BODY = b"0123456789" * 4


def test_a_whole_answer_is_its_head_and_its_body() -> None:
    assert [*iter_steps(BODY, DEFAULT_DELIVERY)] == [WireEvent.HEAD, BODY]
    assert [*iter_steps(b"", DEFAULT_DELIVERY)] == [WireEvent.HEAD]


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        (Cut.RESET, [2.0, WireEvent.RESET]),
        (Cut.GARBAGE, [2.0, WireEvent.GARBAGE, WireEvent.CLOSE]),
        (Cut.SILENCE, [2.0, MAX_SILENCE_S, WireEvent.CLOSE]),
        (Cut.RESET_MIDWAY, [2.0, WireEvent.HEAD, BODY[:20], WireEvent.RESET]),
        (Cut.TRUNCATED, [2.0, WireEvent.HEAD, BODY[:20], WireEvent.CLOSE]),
    ],
)
def test_a_delay_comes_before_everything(cut: Cut, expected: list[object]) -> None:
    assert [*iter_steps(BODY, Delivery(delay=2.0, cut=cut))] == expected


@pytest.mark.parametrize(
    ("cut", "end"), [(Cut.RESET_MIDWAY, WireEvent.RESET), (Cut.TRUNCATED, WireEvent.CLOSE)]
)
def test_without_a_body_the_head_is_cut(cut: Cut, end: WireEvent) -> None:
    assert [*iter_steps(b"", Delivery(cut=cut))] == [WireEvent.PART_OF_HEAD, end]
    assert [*iter_steps(b"x", Delivery(cut=cut))] == [WireEvent.HEAD, end]


@given(st.binary(max_size=300), st.floats(0.5, 5000))
def test_a_body_trickles_at_its_pace(body: bytes, pace: float) -> None:
    head, *rest = iter_steps(body, Delivery(pace=pace))
    waits, pieces = rest[::2], rest[1::2]
    assert head is WireEvent.HEAD
    assert b"".join(piece for piece in pieces if isinstance(piece, bytes)) == body
    seconds = [wait for wait in waits if isinstance(wait, float)]
    assert sum(seconds) == pytest.approx(len(body) / pace)
    assert all(wait <= max(TICK, 1 / pace) + 1e-9 for wait in seconds)
