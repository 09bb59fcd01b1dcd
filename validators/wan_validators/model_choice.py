"""Chooses among the models of several vendors that one name can mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .constraints.basic import Anything
from .finding import Finding
from .spec import ModelSpec, Rule, Severity
from .wrappers import unwrap_all

__all__ = ["build_ambiguity_finding", "choose_model"]


def choose_model(specs: Sequence[ModelSpec], payload: Any) -> tuple[ModelSpec, bool]:
    """Returns the one of *specs* whose form *payload* has, and whether this is certain.

    The form is the number of members at the top that a model of the vendor has. A vendor with
    the model in the body is only chosen if the body names it. Without a certain answer, the
    first spec is returned. A payload that is not an object has the same fault at every vendor.
    """
    if len(specs) == 1 or type(payload) is not dict:
        return specs[0], True
    if len({spec.name for spec in specs}) > 1:  # the models of one path
        found = [spec for spec in specs if _find_name(spec, payload) in spec.names]
        return (found or specs)[0], True
    scores = [_count_members(spec, payload) for spec in specs]
    best = specs[scores.index(max(scores))]
    is_named = not _has_model_member(best) or _find_name(best, payload) in best.names
    if scores.count(max(scores)) == 1 and is_named:
        return best, True
    return specs[0], False


def build_ambiguity_finding(specs: Sequence[ModelSpec], chosen: ModelSpec) -> Finding:
    """Builds the warning that a payload may be meant for each of *specs*."""
    names = " and ".join(spec.vendor.title for spec in specs)
    qualified = " or ".join(spec.qualified_name for spec in specs)
    message = (
        f"{names} have a model called {chosen.name}, and the payload has the form of neither "
        f"or of both; it is checked as {chosen.qualified_name}; name {qualified} as the model"
    )
    row = Rule("model-ambiguous", "", Anything(), severity=Severity.WARNING, message=message)
    return Finding(row, "", chosen.name)


def _has_model_member(spec: ModelSpec) -> bool:
    return any(rule.pointer == "/model" for rule in spec.rules)


def _find_name(spec: ModelSpec, payload: Any) -> Any:
    return unwrap_all(spec, payload)[0].get("model", payload.get("model"))


def _count_members(spec: ModelSpec, payload: Any) -> int:
    inner = unwrap_all(spec, payload)[0]
    known = {rule.path[0] for rule in spec.rules if rule.path} - {"model"}
    return len(known & inner.keys())
