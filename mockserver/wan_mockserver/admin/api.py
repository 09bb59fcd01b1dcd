"""The admin API: one table of routes, from which requests are answered and documented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from wan_validators.extras import naming_extra
from wan_validators.nearest import nearest
from wan_validators.wording import clip

from ..messages import Request, Response
from ..mock import ROOT, Mock
from . import controls, reports, shapes
from .controls import ADVANCING, ARMING, DISARMING, RESETTING, SEED
from .declining import Declined
from .kinds import Field
from .reading import from_body, from_query
from .reports import CHECKS, FILTER, LIMIT, TASK_FILTER, TENANT, Call
from .verify import VerifiedJson

with naming_extra():
    from werkzeug.exceptions import MethodNotAllowed, NotFound
    from werkzeug.routing import Map, Rule

Fields = tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Route:
    """*path*, below ROOT, has ``{names}`` where it varies. *answer* is the shape of 200."""

    method: str
    path: str
    name: str
    says: str
    answer: Any
    handler: Callable[[Call], Any]
    query: Fields = ()
    body: Fields = ()


def _get(
    path: str, name: str, says: str, answer: Any, handler: Callable[[Call], Any], *query: Field
) -> Route:
    return Route(
        method="GET", path=path, name=name, says=says, answer=answer, handler=handler, query=query
    )


def _post(
    path: str, name: str, says: str, answer: Any, handler: Callable[[Call], Any], *body: Field
) -> Route:
    return Route(
        method="POST", path=path, name=name, says=says, answer=answer, handler=handler, body=body
    )


def _document(call: Call) -> dict[str, Any]:
    from .openapi import document

    return document(call.request.base_url, protected=call.mock.token is not None)


ROUTES: Final = (
    _get("/health", "health", "Is the server up?", reports.HealthJson, reports.health),
    _get(
        "/scenarios",
        "scenarios",
        "All scenarios, and those that wait for creates.",
        reports.ScenariosJson,
        reports.scenarios,
    ),
    _post(
        "/scenarios",
        "arm",
        "Lets the next creates meet a scenario, in place of what waited for them.",
        controls.ArmingJson,
        controls.arm_scenario,
        *ARMING,
    ),
    Route(
        method="DELETE",
        path="/scenarios",
        name="disarm",
        says="Takes back what waits for creates.",
        answer=controls.ArmingJson,
        handler=controls.disarm,
        query=DISARMING,
    ),
    _get(
        "/requests",
        "requests",
        "The exchanges with the vendors' routes, the newest at the end.",
        reports.RequestsJson,
        reports.requests,
        *FILTER,
        LIMIT,
    ),
    _get(
        "/requests/count",
        "count",
        "How many exchanges match.",
        reports.CountJson,
        reports.count,
        *FILTER,
    ),
    _get("/tasks", "tasks", "The tasks.", reports.TasksJson, reports.tasks, *TASK_FILTER),
    _get("/tasks/{task_id}", "task", "One task.", shapes.TaskJson, reports.task),
    _get(
        "/ledger",
        "ledger",
        "What the tasks would have cost, and what of it was paid twice.",
        shapes.LedgerJson,
        reports.ledger,
        TENANT,
    ),
    _get("/clock", "clock", "The server's time.", controls.ClockJson, controls.clock),
    _post(
        "/clock",
        "advance",
        "Moves the server's time on.",
        controls.ClockJson,
        controls.advance,
        *ADVANCING,
    ),
    _get("/seed", "seed", "What is drawn from.", controls.SeedJson, controls.seed),
    _post(
        "/seed",
        "reseed",
        "Draws everything from another seed.",
        controls.SeedJson,
        controls.reseed,
        SEED.needed(),
    ),
    _post(
        "/reset",
        "reset",
        "Forgets everything, or everything of one tenant. A whole reset puts the clock back.",
        controls.ResetJson,
        controls.reset,
        *RESETTING,
    ),
    _post(
        "/verify",
        "verify",
        "Judges what clients did, each check true or false.",
        VerifiedJson,
        reports.verify,
        *CHECKS,
    ),
    _get("/openapi.json", "openapi", "This description.", dict[str, Any], _document),
)

_MAP: Final = Map(
    [
        Rule(
            ROOT + route.path.replace("{", "<").replace("}", ">"),
            methods=[route.method],
            endpoint=route,
        )
        for route in ROUTES
    ]
)


FRESH: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def answer(mock: Mock, request: Request) -> Response:
    """What the API answers; raises Declined for what it does not do."""
    route, names = _matched(request)
    read, fields = (from_body, route.body) if route.body else (from_query, route.query)
    if route.body and request.query:
        raise Declined(f"{route.method} {ROOT}{route.path} takes a JSON body, and no query")
    if not route.body and request.body and request.method != "GET":
        raise Declined(f"{route.method} {ROOT}{route.path} takes no body")
    given = read(fields, request)
    return Response.json(200, route.handler(Call(mock, request, given, names)), FRESH)


def _matched(request: Request) -> tuple[Route, dict[str, Any]]:
    try:
        found: tuple[Any, Any] = _MAP.bind("").match(request.path, request.method)
    except MethodNotAllowed as error:
        allow = ", ".join(sorted(error.valid_methods or ()))
        says = f"{clip(request.method)} is not allowed at {request.path}; allowed: {allow}"
        raise Declined(says, 405, {"Allow": allow}) from error
    except NotFound as error:
        raise Declined(_nothing_at(request.path), 404) from error
    return found


def _nothing_at(path: str) -> str:
    known = {route.path: ROOT + route.path for route in ROUTES}
    near = nearest(path.removeprefix(ROOT), known)
    hint = f"did you mean {known[near]}?" if near else f"known: {', '.join(known.values())}"
    return f"nothing is served at {clip(path)}; {hint}"
