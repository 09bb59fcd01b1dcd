"""Servers with one answer to each request, for everyone: what a test has without a mock.

They repeat what the mock answered, so that clients do the same work with either.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from threading import Thread
from typing import Any, Final

import flask
import httpx
import respx
import waitress.server
from werkzeug.serving import make_server

HOST: Final = "127.0.0.1"

JSON: Final = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Route:
    """One request and its answer."""

    method: str
    path: str
    status: int
    body: bytes

    @classmethod
    def of(cls, answer: httpx.Response) -> Route:
        """The request that *answer* was given to, and *answer*."""
        asked = answer.request
        return cls(asked.method, asked.url.path, answer.status_code, answer.content)


def respx_router(routes: Iterable[Route], base_url: str) -> respx.MockRouter:
    router = respx.mock(base_url=base_url, assert_all_called=False)
    for route in routes:
        matching = router.request(route.method, route.path)
        matching.respond(route.status, headers=JSON, content=route.body)
    return router


def mock_transport(routes: Iterable[Route]) -> httpx.MockTransport:
    known = {(route.method, route.path): route for route in routes}

    def answer(request: httpx.Request) -> httpx.Response:
        route = known[request.method, request.url.path]
        return httpx.Response(route.status, headers=JSON, content=route.body)

    return httpx.MockTransport(answer)


def flask_app(routes: Iterable[Route]) -> flask.Flask:
    app = flask.Flask("peer", static_folder=None)
    for nth, route in enumerate(routes):
        view: Callable[[], Any] = partial(flask.Response, route.body, route.status, JSON)
        app.add_url_rule(route.path, str(nth), view, methods=[route.method])
    return app


def serve_by_waitress(app: flask.Flask, threads: int) -> str:
    """Serves *app* until this process ends; gives the base URL."""
    server: Any = waitress.server.create_server(app, host=HOST, port=0, threads=threads)
    Thread(target=server.run, daemon=True).start()
    return f"http://{HOST}:{server.effective_port}"


class WerkzeugServer:
    """*app* on a free port, from a thread, as pytest-httpserver serves; one more per connection.

    What it takes to stop is ``poll_interval`` of the standard library's ``socketserver``, half a
    second, which neither of the two changes.
    """

    def __init__(self, app: flask.Flask) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = make_server(HOST, 0, app, threaded=True)
        self._thread = Thread(target=self._server.serve_forever)
        self.port = self._server.port

    def start(self) -> WerkzeugServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
