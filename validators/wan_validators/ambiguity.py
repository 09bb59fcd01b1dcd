"""Ambiguities of the documents, and the chosen interpretations."""

from __future__ import annotations

from .frozen import Frozen

__all__ = ["Ambiguity"]


class Ambiguity(Frozen):
    """A point on which the documents are contradictory or silent.

    *interpretations* are the possible meanings, and *chosen* is the one in use. *rules* are
    the ids of the rows that depend on it, if any.
    """

    about: str
    interpretations: tuple[str, ...]
    chosen: str
    rules: tuple[str, ...] = ()
