"""Defines a route of the admin API, and a call of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wan_validators.fields import Field

from ..control import Control
from ..http.messages import Request
from .request_parsing import Values

__all__ = ["AdminCall", "AdminRoute", "get", "post"]

Fields = tuple[Field, ...]
Handler = Callable[["AdminCall"], Any]


@dataclass(frozen=True, slots=True)
class AdminCall:
    """One request to a route; *values* are the members of its body or query."""

    control: Control
    request: Request
    values: Values
    path_parameters: Values


@dataclass(frozen=True, slots=True, eq=False)
class AdminRoute:
    """A path below ROOT with ``{names}`` for variable parts; *answer* is the type of a 200."""

    method: str
    path: str
    name: str
    summary: str
    answer: Any
    handler: Handler
    query: Fields = ()
    body: Fields = ()


def get(
    path: str, name: str, summary: str, answer: Any, handler: Handler, *query: Field
) -> AdminRoute:
    """Builds a route for GET with the fields of its query."""
    return AdminRoute("GET", path, name, summary, answer, handler, query=query)


def post(
    path: str, name: str, summary: str, answer: Any, handler: Handler, *body: Field
) -> AdminRoute:
    """Builds a route for POST with the members of its body."""
    return AdminRoute("POST", path, name, summary, answer, handler, body=body)
