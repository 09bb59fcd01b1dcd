"""Draws tenants, payloads, scenarios, clients and time spans for the machine."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from machine_model import (
    DAY,
    SCENARIOS,
    WINDOW,
)
from wan_contracts.generation.strategies import single_fault, valid
from wan_mockserver.artefacts.cache import Artefacts
from wan_mockserver.artefacts.plan import Artefact
from wan_mockserver.simulator.auth import identify_caller
from wan_validators.catalog import list_default_models
from wan_validators.spec import ModelSpec, Severity
from wan_validators.task import State

KEYS: Final = {identify_caller(f"Bearer {key}").tenant: key for key in ("a-key", "another-key")}
"""API keys by the names of the tenants that hold them."""


OTHER: Final = dict(zip(KEYS, reversed(KEYS), strict=True))


NOBODY: Final = ""


STATES: Final = (State.PENDING, State.RUNNING, State.DONE, State.FAILED)


SPANS: Final = (1, 60, 120, 300, WINDOW, WINDOW + 1, 6 * 3600, DAY // 2, DAY, DAY + 1)


ORDERS: Final = 5
"""Maximum payloads of a run: drawing one takes as long as ten requests."""


MANY: Final = 3
"""Tasks that may be forgotten."""


HEAVY: Final = "-bytes"
"""Suffix of the rule ids that only a payload of several megabytes can break."""


UNCODED: Final = "001021099"
"""Code of a failed task whose fault has no code."""


class Order(NamedTuple):
    """A payload for a model; *fault* is the code of what is wrong with it, None if nothing is."""

    spec: ModelSpec
    payload: Any
    fault: str | None


class Client(NamedTuple):
    """Sends the same create several times, then polls; may be *gone* before the last answer."""

    creates: int
    polls: int
    gone: bool


class Ticket(NamedTuple):
    """What a client keeps of a task that it made."""

    spec: ModelSpec
    tenant: str
    id: str


class Cheap(Artefacts):
    """Draws files very fast."""

    def bytes_of(self, artefact: Artefact) -> bytes:
        return repr(artefact).encode()


@cache
def orders(spec: ModelSpec) -> st.SearchStrategy[Order]:
    """Valid payloads of *spec*, and such as break one rule; all say which model they are for."""

    def faulty(row: Any) -> st.SearchStrategy[Order]:
        code = row.code or UNCODED
        return single_fault(spec, row).map(lambda payload: Order(spec, payload, code))

    rows = [
        row
        for row in spec.all_rules
        if row.severity is Severity.ERROR
        and row.pointer not in ("", "/model")
        and not row.id.endswith(HEAVY)
    ]
    good = valid(spec).map(lambda payload: Order(spec, payload, None))
    return st.one_of(good, good, st.sampled_from(rows).flatmap(faulty))


tenants = st.sampled_from([*KEYS])


scenarios = st.sampled_from(SCENARIOS)


specs = st.sampled_from([spec for spec in list_default_models() if spec.confidence == "high"])
"""The models whose prices and counts ``machine_model.py`` has, typed by hand."""


every_order = specs.flatmap(orders)


clients = st.builds(
    Client,
    creates=st.integers(1, 3),
    polls=st.integers(0, 4),
    gone=st.sampled_from((False, False, False, True)),
)
