"""An adapter for requests that asks a guard before it sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import NewConnectionError

from .errors import GuardError
from .routes import find_guarded_route
from .watch import Watch

__all__ = ["GuardAdapter", "read_body"]

NOT_SENT: Final = (
    requests.ConnectTimeout,
    requests.exceptions.InvalidURL,
    requests.exceptions.ProxyError,
    GuardError,
)
"""Errors after which no byte of a request can have arrived at the vendor."""


class GuardAdapter(BaseAdapter):
    """Asks *watch* about each create, and sends the rest through *inner* as it is."""

    def __init__(self, watch: Watch, inner: BaseAdapter | None = None) -> None:
        super().__init__()
        self._watch = watch
        self._inner = HTTPAdapter() if inner is None else inner

    def send(  # noqa: PLR0917
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002  (as in the class above)
        timeout: Any = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        more = {"timeout": timeout, "verify": verify, "cert": cert, "proxies": proxies}
        path = unquote(urlsplit(request.url or "").path)
        route = find_guarded_route(request.method or "", path)
        if route is None:
            return self._inner.send(request, stream=stream, **more)
        if not route.is_create:
            response = self._inner.send(request, stream=stream, **more)
            if response.ok and not stream:
                self._watch.read_poll(route, response.content)
            return response
        flight = self._watch.begin(route, request.headers.get, read_body(request))
        try:
            response = self._inner.send(request, stream=stream, **more)
            if not self._watch.is_settled(flight, response.status_code):
                self._watch.accept(flight, None if stream else response.content)
        except BaseException as error:
            if _was_not_sent(error):
                self._watch.cancel(flight)
            else:
                self._watch.fail(flight, type(error).__name__)
            raise
        return response

    def close(self) -> None:
        self._inner.close()


def read_body(request: requests.PreparedRequest) -> bytes:
    """Returns the body; a file or an iterator is read, and replaced by its content."""
    body: Any = request.body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    parts = [body.read()] if hasattr(body, "read") else list(body)
    content = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    request.body = content
    request.headers.pop("Transfer-Encoding", None)
    request.headers["Content-Length"] = str(len(content))
    return content


def _was_not_sent(error: BaseException) -> bool:
    """Returns True if no byte of the request can have arrived at the vendor."""
    if isinstance(error, NOT_SENT):
        return True
    cause = error.args[0] if isinstance(error, requests.ConnectionError) and error.args else None
    return isinstance(getattr(cause, "reason", cause), NewConnectionError)
