"""Requests and responses as values: what goes into the simulator and what comes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from ..clock import Clock
from .delivery import DEFAULT_DELIVERY, Delivery

MAX_BODY_BYTES: Final = 64 * 1024 * 1024
"""Bytes of a request's body that are read; none of the vendors publishes a limit of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request. Names of *headers* are kept in lower case.

    *path* is percent-decoded and without *query*, which is as it came. *body* is None where
    it was longer than MAX_BODY and so was not read. *base_url* is how the client calls this
    server, without a slash at the end; URLs of results begin with it.
    *peer* is the other end of the connection, as host and port; "" in process.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = b""
    base_url: str = "http://localhost"
    peer: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        lowered = {name.lower(): value for name, value in self.headers.items()}
        object.__setattr__(self, "headers", lowered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP response, and how it is to travel.

    *entry* is the number of its line in the journal, 0 if it has none.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delivery: Delivery = DEFAULT_DELIVERY
    entry: int = 0

    @classmethod
    def json(cls, status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
        """*value* as JSON in ASCII, so that not even a lone surrogate in it can do harm."""
        body = json.dumps(value).encode()
        own = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        return cls(status=status, headers={**own, **(headers or {})}, body=body)

    def with_headers(self, headers: Mapping[str, str]) -> Response:
        return replace(self, headers={**self.headers, **headers})

    def without_body(self) -> Response:
        """The answer to HEAD: the same headers, among them the length of what is left out."""
        return replace(self, body=b"")


class Service(Protocol):
    """Whatever answers requests; transports carry them to it and know nothing else of it."""

    @property
    def clock(self) -> Clock:
        """What time it is for the service; in process, waiting is done on it."""
        ...

    def handle(self, request: Request) -> Response: ...

    def mark_response_lost(self, response: Response) -> None:
        """Hears from the transport that the client did not get all of *response*.

        Not called where the response's own delivery cuts it off, which is known beforehand.
        """
        ...
