"""What the documents leave open, and how it was settled."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Ambiguity"]


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Where the documents contradict themselves or each other, or leave something open.

    *readings* is what can be read, *taken* the reading that is followed, and *rules* the ids
    of the rows that it concerns, if any.
    """

    about: str
    interpretations: tuple[str, ...]
    chosen: str
    rules: tuple[str, ...] = ()
