"""Checks whether a selected scenario can happen at a vendor and to a model."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wan_validators.outputs import Images
from wan_validators.rejection import RejectionReason
from wan_validators.spec import ModelSpec
from wan_validators.vendor import Vendor

from ..http.errors import RequestRejected
from ..scenarios.scenario import Scenario, TaskOutcome

__all__ = [
    "SelectedScenario",
    "find_inapplicability",
    "find_vendor_conflict",
    "fit_to_model",
    "reject_conflict",
]


@dataclass(frozen=True, slots=True)
class SelectedScenario:
    """A scenario selected for a request: *chaotic* if drawn randomly; *plan* names the draw."""

    scenario: Scenario
    chaotic: bool = False
    plan: str = ""


def find_inapplicability(scenario: Scenario, vendor: Vendor, spec: ModelSpec) -> str | None:
    """Returns why *scenario* cannot happen to a task of that model, or None if it can."""
    return find_vendor_conflict(scenario, vendor) or _find_model_conflict(scenario, spec)


def fit_to_model(selected: SelectedScenario, spec: ModelSpec) -> SelectedScenario:
    """Returns *selected*, without a randomly drawn outcome that *spec* cannot have.

    Raises RequestRejected if the client or a user selected the scenario and it cannot happen.
    """
    conflict = _find_model_conflict(selected.scenario, spec)
    if conflict and selected.chaotic:
        return replace(selected, scenario=replace(selected.scenario, outcome=TaskOutcome()))
    reject_conflict(conflict)
    return selected


def find_vendor_conflict(scenario: Scenario, vendor: Vendor) -> str | None:
    """Returns why *scenario* cannot happen at *vendor*, or None if it can."""
    outcome = scenario.outcome
    if scenario.vendor not in (None, vendor.name, vendor.platform):
        return f"the scenario {scenario.name} can only happen at {scenario.vendor}"
    if scenario.vendor and scenario.vendor == vendor.platform:
        poll = scenario.poll
        lacks_progress = poll.progress and not vendor.shows_progress
        if lacks_progress or (poll.split_output and not vendor.has_output_items):
            return f"the scenario {scenario.name} changes what {vendor.title} does not show"
    if outcome.fail and outcome.message is None and outcome.fail not in vendor.failures:
        codes = ", ".join(vendor.failures)
        return f"no task fails with {outcome.fail} here; codes: {codes}, or give a message"
    return None


def _find_model_conflict(scenario: Scenario, spec: ModelSpec) -> str | None:
    outcome = scenario.outcome
    outputs = spec.outputs if isinstance(spec.outputs, Images) else None
    if outcome.images is not None and not outputs:
        return f"the scenario {scenario.name} needs a model that makes images"
    if outcome.interleaved and not (outputs and outputs.interleave):
        return f"the scenario {scenario.name} needs a model that can put texts between images"
    return None


def reject_conflict(conflict: str | None) -> None:
    """Raises RequestRejected if there is a *conflict*."""
    if conflict:
        raise RequestRejected(RejectionReason.NO_SCENARIO, conflict)
