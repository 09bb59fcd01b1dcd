"""What is served below ``/_wanproof``: the admin API and the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..messages import Request, Response

if TYPE_CHECKING:
    from ..mock import Mock


def handle(mock: Mock, request: Request) -> Response:
    """The answer to a request whose path, with single slashes, is below ROOT, or OPENAPI."""
    return Response.json(404, {"message": f"nothing is served at {request.path}"})
