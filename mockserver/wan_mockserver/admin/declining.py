"""How the admin API turns a request down: always in JSON, always saying what to do instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wan_validators.nearest import nearest
from wan_validators.wording import clip

from ..messages import Response


class Declined(Exception):
    """The request is answered with *status* and nothing else happens; *says* is why."""

    def __init__(
        self, says: str, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        self.says, self.status, self.headers = says, status, dict(headers or {})
        super().__init__(says)

    @property
    def response(self) -> Response:
        return Response.json(self.status, {"message": self.says}, self.headers)


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
