"""What the admin API changes: the scenarios that wait, the clock, the seed, and everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypedDict

from ..clock import LATEST
from ..mock import Mock
from ..scenarios.choice import ARMED, arm
from .declining import Declined
from .kinds import Field, Seconds, Text, Whole
from .reports import ArmedJson, Call, armed


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


SEED: Final = Field("seed", Whole(-(2**53), 2**53), "What everything is drawn from.")
ARMING: Final = (
    Field(
        "scenario",
        Text(),
        "NAME, NAME:COUNT or A+B, such as accept-lost:2; GET lists the names.",
        required=True,
    ),
    Field(
        "creates",
        Whole(0, 1_000_000),
        "How many creates are to meet it; null means all that follow, 0 none.",
        nullable=True,
        default=1,
    ),
    Field("tenant", Text(least=0), "Whose creates; empty means anybody's.", default=""),
)
DISARMING: Final = (
    Field("tenant", Text(least=0), "Only what waits for this tenant; empty: for anybody's."),
)
ADVANCING: Final = (
    Field("advance", Seconds(10**10), "By how many seconds the clock moves on.", required=True),
)
RESETTING: Final = (Field("tenant", Text(), "Whose things are forgotten; else all are."), SEED)


def arm_scenario(call: Call) -> ArmingJson:
    given = call.given
    try:
        call.mock.arm(given["scenario"], given["creates"], given["tenant"])
    except ValueError as error:
        raise Declined(str(error)) from error
    return {"armed": armed(call.mock)}


def disarm(call: Call) -> ArmingJson:
    for waiting in call.mock.store.values(ARMED):
        if call.given["tenant"] in (None, waiting.tenant):
            arm(call.mock.store, replace(waiting, creates=0, used=0))
    return {"armed": armed(call.mock)}


def clock(call: Call) -> ClockJson:
    return _clock(call.mock)


def advance(call: Call) -> ClockJson:
    seconds = call.given["advance"]
    now = call.mock.clock.now()
    if now + seconds > LATEST:
        says = f"advance must be {LATEST - now:.0f} seconds at most: the calendar ends with 9999"
        raise Declined(says)
    call.mock.clock.advance(seconds)
    return _clock(call.mock)


def seed(call: Call) -> SeedJson:
    return {"seed": call.mock.simulator.seed}


def reseed(call: Call) -> SeedJson:
    call.mock.reseed(call.given["seed"])
    return seed(call)


def reset(call: Call) -> ResetJson:
    tenant = call.given["tenant"]
    call.mock.reset(tenant, call.given["seed"])
    mock = call.mock
    return {"tenant": tenant, "seed": mock.simulator.seed, "now": mock.clock.now()}


def _clock(mock: Mock) -> ClockJson:
    now = mock.clock.now()
    moment = datetime.fromtimestamp(now, UTC)
    return {
        "mode": mock.clock.mode,
        "now": now,
        "iso": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
