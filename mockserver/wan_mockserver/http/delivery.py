"""How a response reaches the client: late, slowly, cut off, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

__all__ = [
    "DEFAULT_DELIVERY",
    "DELIVER",
    "GARBAGE",
    "MAX_SILENCE_S",
    "TICK",
    "Cut",
    "Delivery",
    "TransmissionStep",
    "WireEvent",
    "iter_steps",
]

MAX_SILENCE_S: Final = 600.0
"""Seconds for which a response that never comes is held back, unless the client gives up."""

DELIVER: Final = "wanproof.deliver"
"""The key in a WSGI environ of a function that takes the Delivery of the response.

Its second argument is called if the client does not receive the whole response."""

TICK: Final = 1 / 16
"""Seconds between two pieces of a slow body, or more if not even one byte is due by then."""

GARBAGE: Final = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no HTTP at all\r\n\r\n"
"""The bytes that a client receives for Cut.GARBAGE."""


class Cut(Enum):
    """Where the connection fails, after the whole request was read."""

    RESET = "reset"
    """Reset before the first byte of the response."""
    RESET_MIDWAY = "reset-midway"
    """Reset in the middle of the response's body."""
    TRUNCATED = "truncated"
    """Closed in order in the middle of the body, before Content-Length is reached."""
    GARBAGE = "garbage"
    """Bytes that are not HTTP, then closed."""
    SILENCE = "silence"
    """No byte until the client gives up or MAX_SILENCE_S is over, then closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """*delay* seconds before the first byte, *pace* bytes of body a second, and a *cut*.

    *pauses* are pairs of a place in the body and the seconds before the byte there is sent.
    Seconds count like a client's time-outs: real ones over a socket, those of the server's
    clock in process. Raises ValueError for a negative delay and for a pace that is not
    positive.
    """

    delay: float = 0.0
    pace: float | None = None
    cut: Cut | None = None
    pauses: tuple[tuple[int, float], ...] = ()

    def __post_init__(self) -> None:
        if self.delay < 0 or (self.pace is not None and self.pace <= 0):
            raise ValueError(f"delay must be 0 or more and pace above 0; not so in {self}")

    @property
    def is_plain(self) -> bool:
        """Whether the response arrives at once and complete."""
        # Comparing all fields takes longer, and almost every response has this one.
        return self is DEFAULT_DELIVERY or self == DEFAULT_DELIVERY


DEFAULT_DELIVERY: Final = Delivery()


class WireEvent(Enum):
    """What is sent or done besides the body."""

    HEAD = "head"
    """The status line and the headers."""
    PART_OF_HEAD = "part-of-head"
    """The first half of them."""
    GARBAGE = "garbage"
    """The bytes of GARBAGE."""
    RESET = "reset"
    """A reset of the connection, after everything before it arrived."""
    CLOSE = "close"
    """An orderly close of the connection."""


TransmissionStep = float | bytes | WireEvent
"""Seconds in which nothing is sent, a piece of the body, or an event."""


def iter_steps(body: bytes, delivery: Delivery) -> Iterator[TransmissionStep]:
    """Yields the steps that transmit a response with *body*, whatever transport does them.

    The connection stays open unless an event ends it. A cut in an empty body becomes a cut in
    the head, because no client would notice it otherwise.
    """
    if delivery.delay:
        yield delivery.delay
    match delivery.cut:
        case None:
            yield WireEvent.HEAD
            yield from _iter_pieces(body, delivery)
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
            yield from _iter_pieces(body[: len(body) // 2], delivery)
            yield WireEvent.RESET if delivery.cut is Cut.RESET_MIDWAY else WireEvent.CLOSE


def _iter_pieces(body: bytes, delivery: Delivery) -> Iterator[float | bytes]:
    """Yields *body* in pieces, with the waits before them."""
    start = 0
    for place, seconds in delivery.pauses:
        if place < len(body):
            yield from _iter_paced(body[start:place], delivery.pace)
            yield seconds
            start = place
    yield from _iter_paced(body[start:], delivery.pace)


def _iter_paced(body: bytes, pace: float | None) -> Iterator[float | bytes]:
    """Yields *body* at *pace* bytes a second, each piece after the seconds that it takes."""
    size = len(body) if pace is None else max(1, int(pace * TICK))
    for start in range(0, len(body), size or 1):
        piece = body[start : start + size]
        if pace is not None:
            yield len(piece) / pace
        yield piece
