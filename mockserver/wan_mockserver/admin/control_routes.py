"""Handles the admin routes that change armed scenarios, the clock, the seed, or all state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypedDict

from wan_validators.fields import Field, Integer, Number, TextType

from ..clock import MAX_TIME
from ..control import Control
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
    "advance_clock",
    "arm_scenario",
    "disarm",
    "get_clock",
    "get_seed",
    "reset",
    "set_seed",
]


class ArmingJson(TypedDict):
    """The scenarios that are armed for creates."""

    armed: list[ArmedJson]


class ClockJson(TypedDict):
    """The server's time, in unix seconds and as a date; *mode* is real, manual or auto."""

    mode: str
    now: float
    iso: str


class SeedJson(TypedDict):
    """The random seed."""

    seed: int


class ResetJson(TypedDict):
    """The *tenant* whose state was deleted (null: all tenants), the seed and the time."""

    tenant: str | None
    seed: int
    now: float


SEED: Final = Field("seed", Integer(-(2**53), 2**53), "The random seed.")
ARMING: Final = (
    Field(
        "scenario",
        TextType(),
        "NAME, NAME:COUNT or A+B, such as accept-lost:2; GET lists the names.",
        required=True,
    ),
    Field(
        "creates",
        Integer(0, 1_000_000),
        "How many creates get it; null means all that follow, 0 none.",
        nullable=True,
        default=1,
    ),
    Field(
        "tenant",
        TextType(0),
        "The tenant whose creates get it; empty means any tenant.",
        default="",
    ),
)
DISARMING: Final = (
    Field(
        "tenant",
        TextType(0),
        "Only scenarios armed for this tenant; empty: those armed for any tenant.",
    ),
)
ADVANCING: Final = (
    Field(
        "advance",
        Number(0, 10**10, "seconds"),
        "By how many seconds the clock advances.",
        required=True,
    ),
)
RESETTING: Final = (
    Field("tenant", TextType(), "Deletes the state of this tenant only; without it, all state."),
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
    for armed in call.control.store.values(ARMED):
        if call.values["tenant"] in (None, armed.tenant):
            put_armed(call.control.store, replace(armed, creates=0, used=0))
    return {"armed": list_armed(call.control.store)}


def get_clock(call: AdminCall) -> ClockJson:
    return _build_clock_json(call.control)


def advance_clock(call: AdminCall) -> ClockJson:
    seconds = call.values["advance"]
    now = call.control.clock.now()
    if now + seconds > MAX_TIME:
        message = (
            f"advance must be {MAX_TIME - now:.0f} seconds at most: the calendar ends with 9999"
        )
        raise AdminError(message)
    call.control.clock.advance(seconds)
    return _build_clock_json(call.control)


def get_seed(call: AdminCall) -> SeedJson:
    return {"seed": call.control.simulator.seed}


def set_seed(call: AdminCall) -> SeedJson:
    call.control.set_seed(call.values["seed"])
    return get_seed(call)


def reset(call: AdminCall) -> ResetJson:
    tenant = call.values["tenant"]
    call.control.reset(tenant, call.values["seed"])
    control = call.control
    return {"tenant": tenant, "seed": control.simulator.seed, "now": control.clock.now()}


def _build_clock_json(control: Control) -> ClockJson:
    now = control.clock.now()
    moment = datetime.fromtimestamp(now, UTC)
    return {
        "mode": control.clock.mode,
        "now": now,
        "iso": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
