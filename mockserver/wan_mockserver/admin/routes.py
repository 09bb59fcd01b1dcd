"""Defines the admin API's table of routes, used to answer and to document requests."""

from __future__ import annotations

from typing import Final

from . import control_routes, query_routes, response_types
from .control_routes import ADVANCING, ARMING, DISARMING, RESETTING, SEED
from .query_routes import CHECKS, FILTER, LIMIT, TASK_FILTER, TENANT
from .route import AdminRoute, get, post
from .verify import VerifiedJson

__all__ = ["ROUTES"]

ROUTES: Final = (
    get("/health", "health", "Is the server up?", query_routes.HealthJson, query_routes.get_health),
    get(
        "/scenarios",
        "scenarios",
        "All scenarios, and those that are armed for creates.",
        query_routes.ScenariosJson,
        query_routes.list_scenarios,
    ),
    post(
        "/scenarios",
        "arm",
        "Arms a scenario for the next creates, in place of the one armed before.",
        control_routes.ArmingJson,
        control_routes.arm_scenario,
        *ARMING,
    ),
    AdminRoute(
        method="DELETE",
        path="/scenarios",
        name="disarm",
        summary="Disarms the scenarios that are armed for creates.",
        answer=control_routes.ArmingJson,
        handler=control_routes.disarm,
        query=DISARMING,
    ),
    get(
        "/requests",
        "requests",
        "The exchanges with the vendors' routes, the newest at the end.",
        query_routes.RequestsJson,
        query_routes.list_requests,
        *FILTER,
        LIMIT,
    ),
    get(
        "/requests/count",
        "count",
        "The number of matching exchanges.",
        query_routes.CountJson,
        query_routes.count_requests,
        *FILTER,
    ),
    get(
        "/tasks",
        "tasks",
        "The tasks.",
        query_routes.TasksJson,
        query_routes.list_tasks,
        *TASK_FILTER,
    ),
    get("/tasks/{task_id}", "task", "One task.", response_types.TaskJson, query_routes.get_task),
    get(
        "/ledger",
        "ledger",
        "What the tasks would have cost, and which charges were paid twice.",
        response_types.LedgerJson,
        query_routes.get_ledger,
        TENANT,
    ),
    get(
        "/clock", "clock", "The server's time.", control_routes.ClockJson, control_routes.get_clock
    ),
    post(
        "/clock",
        "advance",
        "Advances the server's time.",
        control_routes.ClockJson,
        control_routes.advance_clock,
        *ADVANCING,
    ),
    get("/seed", "seed", "The random seed.", control_routes.SeedJson, control_routes.get_seed),
    post(
        "/seed",
        "reseed",
        "Sets the random seed.",
        control_routes.SeedJson,
        control_routes.set_seed,
        SEED.as_required(),
    ),
    post(
        "/reset",
        "reset",
        "Deletes all state, or the state of one tenant. A whole reset sets the clock back.",
        control_routes.ResetJson,
        control_routes.reset,
        *RESETTING,
    ),
    post(
        "/verify",
        "verify",
        "Evaluates checks of what clients did; each is true or false.",
        VerifiedJson,
        query_routes.verify_checks,
        *CHECKS,
    ),
)
