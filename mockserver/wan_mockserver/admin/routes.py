"""The admin API's table of routes, from which requests are answered and documented."""

from __future__ import annotations

from typing import Final

from . import control_routes, query_routes, response_types
from .control_routes import ADVANCING, ARMING, DISARMING, RESETTING, SEED
from .query_routes import CHECKS, FILTER, LIMIT, TASK_FILTER, TENANT
from .route import AdminRoute, get, post
from .verify import VerifiedJson

__all__ = ["ROUTES"]

ROUTES: Final = (
    get("/health", "health", "Is the server up?", query_routes.HealthJson, query_routes.health),
    get(
        "/scenarios",
        "scenarios",
        "All scenarios, and those that wait for creates.",
        query_routes.ScenariosJson,
        query_routes.scenarios,
    ),
    post(
        "/scenarios",
        "arm",
        "Lets the next creates meet a scenario, in place of what waited for them.",
        control_routes.ArmingJson,
        control_routes.arm_scenario,
        *ARMING,
    ),
    AdminRoute(
        method="DELETE",
        path="/scenarios",
        name="disarm",
        summary="Takes back what waits for creates.",
        answer=control_routes.ArmingJson,
        handler=control_routes.disarm,
        query=DISARMING,
    ),
    get(
        "/requests",
        "requests",
        "The exchanges with the vendors' routes, the newest at the end.",
        query_routes.RequestsJson,
        query_routes.requests,
        *FILTER,
        LIMIT,
    ),
    get(
        "/requests/count",
        "count",
        "How many exchanges match.",
        query_routes.CountJson,
        query_routes.count,
        *FILTER,
    ),
    get("/tasks", "tasks", "The tasks.", query_routes.TasksJson, query_routes.tasks, *TASK_FILTER),
    get("/tasks/{task_id}", "task", "One task.", response_types.TaskJson, query_routes.task),
    get(
        "/ledger",
        "ledger",
        "What the tasks would have cost, and what of it was paid twice.",
        response_types.LedgerJson,
        query_routes.ledger,
        TENANT,
    ),
    get("/clock", "clock", "The server's time.", control_routes.ClockJson, control_routes.clock),
    post(
        "/clock",
        "advance",
        "Moves the server's time on.",
        control_routes.ClockJson,
        control_routes.advance,
        *ADVANCING,
    ),
    get("/seed", "seed", "What is drawn from.", control_routes.SeedJson, control_routes.seed),
    post(
        "/seed",
        "reseed",
        "Draws everything from another seed.",
        control_routes.SeedJson,
        control_routes.set_seed,
        SEED.as_required(),
    ),
    post(
        "/reset",
        "reset",
        "Forgets everything, or everything of one tenant. A whole reset puts the clock back.",
        control_routes.ResetJson,
        control_routes.reset,
        *RESETTING,
    ),
    post(
        "/verify",
        "verify",
        "Judges what clients did, each check true or false.",
        VerifiedJson,
        query_routes.verify,
        *CHECKS,
    ),
)
