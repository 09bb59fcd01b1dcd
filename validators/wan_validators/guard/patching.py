"""Lints what a program sends through any client of httpx or requests, for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

from .errors import GuardError
from .routes import GuardedRoute, find_guarded_route
from .watch import Watch

__all__ = ["lint_all_creates"]

_CLIENTS: Final = (("httpx", "Client"), ("httpx", "AsyncClient"), ("requests", "Session"))


@contextmanager
def lint_all_creates(watch: Watch) -> Iterator[list[GuardError]]:
    """Asks *watch* about each create until the end, and gives a list of the blocked ones.

    The method ``send`` of all clients is replaced, so transports and mocks are not touched.
    """
    blocked: list[GuardError] = []
    with ExitStack() as stack:
        for module, name in _CLIENTS:
            try:
                client = getattr(import_module(module), name)
            except ModuleNotFoundError:
                continue
            wrap = _wrap_async if name.startswith("Async") else _wrap
            stack.enter_context(patch.object(client, "send", wrap(client.send, watch, blocked)))
        yield blocked


def _wrap(send: Callable[..., Any], watch: Watch, blocked: list[GuardError]) -> Callable[..., Any]:
    def checked(self: Any, request: Any, *more: Any, **options: Any) -> Any:
        route = find_guarded_route(request.method or "", _get_path(request))
        if route is not None and route.is_create:
            _check(watch, blocked, route, request, _read_body(request))
        return send(self, request, *more, **options)

    return checked


def _wrap_async(
    send: Callable[..., Any], watch: Watch, blocked: list[GuardError]
) -> Callable[..., Any]:
    async def checked(self: Any, request: Any, *more: Any, **options: Any) -> Any:
        route = find_guarded_route(request.method, _get_path(request))
        if route is not None and route.is_create:
            _check(watch, blocked, route, request, await request.aread())
        return await send(self, request, *more, **options)

    return checked


def _check(
    watch: Watch, blocked: list[GuardError], route: GuardedRoute, request: Any, body: bytes
) -> None:
    try:
        watch.cancel(watch.begin(route, request.headers.get, body))
    except GuardError as error:
        blocked.append(error)
        raise


def _get_path(request: Any) -> str:
    return unquote(urlsplit(str(request.url or "")).path)


def _read_body(request: Any) -> bytes:
    if hasattr(request, "read"):
        return bytes(request.read())
    from .requests_adapter import read_body

    return read_body(request)
