"""Reads HTTP requests from the bytes of a connection.

Usual requests are read by one regular expression, which takes a twentieth of the time. All
others, valid or not, are read by the parser of waitress.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from wan_validators.optional_dependencies import explain_missing_extra

from ..messages import Request, parse_length

with explain_missing_extra():
    from waitress.adjustments import Adjustments
    from waitress.parser import HTTPRequestParser, ParsingError
    from waitress.utilities import BadRequest, RequestEntityTooLarge
    from werkzeug.sansio.utils import get_host

__all__ = [
    "CONTINUE",
    "NO_REQUEST",
    "IncomingRequest",
    "RequestReader",
    "ServerFacts",
    "build_request_error",
]

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"

MAX_PLAIN_BODY_BYTES: Final = 64 * 1024
"""Bytes of a body that is joined in memory until it is complete."""

NO_REQUEST: Final = Request(method="", path="")
"""Stands for a request that cannot be read."""

_PLAIN_HEAD: Final = re.compile(
    rb"([A-Z]+) (/[!\"$-~]*) HTTP/1\.1\r\n"
    rb"((?:[!#$%&'*+\-.^`|~0-9A-Za-z]+:[\t -~]*\r\n)+)\r\n"
).match
"""A head in ASCII with a path, without folded lines and without underscores in names."""

_UNUSUAL_HEADERS: Final = frozenset(("transfer-encoding", "expect", "upgrade"))

_find_length = re.compile("[0-9]{1,5}").fullmatch

_LONG_LENGTH: Final = re.compile(rb"(?im)^(content-length:[ \t]*)([0-9]{19,})(?=[ \t]*\r?$)")

_find_encoding = re.compile(rb"(?im)^transfer-encoding:").search


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """What a request's URL depends on besides the request: the server's *host* and *port*."""

    host: str
    port: int
    max_body: int


@dataclass(slots=True, kw_only=True)
class IncomingRequest:
    """One request as it was read, or the *error* for which it cannot be answered.

    The connection is closed after the response if *closes*. *version* is that of the client.
    """

    request: Request
    version: str = "1.0"
    closes: bool = False
    error: Any = None


class RequestReader:
    """Reads the requests of one connection; *peer* is the client's host and port.

    *is_reading* is true while a request is incomplete, *has_head* once its head is complete.
    """

    __slots__ = ("_buffer", "_facts", "_parser", "_unread", "peer")

    def __init__(self, facts: ServerFacts, peer: str) -> None:
        self._facts, self.peer = facts, peer
        self._buffer = b""
        self._parser: _Parser | None = None
        self._unread = 0

    @property
    def is_reading(self) -> bool:
        return self._parser is not None or bool(self._buffer) or self._unread > 0

    @property
    def has_head(self) -> bool:
        """Whether a head is complete, or more of a rejected body is still to come."""
        parser = self._parser
        is_plain = bool(self._buffer) and parser is None
        return is_plain or self._unread > 0 or (parser is not None and parser.headers_finished)

    @property
    def wants_continue(self) -> bool:
        """Whether the client waits for a 100 before it sends the body."""
        parser = self._parser
        return parser is not None and parser.headers_finished and parser.expect_continue

    def accept_body(self) -> None:
        """Notes that the client was told to send the body."""
        assert self._parser
        self._parser.expect_continue = False

    def feed(self, data: bytes) -> list[IncomingRequest]:
        """Takes what arrived, and returns the requests that it completes."""
        if self._unread:
            skipped = min(self._unread, len(data))
            self._unread -= skipped
            data = data[skipped:]
        if self._buffer:
            data, self._buffer = self._buffer + data, b""
        found: list[IncomingRequest] = []
        while data:
            if self._parser is None:
                match = _PLAIN_HEAD(data)
                plain = self._read_plain(match, data) if match else None
                if plain:
                    incoming, end = plain
                    if incoming is None:
                        self._buffer = data
                        break
                    found.append(incoming)
                    data = data[end:]
                    continue
                self._parser = _Parser(self._facts.max_body)
            data = data[self._parser.received(data) :]
            if self._parser.completed:
                found.extend(self._finish(self._parser))
                self._parser = None
                if found and found[-1].error:
                    break
        return found

    def describe_missing(self) -> str:
        """Describes what is missing of the request that is incomplete."""
        parser = self._parser
        if not self.has_head:
            return "the head of the request is not complete; it ends with an empty line"
        if parser is None or parser.chunked:
            return "the body of the request is not complete"
        got, length = parser.body_bytes_received, parser.content_length
        return f"the body has {got} bytes, but Content-Length is {length}"

    def _read_plain(
        self, match: re.Match[bytes], data: bytes
    ) -> tuple[IncomingRequest | None, int] | None:
        """Reads a usual request: None if it is unusual, without a request if incomplete."""
        method, target, lines = match.groups()
        headers = {}
        count = 0
        for line in lines.decode("ascii").split("\r\n")[:-1]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip(" \t")
            count += 1
        if count != len(headers) or not _UNUSUAL_HEADERS.isdisjoint(headers):
            return None
        start = end = match.end()
        if "content-length" in headers:
            length = _find_length(headers["content-length"])
            if not length or int(length[0]) > min(MAX_PLAIN_BODY_BYTES, self._facts.max_body):
                return None
            end += int(length[0])
            if len(data) < end:
                return None, 0
        connection = headers.get("connection", "")
        closes = connection not in ("", "keep-alive") and _closes(connection)
        path, _, query = target.decode("ascii").partition("?")
        request = Request(
            method=method.decode("ascii"),
            path=unquote(path) if "%" in path else path,
            query=query,
            headers=headers,
            body=data[start:end],
            base_url=_build_base_url(headers.get("host"), self._facts),
            peer=self.peer,
        )
        return IncomingRequest(request=request, version="1.1", closes=closes), end

    def _finish(self, parser: _Parser) -> list[IncomingRequest]:
        """Returns the request that *parser* has read; none for an empty line."""
        if parser.empty:
            return []
        if parser.error:
            return [IncomingRequest(request=NO_REQUEST, closes=True, error=parser.error)]
        self._unread = parser.unread
        headers = {name.replace("_", "-").lower(): text for name, text in parser.headers.items()}
        # As in the environment of WSGI, which has these two without a value.
        for name in ("content-type", "content-length"):
            if not headers.get(name, "x"):
                del headers[name]
        request = Request(
            method=parser.command,
            path=parser.path.encode("latin-1").decode("utf-8", "replace"),
            query=parser.query,
            headers=headers,
            body=None if parser.is_too_long else parser.read_body(),
            base_url=_build_base_url(headers.get("host"), self._facts),
            peer=self.peer,
        )
        version = parser.version if parser.version in ("1.0", "1.1") else "1.0"
        connection = headers.get("connection", "")
        closes = parser.connection_close or _closes(connection)
        if version == "1.0":
            closes = closes or connection.lower() != "keep-alive"
        return [IncomingRequest(request=request, version=version, closes=closes)]


class _Parser(HTTPRequestParser):
    """Lets the application reject a body that is too long, at once.

    *unread* bytes of such a body follow the head. Then *is_too_long* is true.
    """

    is_too_long = False
    unread = 0
    headers: dict[str, str]
    command: Any  # declared as bytes, but it is text
    path: str
    query: str

    def __init__(self, max_body: int) -> None:
        super().__init__(_make_adjustments(max_body))

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if not isinstance(self.error, RequestEntityTooLarge):
            return consumed
        self.error, self.is_too_long = None, True
        self.expect_continue = False
        if self.chunked:
            # The end of such a body is unknown, so nothing can follow on this connection.
            self.headers["CONTENT_LENGTH"] = str(self.body_bytes_received)
            self.connection_close = True
            return len(data)
        self.unread = max(self.content_length - (len(data) - consumed), 0)
        return min(len(data), consumed + self.content_length)

    def parse_header(self, header_plus: bytes) -> None:
        """Adds to waitress's checks those of RFC 9112, section 6, and the length of a number."""
        try:
            super().parse_header(_LONG_LENGTH.sub(_shorten_length, header_plus))
        except ParsingError as error:
            raise ParsingError(_explain(str(error))) from error
        is_encoded = _find_encoding(header_plus) is not None
        if is_encoded and (self.version == "1.0" or "CONTENT_LENGTH" in self.headers):
            # Whoever forwarded this may see another end of the body (request smuggling).
            self.connection_close = True

    def read_body(self) -> bytes:
        body: bytes = self.get_body_stream().read()
        self.close()
        return body


