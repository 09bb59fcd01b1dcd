"""Draws random cases: a payload and its fault plans, which shrink together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, partial
from typing import Final, NamedTuple

from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.spec import ModelSpec

from ..generation.strategies import acceptable, single_fault
from ..generation.values import ValueStrategy
from .case import Case
from .simplest_values import is_portable
from .systematic import MAX_PAYLOAD_CHARS, is_breakable, is_possible
from .time_profiles import TimeProfile

with explain_missing_extra():
    from hypothesis import strategies as st

__all__ = ["Batch", "draw_batches", "draw_fault_plan"]

BATCH_SIZE: Final = (6, 12)
"""Minimum and maximum number of calls with one payload.

To draw a payload takes as long as a call, so each payload is used several times.
"""

LARGE_RULE_SUFFIX: Final = "-bytes"
"""Suffix of the rule ids that only a payload of several megabytes can break."""

REPEAT_COUNTS: Final = (1, 2, 3, 5)
"""Repeat counts that replace the default count of a scenario's steps."""


class Batch(NamedTuple):
    """Holds one payload and the fault plans of several calls with it."""

    model_id: str
    payload: object
    scenarios: tuple[str, ...]

    def __repr__(self) -> str:
        """Returns a short text: Hypothesis stores it, and payloads can be large."""
        return f"Batch({self.model_id!r}, {len(self.scenarios)} plans)"

    def cases(self) -> list[Case]:
        """Returns one case for each different fault plan."""
        assert isinstance(self.payload, dict)
        plans = dict.fromkeys(self.scenarios)
        return [Case(self.model_id, self.payload, scenario) for scenario in plans]


def draw_batches(specs: Sequence[ModelSpec], time_profile: TimeProfile) -> st.SearchStrategy[Batch]:
    """Draws a payload of one of the models, valid or with one fault, and several fault plans.

    Excludes scenarios that keep a client busy until its deadline.
    """
    return st.sampled_from(specs).flatmap(partial(_draw_batch, time_profile=time_profile))


@cache
def _draw_batch(spec: ModelSpec, time_profile: TimeProfile) -> st.SearchStrategy[Batch]:
    rules = filter(is_breakable, spec.all_rules)
    errors = [rule for rule in rules if not rule.id.endswith(LARGE_RULE_SUFFIX)]
    # A model without a page for its payload has no rule whose breach is an error.
    faulty = [st.sampled_from(errors).flatmap(partial(single_fault, spec))] if errors else []
    payloads = st.one_of(acceptable(spec), acceptable(spec), *faulty).filter(_is_sendable)
    min_size, max_size = BATCH_SIZE
    plans = st.lists(draw_fault_plan(spec, time_profile), min_size=min_size, max_size=max_size)
    return st.builds(
        lambda payload, scenarios: Batch(spec.id, payload, tuple(scenarios)), payloads, plans
    )


@cache
def draw_fault_plan(spec: ModelSpec, time_profile: TimeProfile) -> ValueStrategy:
    """Draws a fault plan: ``ok``, one scenario, or two at once. Shrinks to ``ok``."""
    quick = [name for name in time_profile.scenarios if not time_profile.is_lengthy(name)]
    names = [name for name in quick if is_possible(name, time_profile, spec)]
    repeated = [f"{name}:{n}" for name in names for n in REPEAT_COUNTS]
    counted = [name for name in repeated if is_possible(name, time_profile, spec)]
    alone = st.sampled_from(names) | st.sampled_from(counted)
    pairs = st.tuples(alone, alone).map("+".join)
    return alone | pairs.filter(lambda pair: is_possible(pair, time_profile, spec))


def _is_sendable(payload: object) -> bool:
    return is_portable(payload) and len(json.dumps(payload)) <= MAX_PAYLOAD_CHARS
