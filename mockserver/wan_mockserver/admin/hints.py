"""What the admin API says of a name that it does not know."""

from __future__ import annotations

from collections.abc import Iterable

from wan_validators.messages.suggestions import suggest


def format_suggestion(name: str, known: Iterable[str], kind: str = "allowed") -> str:
    """The one of *known* that was probably meant by *name*, or else all of them."""
    known = list(known)
    return suggest(name, known, f"{kind}: {', '.join(known) or 'none'}")