def _shorten_length(match: re.Match[bytes]) -> bytes:
    """Replaces a number that no body has: Python does not convert thousands of digits."""
    return match[1] + str(parse_length(match[2].decode())).encode()


def _closes(connection: str) -> bool:
    """Returns whether the header Connection asks to close it."""
    return "close" in (token.strip() for token in connection.lower().split(","))


def _explain(message: str) -> str:
    """Returns the message of waitress, with a remedy where clients often err."""
    if message == "Content-Length is invalid":
        return f"{message}; it must be one whole number, the count of the body's bytes"
    return message


@lru_cache(maxsize=8)
def _make_adjustments(max_body: int) -> Any:
    return Adjustments(max_request_body_size=max_body + 1)


@lru_cache(maxsize=1024)
def _build_base_url(host: str | None, facts: ServerFacts) -> str:
    """Returns the client's URL of this server, or its address if *host* is not valid."""
    given = get_host("http", host, (facts.host, facts.port))
    name = f"[{facts.host}]" if ":" in facts.host else facts.host
    return f"http://{given}" if given else f"http://{name}:{facts.port}"


def build_request_error(code: int, reason: str, message: str) -> Any:
    """Builds the error for a request that never became complete."""
    error = BadRequest(message)
    error.code, error.reason = code, reason
    return error
