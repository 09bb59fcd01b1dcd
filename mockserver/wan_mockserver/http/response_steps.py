"""What happens to an answer on its way to the client, step by step, whatever carries it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final

from .delivery import MAX_SILENCE_S, Cut, Delivery

DELIVER: Final = "wanproof.deliver"
"""Under which name a WSGI environ holds what the application calls with a Delivery that is not
plain, and with what is to be called if the client does not get all of the answer."""

TICK: Final = 1 / 16
"""Seconds between two pieces of a body that trickles, unless not even a byte is due by then."""


class WireEvent(Enum):
    """What is sent or done besides the body."""

    HEAD = "head"
    """The status line and the headers."""
    PART_OF_HEAD = "part-of-head"
    """The first half of them."""
    GARBAGE = "garbage"
    """The bytes of GARBAGE."""
    RESET = "reset"
    """A reset of the connection, after all before it arrived."""
    CLOSE = "close"
    """An orderly close of the connection."""


TransmissionStep = float | bytes | WireEvent
"""Seconds in which nothing is sent, a piece of the body, or what a mark says."""


def iter_steps(body: bytes, delivery: Delivery) -> Iterator[TransmissionStep]:
    """What is sent, in order, for an answer with *body*.

    Where no mark says how the connection ends, it lives on.
    An answer without a body that is to be cut in its body is cut in its head: no client would
    notice otherwise.
    """
    if delivery.delay:
        yield delivery.delay
    match delivery.cut:
        case None:
            yield WireEvent.HEAD
            yield from _pieces(body, delivery.pace)
        case Cut.RESET:
            yield WireEvent.RESET
        case Cut.GARBAGE:
            yield WireEvent.GARBAGE
            yield WireEvent.CLOSE
        case Cut.SILENCE:
            yield MAX_SILENCE_S
            yield WireEvent.CLOSE
        case Cut.RESET_MIDWAY | Cut.TRUNCATED:
            yield WireEvent.HEAD if body else WireEvent.PART_OF_HEAD
            yield from _pieces(body[: len(body) // 2], delivery.pace)
            yield WireEvent.RESET if delivery.cut is Cut.RESET_MIDWAY else WireEvent.CLOSE


def _pieces(body: bytes, pace: float | None) -> Iterator[float | bytes]:
    """*body* at *pace* bytes a second, each piece after the seconds it takes."""
    size = len(body) if pace is None else max(1, int(pace * TICK))
    for start in range(0, len(body), size or 1):
        piece = body[start : start + size]
        if pace is not None:
            yield len(piece) / pace
        yield piece
