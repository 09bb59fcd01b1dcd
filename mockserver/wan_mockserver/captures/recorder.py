"""Forwards requests to a vendor and records them: the one part that contacts a vendor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from wan_validators.catalog import vendors
from wan_validators.optional_dependencies import explain_missing_extra

from ..clock import Clock, RealClock
from ..http.errors import RequestRejected
from ..http.messages import Request, Response
from ..http.service import Service
from ..simulator.routing import Action, build_routes, find_route, normalize_path
from ..state.journal import escape_line
from .downloads import create_download_client
from .exchange import CapturedExchange
from .har import write_har

with explain_missing_extra():
    import httpx

if TYPE_CHECKING:
    from wan_validators.guard import GuardError

__all__ = ["MAX_FILE_BYTES", "Recorder"]

MAX_FILE_BYTES: Final = 256 * 1024 * 1024
"""A larger result file is not recorded."""

TIMEOUT_S: Final = 120.0

HOP_HEADERS: Final = frozenset(
    (
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
"""Headers that belong to one connection (RFC 9110, section 7.6.1)."""

RESULT_MEMBERS: Final = frozenset(("images", "videos", "url", "video_url", "image"))
"""The members with the URLs of results; other URLs can lead to documentation."""

ROUTES: Final = build_routes(vendors())


class Recorder(Service):
    """Forwards creates and polls to *upstream* through *client*, and writes *file*.

    Responses reach the caller unchanged. When a task ends, its files are downloaded once for the
    capture, without the API key, unless *with_files* is false. The file is rewritten after each
    exchange, and has no secrets. *log* gets a line for each exchange.
    """

    def __init__(
        self,
        upstream: str,
        file: Path,
        client: httpx.Client,
        *,
        with_files: bool = True,
        log: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._upstream = upstream.rstrip("/")
        self._file = file
        self._client = client
        self._with_files = with_files
        self._log = log
        self._clock = RealClock()
        self._exchanges: list[CapturedExchange] = []
        self._urls: set[str] = set()
        self._lock = Lock()

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def count(self) -> int:
        """The number of recorded exchanges."""
        return len(self._exchanges)

    def mark_response_lost(self, response: Response) -> None:
        """Does nothing: the exchange with the vendor is recorded in any case."""

    def handle(self, request: Request) -> Response:
        try:
            route, _ = find_route(ROUTES, request.method, normalize_path(request.path))
        except RequestRejected as error:
            return self._refuse(request, 404, f"{error}; it is not sent to the vendor")
        if route.vendor is None:
            message = "result files are not forwarded; read them at the URLs that the vendor sent"
            return self._refuse(request, 404, message)
        return self._forward(request, route.action)

    def _forward(self, request: Request, action: Action) -> Response:
        from wan_validators.guard import GuardError

        at = self._clock.now()
        try:
            received = self._client.request(
                request.method,
                f"{self._upstream}{request.path}" + (f"?{request.query}" if request.query else ""),
                headers=_drop_hop_headers(request.headers),
                content=request.body or b"",
                timeout=TIMEOUT_S,
            )
        except GuardError as error:
            return self._refuse(request, 400, _describe_guard_error(error))
        except httpx.HTTPError as error:
            message = f"the vendor did not answer: {type(error).__name__}: {error}"
            return self._refuse(request, 502, message)
        response = _build_response(received)
        self._record(replace(request, base_url=self._upstream), response, at)
        if action is Action.POLL and self._with_files:
            self._record_files(received)
        return response

    def _record_files(self, received: httpx.Response) -> None:
        for url in _find_result_urls(received):
            with self._lock:
                if url in self._urls:
                    continue
                self._urls.add(url)
            at = self._clock.now()
            try:
                with (
                    create_download_client(self._upstream, TIMEOUT_S) as client,
                    client.stream("GET", url) as answer,
                ):
                    body = _read_limited(answer)
                    response = _build_response(answer, body)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                reason = f"{type(error).__name__}: {error}"
                self._log(escape_line(f"  a file could not be recorded: {reason}"))
                continue
            if body is None:
                self._log(f"  a file of more than {MAX_FILE_BYTES:,} bytes is not recorded")
                continue
            parsed = httpx.URL(url)
            request = Request(
                method="GET",
                path=parsed.path,
                query=parsed.query.decode(),
                base_url=f"{parsed.scheme}://{parsed.netloc.decode()}",
            )
            self._record(request, response, at)

    def _record(self, request: Request, response: Response, at: float) -> None:
        with self._lock:
            place = f"entry {len(self._exchanges) + 1}"
            self._exchanges.append(
                CapturedExchange(request=request, response=response, at=at, place=place)
            )
            write_har(self._exchanges, self._file)
        self._log(escape_line(f"{request.method} {request.path} {response.status} {place}"))

    def _refuse(self, request: Request, status: int, message: str) -> Response:
        self._log(escape_line(f"{request.method} {request.path} {status} not recorded: {message}"))
        return Response.json(status, {"message": message})


def _drop_hop_headers(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in HOP_HEADERS}


def _build_response(received: httpx.Response, body: bytes | None = None) -> Response:
    """Returns the response with its body decompressed, as httpx has done."""
    content = received.content if body is None else body
    headers = _drop_hop_headers(received.headers)
    headers.pop("content-encoding", None)
    return Response(
        status=received.status_code,
        headers={**headers, "Content-Length": str(len(content))},
        body=content,
    )


def _read_limited(answer: httpx.Response) -> bytes | None:
    """Returns the body, None if it is longer than MAX_FILE_BYTES."""
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > MAX_FILE_BYTES:
            return None
    return bytes(body)


def _find_result_urls(received: httpx.Response) -> list[str]:
    """Returns the URLs of the results in the body of a poll response."""
    try:
        value = json.loads(received.content)
    except (ValueError, RecursionError):
        return []
    return [url for url in _iter_results(value) if url.startswith(("http://", "https://"))]


def _iter_results(value: Any, name: str = "") -> Iterator[str]:
    """Yields the texts in the members that hold results at some vendor."""
    waiting = [(name, value)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, str) and name in RESULT_MEMBERS:
            yield value
        elif isinstance(value, dict):
            waiting += reversed(value.items())
        elif isinstance(value, list):
            waiting += [(name, each) for each in reversed(value)]


def _describe_guard_error(error: GuardError) -> str:
    return f"not sent to the vendor: {error}"
