"""Maps positions in a payload to the text that the payload was taken from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from .positions import Lines, Position

__all__ = ["Embedding", "Piece", "embed"]


class Piece(NamedTuple):
    """A part of a payload, and the offset in the original text where it begins."""

    text: str
    offset: int


@dataclass(frozen=True)
class Embedding:
    """A payload inside the original *text*; *pieces* are its parts in order."""

    text: str
    pieces: Sequence[Piece]

    def locate(self, line: int, column: int) -> Position:
        """Returns the position in the original text for one in the payload."""
        offset = self._payload_lines.offset(Position(line, column))
        index = max(0, bisect_right(self._starts, offset) - 1)
        piece = self.pieces[index]
        within = min(offset - self._starts[index], max(0, len(piece.text) - 1))
        return self.lines.position(piece.offset + within)

    @cached_property
    def payload(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @cached_property
    def lines(self) -> Lines:
        """The lines of the original text."""
        return Lines(self.text)

    @cached_property
    def _payload_lines(self) -> Lines:
        return Lines(self.payload)

    @cached_property
    def _starts(self) -> list[int]:
        return [*accumulate((len(piece.text) for piece in self.pieces), initial=0)][:-1]


def embed(text: str, pieces: Sequence[Piece]) -> Embedding:
    """Returns the embedding of *pieces* in *text*; an empty payload has one empty piece."""
    return Embedding(text, [piece for piece in pieces if piece.text] or [*pieces[:1]])
