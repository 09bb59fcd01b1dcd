"""The admin API's table of routes, from which requests are answered and documented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from . import controls, reports, shapes
from .controls import ADVANCING, ARMING, DISARMING, RESETTING, SEED
from .kinds import Field
from .reports import CHECKS, FILTER, LIMIT, TASK_FILTER, TENANT, AdminCall
from .verify import VerifiedJson

Fields = tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdminRoute:
    """*path*, below ROOT, has ``{names}`` where it varies. *answer* is the shape of 200."""

    method: str
    path: str
    name: str
    summary: str
    answer: Any
    handler: Callable[[AdminCall], Any]
    query: Fields = ()
    body: Fields = ()


def get(
    path: str,
    name: str,
    summary: str,
    answer: Any,
    handler: Callable[[AdminCall], Any],
    *query: Field,
) -> AdminRoute:
    return AdminRoute(
        method="GET",
        path=path,
        name=name,
        summary=summary,
        answer=answer,
        handler=handler,
        query=query,
    )


def post(
    path: str,
    name: str,
    summary: str,
    answer: Any,
    handler: Callable[[AdminCall], Any],
    *body: Field,
) -> AdminRoute:
    return AdminRoute(
        method="POST",
        path=path,
        name=name,
        summary=summary,
        answer=answer,
        handler=handler,
        body=body,
    )


ROUTES: Final = (
    get("/health", "health", "Is the server up?", reports.HealthJson, reports.health),
    get(
        "/scenarios",
        "scenarios",
        "All scenarios, and those that wait for creates.",
        reports.ScenariosJson,
        reports.scenarios,
    ),
    post(
        "/scenarios",
        "arm",
        "Lets the next creates meet a scenario, in place of what waited for them.",
        controls.ArmingJson,
        controls.arm_scenario,
        *ARMING,
    ),
    AdminRoute(
        method="DELETE",
        path="/scenarios",
        name="disarm",
        summary="Takes back what waits for creates.",
        answer=controls.ArmingJson,
        handler=controls.disarm,
        query=DISARMING,
    ),
    get(
        "/requests",
        "requests",
        "The exchanges with the vendors' routes, the newest at the end.",
        reports.RequestsJson,
        reports.requests,
        *FILTER,
        LIMIT,
    ),
    get(
        "/requests/count",
        "count",
        "How many exchanges match.",
        reports.CountJson,
        reports.count,
        *FILTER,
    ),
    get("/tasks", "tasks", "The tasks.", reports.TasksJson, reports.tasks, *TASK_FILTER),
    get("/tasks/{task_id}", "task", "One task.", shapes.TaskJson, reports.task),
    get(
        "/ledger",
        "ledger",
        "What the tasks would have cost, and what of it was paid twice.",
        shapes.LedgerJson,
        reports.ledger,
        TENANT,
    ),
    get("/clock", "clock", "The server's time.", controls.ClockJson, controls.clock),
    post(
        "/clock",
        "advance",
        "Moves the server's time on.",
        controls.ClockJson,
        controls.advance,
        *ADVANCING,
    ),
    get("/seed", "seed", "What is drawn from.", controls.SeedJson, controls.seed),
    post(
        "/seed",
        "reseed",
        "Draws everything from another seed.",
        controls.SeedJson,
        controls.set_seed,
        SEED.as_required(),
    ),
    post(
        "/reset",
        "reset",
        "Forgets everything, or everything of one tenant. A whole reset puts the clock back.",
        controls.ResetJson,
        controls.reset,
        *RESETTING,
    ),
    post(
        "/verify",
        "verify",
        "Judges what clients did, each check true or false.",
        VerifiedJson,
        reports.verify,
        *CHECKS,
    ),
)
