"""What the admin API changes: the scenarios that wait, the clock, the seed, and everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypedDict

from ..clock import MAX_TIME
from ..control import Control
from ..fields import Field, Integer, Number, Text
from ..http.errors import AdminError
from ..simulator.scenario_selection import ARMED, put_armed
from .response_types import ArmedJson, list_armed
from .route import AdminCall

__all__ = [
    "ADVANCING",
    "ARMING",
    "DISARMING",
    "RESETTING",
    "SEED",
    "ArmingJson",
    "ClockJson",
    "ResetJson",
    "SeedJson",
    "advance",
    "arm_scenario",
    "clock",
    "disarm",
    "reset",
    "seed",
    "set_seed",
]


class ArmingJson(TypedDict):
    """What waits for creates now."""

    armed: list[ArmedJson]


class ClockJson(TypedDict):
    """The server's time, in unix seconds and as a date; *mode* is real, manual or auto."""

    mode: str
    now: float
    iso: str


class SeedJson(TypedDict):
    """What everything is drawn from."""

    seed: int


class ResetJson(TypedDict):
    """All about *tenant* is forgotten, or everything if it is null."""

    tenant: str | None
    seed: int
    now: float


SEED: Final = Field("seed", Integer(-(2**53), 2**53), "What everything is drawn from.")
ARMING: Final = (
    Field(
        "scenario",
        Text(),
        "NAME, NAME:COUNT or A+B, such as accept-lost:2; GET lists the names.",
        required=True,
    ),
    Field(
        "creates",
        Integer(0, 1_000_000),
        "How many creates are to meet it; null means all that follow, 0 none.",
        nullable=True,
        default=1,
    ),
    Field("tenant", Text(0), "Whose creates; empty means anybody's.", default=""),
)
DISARMING: Final = (
    Field("tenant", Text(0), "Only what waits for this tenant; empty: for anybody's."),
)
ADVANCING: Final = (
    Field(
        "advance",
        Number(0, 10**10, "seconds"),
        "By how many seconds the clock moves on.",
        required=True,
    ),
)
RESETTING: Final = (
    Field("tenant", Text(), "Whose things are forgotten; else all are."),
    SEED,
)


def arm_scenario(call: AdminCall) -> ArmingJson:
    values = call.values
    try:
        call.control.arm(values["scenario"], values["creates"], values["tenant"])
    except ValueError as error:
        raise AdminError(str(error)) from error
    return {"armed": list_armed(call.control.store)}


def disarm(call: AdminCall) -> ArmingJson:
    for waiting in call.control.store.values(ARMED):
        if call.values["tenant"] in (None, waiting.tenant):
            put_armed(call.control.store, replace(waiting, creates=0, used=0))
    return {"armed": list_armed(call.control.store)}


def clock(call: AdminCall) -> ClockJson:
    return _clock(call.control)


def advance(call: AdminCall) -> ClockJson:
    seconds = call.values["advance"]
    now = call.control.clock.now()
    if now + seconds > MAX_TIME:
        message = (
            f"advance must be {MAX_TIME - now:.0f} seconds at most: the calendar ends with 9999"
        )
        raise AdminError(message)
    call.control.clock.advance(seconds)
    return _clock(call.control)


def seed(call: AdminCall) -> SeedJson:
    return {"seed": call.control.simulator.seed}


def set_seed(call: AdminCall) -> SeedJson:
    call.control.set_seed(call.values["seed"])
    return seed(call)


def reset(call: AdminCall) -> ResetJson:
    tenant = call.values["tenant"]
    call.control.reset(tenant, call.values["seed"])
    control = call.control
    return {"tenant": tenant, "seed": control.simulator.seed, "now": control.clock.now()}


def _clock(control: Control) -> ClockJson:
    now = control.clock.now()
    moment = datetime.fromtimestamp(now, UTC)
    return {
        "mode": control.clock.mode,
        "now": now,
        "iso": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
