"""Suggests the known name that somebody is likely to have meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

__all__ = ["find_nearest", "suggest"]

MAX_NAME_CHARACTERS: Final = 200
"""Characters of a name that are compared; known ones are far shorter."""


def suggest(
    name: str,
    known: Iterable[str],
    otherwise: str = "",
    *,
    show: Callable[[str], object] = str,
    cutoff: float = 0.6,
) -> str:
    """Asks whether the *known* name nearest to *name* was meant: ``did you mean ok?``.

    *show* says how that name is written. Returns *otherwise* if none is alike enough.
    """
    near = find_nearest(name, known, cutoff)
    return otherwise if near is None else f"did you mean {show(near)}?"


def find_nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The most similar of the *known* names, None if all are less alike than *cutoff*.

    Of two that are equally similar, the one that begins more like *name*.
    """
    from difflib import SequenceMatcher, get_close_matches
    from os.path import commonprefix

    short = name[:MAX_NAME_CHARACTERS]

    def likeness(other: str) -> tuple[float, int]:
        alike = SequenceMatcher(None, other, short).ratio()
        return alike, len(commonprefix([other, short]))  # noqa: RUF071  (names, not paths)

    return max(get_close_matches(short, list(known), cutoff=cutoff), key=likeness, default=None)
