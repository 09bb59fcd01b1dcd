"""The simulator as a WSGI application, for any WSGI server."""

from __future__ import annotations

from typing import Any

import flask

from .messages import MAX_BODY, Request
from .simulator import Simulator


def create_app(simulator: Simulator | None = None, **options: Any) -> flask.Flask:
    """A Flask application over *simulator*, or over a new one made with *options*.

    Whatever is no route of the application's own, at any path and with any method, goes to
    the simulator.
    """
    if simulator is not None and options:
        raise TypeError(f"options are for a new simulator, not for a given one: {[*options]}")
    app = flask.Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY + 1  # enough to see an excess
    server = simulator or Simulator(**options)

    @app.before_request
    def simulate() -> flask.Response | None:
        if flask.request.endpoint is not None:
            return None
        answer = server.handle(_request(flask.request))
        return flask.Response([answer.body], answer.status, dict(answer.headers))

    return app


def _request(given: flask.Request) -> Request:
    return Request(
        method=given.method,
        path=given.path,
        headers=dict(given.headers),
        body=_body(given),
        base_url=_base_url(given),
    )


def _body(given: flask.Request) -> bytes | None:
    """The body, of which never much more than MAX_BODY is read; None if it says it is longer."""
    if given.content_length is not None and given.content_length > MAX_BODY:
        return None
    return given.get_data(cache=False)


def _base_url(given: flask.Request) -> str:
    """How the client called this server; its own address if the header Host is not usable."""
    if given.host:
        return given.root_url.rstrip("/")
    name, port = given.server or ("localhost", None)
    return f"{given.scheme}://{name}:{port}" if port else f"{given.scheme}://{name}"
