"""Finds the route of a request in a table of routes below ROOT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wan_validators.messages.formatting import clip
from wan_validators.messages.suggestions import suggest
from wan_validators.optional_dependencies import explain_missing_extra

from ..http.errors import AdminError
from ..http.messages import Request
from ..simulator.routing import ROOT
from .route import AdminRoute

with explain_missing_extra():
    from werkzeug.exceptions import MethodNotAllowed, NotFound
    from werkzeug.routing import Map, Rule

__all__ = ["RouteTable"]


class RouteTable:
    """Matches requests to *routes*."""

    def __init__(self, routes: Sequence[AdminRoute]) -> None:
        self._paths = {route.path: ROOT + route.path for route in routes}
        self._map = Map(
            [
                Rule(
                    ROOT + route.path.replace("{", "<").replace("}", ">"),
                    methods=[route.method],
                    endpoint=route,
                )
                for route in routes
            ]
        )

    def match(self, request: Request) -> tuple[AdminRoute, Mapping[str, Any]]:
        """Returns the route and the variable parts of its path; raises AdminError if none fits."""
        try:
            found: tuple[Any, Any] = self._map.bind("").match(request.path, request.method)
        except MethodNotAllowed as error:
            allow = ", ".join(sorted(error.valid_methods or ()))
            message = f"{clip(request.method)} is not allowed at {request.path}; allowed: {allow}"
            raise AdminError(message, 405, {"Allow": allow}) from error
        except NotFound as error:
            raise AdminError(self._build_unknown_path_message(request.path), 404) from error
        return found

    def _build_unknown_path_message(self, path: str) -> str:
        fallback = f"known: {', '.join(self._paths.values())}"
        hint = suggest(path.removeprefix(ROOT), self._paths, fallback, show=self._paths.__getitem__)
        return f"nothing is served at {clip(path)}; {hint}"
