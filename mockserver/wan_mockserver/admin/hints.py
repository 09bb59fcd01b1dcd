"""What the admin API says of a name that it does not know."""

from __future__ import annotations

from collections.abc import Iterable

from wan_validators.nearest import nearest
from wan_validators.wording import clip


def hint(name: str, known: Iterable[str], kind: str = "allowed") -> str:
    """The one of *known* that was probably meant by *name*, or else all of them."""
    known = list(known)
    near = nearest(name, known)
    if near:
        return f"did you mean {near}?"
    return f"{kind}: {', '.join(known)}" if known else f"{kind}: none"


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """That *name* is no such thing, and what is."""
    return f"there is no {what} {clip(repr(name))}; {hint(name, known)}"
