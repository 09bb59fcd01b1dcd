"""What the admin API says of a name that it does not know."""

from __future__ import annotations

from collections.abc import Iterable

from wan_validators.messages.suggestions import nearest


def hint(name: str, known: Iterable[str], kind: str = "allowed") -> str:
    """The one of *known* that was probably meant by *name*, or else all of them."""
    known = list(known)
    near = nearest(name, known)
    if near:
        return f"did you mean {near}?"
    return f"{kind}: {', '.join(known)}" if known else f"{kind}: none"
