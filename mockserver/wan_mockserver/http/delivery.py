"""How an answer travels to the client, once it is known what it says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

MAX_SILENCE_S: Final = 600.0
"""Seconds for which an answer that never comes is held back, unless the client gives up."""


class Cut(Enum):
    """Where the connection fails; every request is read to its end before."""

    RESET = "reset"
    """Reset before the first byte of the answer."""
    RESET_MIDWAY = "reset-midway"
    """Reset in the middle of the answer's body."""
    TRUNCATED = "truncated"
    """Closed in good order in the middle of the body, short of its Content-Length."""
    GARBAGE = "garbage"
    """Bytes that are no HTTP, then closed."""
    SILENCE = "silence"
    """Not a byte, until the client gives up or MAX_SILENCE_S is over; then closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """*delay* seconds before the first byte, *pace* bytes of body a second, and a *cut*.

    Seconds are those in which a client's time-outs count: real ones over a socket, those of
    the server's clock in process. Raises ValueError for a delay below 0 and for a pace that
    is not above it.
    """

    delay: float = 0.0
    pace: float | None = None
    cut: Cut | None = None

    def __post_init__(self) -> None:
        if self.delay < 0 or (self.pace is not None and self.pace <= 0):
            raise ValueError(f"a delay is not below 0 and a pace above it; not so in {self}")

    @property
    def is_plain(self) -> bool:
        """Whether the answer simply arrives."""
        return self == DEFAULT_DELIVERY


DEFAULT_DELIVERY: Final = Delivery()

GARBAGE: Final = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no HTTP at all\r\n\r\n"
"""What a client reads where Cut.GARBAGE is called for."""
