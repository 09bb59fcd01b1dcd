"""The mock as a WSGI application, for any WSGI server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from wan_validators.optional_dependencies import explain_missing_extra

from ..service import Mock
from ..simulator.simulator import Simulator
from .delivery import DELIVER, iter_steps
from .messages import MAX_BODY_BYTES, Request, Response
from .service import Service

with explain_missing_extra():
    import flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["create_app", "wsgi"]


def create_app(service: Service | None = None, **options: Any) -> flask.Flask:
    """Creates a Flask application for *service*, or for a new Mock with simulator *options*.

    Every request that matches no route of the application goes to the service. Raises
    TypeError if both *service* and options are passed.
    """
    if service is not None and options:
        raise TypeError(f"options are for a new simulator, not for a given one: {[*options]}")
    app = flask.Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES + 1  # enough to see an excess
    served: Service = Mock(Simulator(**options)) if service is None else service

    @app.before_request
    def simulate() -> flask.Response | None:
        if flask.request.endpoint is not None:
            return None
        return _serve(served, flask.request)

    return app


def wsgi(service: Service) -> WSGIApplication:
    """Creates a bare WSGI application for *service*: faster, but without own routes."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return _serve(service, flask.Request(environ))(environ, start_response)

    return application


def _serve(service: Service, request: flask.Request) -> flask.Response:
    response = service.handle(_build_request(request))
    lost = partial(service.mark_response_lost, response)
    if response.delivery.is_plain and DELIVER not in request.environ:
        return _build_flask_response(response)
    return _deliver(response, request.environ, lost)


class _FlaskResponse(flask.Response):
    default_mimetype = None  # Flask would add a Content-Type


def _build_flask_response(response: Response) -> flask.Response:
    return _FlaskResponse([response.body], response.status, dict(response.headers))


def _deliver(
    response: Response, environ: WSGIEnvironment, lost: Callable[[], None]
) -> flask.Response:
    """Lets the server deliver *response*, or delivers it as well as any WSGI server can."""
    deliver = environ.get(DELIVER)
    if deliver is not None:
        deliver(response.delivery, lost)
        return _build_flask_response(response)
    if response.delivery.cut is not None:
        message = (
            f"the fault {response.delivery.cut.value!r} happens to a connection, which only the "
            "server of `wanproof serve` can do; start that, or choose another scenario"
        )
        return _build_flask_response(Response.json(501, {"message": message}))
    flask_response = _build_flask_response(response)
    flask_response.headers["Content-Length"] = str(len(response.body))
    flask_response.response = _iter_slowly(response, lost)
    return flask_response


def _iter_slowly(response: Response, lost: Callable[[], None]) -> Iterator[bytes]:
    """Yields the body at its pace; calls *lost* if the client does not take all of it."""
    arrived = False
    try:
        for step in iter_steps(response.body, response.delivery):
            if isinstance(step, bytes):
                yield step
            elif isinstance(step, int | float):
                time.sleep(step)
        arrived = True
    finally:
        if not arrived:
            lost()


def _build_request(request: flask.Request) -> Request:
    return Request(
        method=request.method,
        path=_get_path(request),
        query=request.query_string.decode("latin-1"),
        headers=dict(request.headers),
        body=_read_body(request),
        base_url=_get_base_url(request),
        peer=_get_peer(request),
    )


def _get_path(request: flask.Request) -> str:
    """Returns the path with all of its leading slashes, of which WSGI servers leave one."""
    uri = request.environ.get("REQUEST_URI", "")
    slashes = len(uri) - len(uri.lstrip("/"))
    return "/" * max(slashes, 1) + request.path.lstrip("/")


def _get_peer(request: flask.Request) -> str:
    """Returns the client's host and port, "" if the server does not provide the port."""
    port = request.environ.get("REMOTE_PORT")
    return f"{request.remote_addr}:{port}" if port else ""


def _read_body(request: flask.Request) -> bytes | None:
    """Reads little more than MAX_BODY_BYTES; returns None if Content-Length is larger."""
    if request.content_length is not None and request.content_length > MAX_BODY_BYTES:
        return None
    return request.get_data(cache=False)


def _get_base_url(request: flask.Request) -> str:
    """Returns the client's URL of this server, or its address if Host is not valid."""
    if request.host:
        return request.root_url.rstrip("/")
    name, port = request.server or ("localhost", None)
    return f"{request.scheme}://{name}:{port}" if port else f"{request.scheme}://{name}"
