"""Requests and responses as values: what goes into the simulator and what comes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

MAX_BODY: Final = 64 * 1024 * 1024
"""Bytes of a request's body that are read; none of the vendors publishes a limit of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request. Names of *headers* are kept in lower case.

    *path* is percent-decoded and has no query. *body* is None where it was longer than
    MAX_BODY and so was not read. *base_url* is how the client calls this server, without a
    slash at the end; URLs of results begin with it.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = b""
    base_url: str = "http://localhost"

    def __post_init__(self) -> None:
        lowered = {name.lower(): value for name, value in self.headers.items()}
        object.__setattr__(self, "headers", lowered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP response."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def json(cls, status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
        """*value* as JSON in ASCII, so that not even a lone surrogate in it can do harm."""
        body = json.dumps(value).encode()
        own = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        return cls(status=status, headers={**own, **(headers or {})}, body=body)

    def adding(self, headers: Mapping[str, str]) -> Response:
        return replace(self, headers={**self.headers, **headers})

    def without_body(self) -> Response:
        """The answer to HEAD: the same headers, among them the length of what is left out."""
        return replace(self, body=b"")
