"""Requests and responses as values, and the headers that all of them have."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

from ..time_slices import in_slices
from .delivery import DEFAULT_DELIVERY, Delivery

__all__ = [
    "BODILESS_STATUSES",
    "MAX_BODY_BYTES",
    "Request",
    "Response",
    "build_traceparent",
    "encode_in_parts",
    "parse_length",
]

MAX_BODY_BYTES: Final = 64 * 1024 * 1024
"""Bytes of a request's body that are read; no vendor publishes a limit."""

BODILESS_STATUSES: Final = (204, 304)
"""Status codes of responses without a body and without a Content-Length."""

_TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})(?P<trace>[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
).fullmatch


MAX_LENGTH_DIGITS: Final = 18
"""Digits of a Content-Length that are read; Python refuses to convert thousands."""


def parse_length(text: str) -> int:
    """Returns the value of a Content-Length, 0 if it is not a number.

    A number of more than MAX_LENGTH_DIGITS digits counts as the largest with so many.
    """
    if not (text.isascii() and text.isdecimal()):
        return 0
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) <= MAX_LENGTH_DIGITS else 10**MAX_LENGTH_DIGITS - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; the names of *headers* become lower case.

    *path* is percent-decoded and excludes *query*, which is not decoded. *body* is None if
    it was longer than MAX_BODY_BYTES and so was not read. *base_url* is the URL by which the
    client calls this server, without a final slash. URLs of results begin with it.
    *peer* is the client's host and port, "" in process.
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
    """One HTTP response and its delivery.

    *entry* is the number of its entry in the journal, 0 if it has none.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delivery: Delivery = DEFAULT_DELIVERY
    entry: int = 0

    @classmethod
    def json(cls, status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
        """Builds a response with *value* as JSON in ASCII, so that lone surrogates do no harm."""
        return cls.of_json(status, json.dumps(value), headers)

    @classmethod
    def of_json(cls, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        """Builds a response whose body is *text*, which is JSON in ASCII."""
        body = text.encode()
        own = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        return cls(status=status, headers={**own, **(headers or {})}, body=body)

    def with_headers(self, headers: Mapping[str, str]) -> Response:
        return replace(self, headers={**self.headers, **headers})

    def with_entry(self, entry: int, headers: Mapping[str, str]) -> Response:
        """Returns the response with its *entry* and more *headers*."""
        return Response(
            status=self.status,
            headers={**self.headers, **headers},
            body=self.body,
            delivery=self.delivery,
            entry=entry,
        )

    def without_body(self) -> Response:
        """Returns the response to HEAD: the same headers, Content-Length included, and no body."""
        return replace(self, body=b"")


def encode_in_parts(value: Any, depth: int = 2) -> str:
    """Encodes *value* like ``json.dumps``, but member by member, down to *depth*.

    ``json.dumps`` of a large value would keep all other threads waiting, those that answer
    creates and polls included.
    """
    match value:
        case dict() if depth:
            members = (
                f"{json.dumps(name)}: {encode_in_parts(each, depth - 1)}"
                for name, each in in_slices(value.items())
            )
            return f"{{{', '.join(members)}}}"
        case list():
            return f"[{', '.join(map(json.dumps, in_slices(value)))}]"
    return json.dumps(value)


def build_traceparent(header: str | None, seed: str) -> str:
    """Returns a response's Traceparent (W3C Trace Context) in the trace of the request's.

    Everything else in it depends on *seed* alone.
    """
    # A hash costs a tenth of a random generator. No part of it is zero in practice.
    digits = sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()
    match = _TRACEPARENT(header) if header else None
    trace = match["trace"] if match else digits[:32]
    return f"00-{trace}-{digits[32:48]}-01"
