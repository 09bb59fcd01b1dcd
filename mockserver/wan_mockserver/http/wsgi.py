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
    """A Flask application over *service*, or over a Mock whose simulator *options* are for.

    Whatever is no route of the application's own, at any path and with any method, goes to
    the service. Raises TypeError for options beside a service.
    """
    if service is not None and options:
        raise TypeError(f"options are for a new simulator, not for a given one: {[*options]}")
    app = flask.Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES + 1  # enough to see an excess
    serving: Service = Mock(Simulator(**options)) if service is None else service

    @app.before_request
    def simulate() -> flask.Response | None:
        if flask.request.endpoint is not None:
            return None
        return _serve(serving, flask.request)

    return app


def wsgi(service: Service) -> WSGIApplication:
    """*service* as a bare WSGI application: faster, and with nothing to add routes to."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return _serve(service, flask.Request(environ))(environ, start_response)

    return application


def _serve(service: Service, request: flask.Request) -> flask.Response:
    answer = service.handle(_request(request))
    if answer.delivery.is_plain:
        return _reply(answer)
    return _deliver(answer, request.environ, partial(service.mark_response_lost, answer))


class _FlaskResponse(flask.Response):
    default_mimetype = None  # an answer without a Content-Type stays one


def _reply(answer: Response) -> flask.Response:
    return _FlaskResponse([answer.body], answer.status, dict(answer.headers))


def _deliver(
    answer: Response, environ: WSGIEnvironment, lost: Callable[[], None]
) -> flask.Response:
    """*answer* as the server is to deliver it, or as well as a server can that knows no faults."""
    deliver = environ.get(DELIVER)
    if deliver is not None:
        deliver(answer.delivery, lost)
        return _reply(answer)
    if answer.delivery.cut is not None:
        says = (
            f"the fault {answer.delivery.cut.value!r} happens to a connection, which only the "
            "server of `wanproof serve` can do; start that, or choose another scenario"
        )
        return _reply(Response.json(501, {"message": says}))
    reply = _reply(answer)
    reply.headers["Content-Length"] = str(len(answer.body))
    reply.response = _iter_slowly(answer, lost)
    return reply


def _iter_slowly(answer: Response, lost: Callable[[], None]) -> Iterator[bytes]:
    """The body at its pace. Calls *lost* if nobody wants it to the end."""
    arrived = False
    try:
        for step in iter_steps(answer.body, answer.delivery):
            if isinstance(step, bytes):
                yield step
            elif isinstance(step, int | float):
                time.sleep(step)
        arrived = True
    finally:
        if not arrived:
            lost()


def _request(given: flask.Request) -> Request:
    return Request(
        method=given.method,
        path=given.path,
        query=given.query_string.decode("latin-1"),
        headers=dict(given.headers),
        body=_body(given),
        base_url=_base_url(given),
        peer=_peer(given),
    )


def _peer(given: flask.Request) -> str:
    """The other end of the connection, "" where the server does not tell its port."""
    port = given.environ.get("REMOTE_PORT")
    return f"{given.remote_addr}:{port}" if port else ""


def _body(given: flask.Request) -> bytes | None:
    """The body, of which never much more than MAX_BODY is read; None if it says it is longer."""
    if given.content_length is not None and given.content_length > MAX_BODY_BYTES:
        return None
    return given.get_data(cache=False)


def _base_url(given: flask.Request) -> str:
    """How the client called this server; its own address if the header Host is not usable."""
    if given.host:
        return given.root_url.rstrip("/")
    name, port = given.server or ("localhost", None)
    return f"{given.scheme}://{name}:{port}" if port else f"{given.scheme}://{name}"
