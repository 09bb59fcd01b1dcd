"""Suggests the known name that is nearest to an unknown one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

__all__ = ["MAX_NAME_CHARACTERS", "find_nearest", "suggest"]

MAX_NAME_CHARACTERS: Final = 200
"""Only this many characters of a name are compared; known names are far shorter."""


def suggest(
    name: str,
    known: Iterable[str],
    otherwise: str = "",
    *,
    show: Callable[[str], object] = str,
    cutoff: float = 0.6,
) -> str:
    """Suggests the *known* name nearest to *name*: ``did you mean ok?``.

    *show* formats the suggested name. Returns *otherwise* if no name is similar enough.
    """
    nearest = find_nearest(name, known, cutoff)
    return otherwise if nearest is None else f"did you mean {show(nearest)}?"


def find_nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Returns the most similar of the *known* names, or None if all are below *cutoff*.

    Upper and lower case count as equal. Between equally similar names, a longer common prefix
    decides, in which they count as different.
    """
    from difflib import SequenceMatcher, get_close_matches
    from os.path import commonprefix

    typed = name[:MAX_NAME_CHARACTERS]
    names = list(known)

    def similarity(other: str) -> tuple[float, int]:
        ratio = SequenceMatcher(None, other.lower(), typed.lower()).ratio()
        return ratio, len(commonprefix([other, typed]))  # noqa: RUF071  (names, not paths)

    near = get_close_matches(typed.lower(), {each.lower() for each in names}, cutoff=cutoff)
    return max((each for each in names if each.lower() in near), key=similarity, default=None)
