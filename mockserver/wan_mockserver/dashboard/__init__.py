"""A page that shows what the server does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..messages import Request, Response

if TYPE_CHECKING:
    from ..mock import Mock


def answer(mock: Mock, request: Request) -> Response | None:
    """The answer to a request for the page or one of its parts; None for other paths."""
    return None
