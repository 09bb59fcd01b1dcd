"""The known name that somebody is likely to have meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

LONGEST: Final = 200
"""Characters of a name that are compared; known ones are far shorter."""


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The most similar of the *known* names, None if all are less alike than *cutoff*."""
    from difflib import get_close_matches

    near = get_close_matches(name[:LONGEST], list(known), n=1, cutoff=cutoff)
    return near[0] if near else None
