"""Who chooses the scenario of a request: a header, the API key, the admin, the server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from ..state.stores import Store, Table

HEADER: Final = "X-Wanproof-Scenario"
"""The header of a request that chooses, for this request and for the task it makes."""

STEP: Final = "X-Wanproof-Step"
"""The header of an answer that names what the scenario said about the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed:
    """A *scenario* for the next *creates* of *tenant* ("" for any), of which *used* are over."""

    scenario: str
    creates: int
    tenant: str = ""
    used: int = 0


ARMED: Final = Table("armed", Armed, max_count=1000)


def put_armed(store: Store, armed: Armed) -> None:
    """From now on the creates of its tenant meet it, in place of what was armed for them."""
    store.change(ARMED, armed.tenant, lambda _: armed, armed.tenant)


def take_armed(store: Store, tenant: str) -> Armed | None:
    """What the next create of *tenant* is to meet, this one counted as used."""
    for whose in dict.fromkeys((tenant, "")):
        waiting = store.get(ARMED, whose)
        if waiting and waiting.used < waiting.creates:
            after = store.change(ARMED, whose, partial(_use, otherwise=waiting), whose)
            if after.used <= after.creates:
                return after
    return None


def _use(kept: Armed | None, otherwise: Armed) -> Armed:
    now = kept or otherwise
    return replace(now, used=now.used + 1)
