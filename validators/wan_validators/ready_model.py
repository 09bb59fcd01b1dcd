"""Checks payloads by one model, with its compiled engine, and unwraps them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from .catalog import find_all
from .constraints.basic import Absent, KnownMembers
from .engine import Engine, FastEngine, compile_spec
from .finding import Finding, Report
from .finding_limit import DEFAULT_MAX_FINDINGS, replace_findings
from .frozen import replace
from .messages.context import Context
from .omitted import get_omitted
from .source.json_pointer import MISSING, parse, value
from .spec import UNKNOWN_MEMBER, ModelSpec, Rule, Severity
from .vendor import UnwrappedPayload
from .wrappers import open_envelope, unwrap

__all__ = ["READY_MODELS", "ReadyModel", "engine", "lint_wrapper", "prepare_model"]

_WRAPPER = Rule(
    UNKNOWN_MEMBER,
    "/input/0",
    KnownMembers(frozenset({"params"})),
    severity=Severity.WARNING,
    message="only input[0].params is read",
)
_TWO_MODELS = Rule(
    "model-conflict",
    "/input/0/params/model",
    Absent(),
    severity=Severity.WARNING,
    message="the payload names two different models, and only the outer one is read",
)
_MODEL_ELSEWHERE = "the payload has no member model; send the model in a header, or add it"


_fast_engine: Callable[[ModelSpec], FastEngine] = cache(compile_spec)


@cache
def engine(spec: ModelSpec) -> Engine:
    """Returns the compiled form of *spec*, compiled on first use."""
    find_fast = _fast_engine(spec)

    def find(payload: Any, limit: int = DEFAULT_MAX_FINDINGS, /) -> list[Finding]:
        found = find_fast(payload, limit)
        return [] if type(found) is int else found  # type: ignore[return-value]

    return find


class ReadyModel:
    """A model with its engines; *check* counts the members of a payload without findings."""

    __slots__ = ("check", "engine", "id", "spec")

    def __init__(self, spec: ModelSpec) -> None:
        self.spec, self.engine, self.id = spec, engine(spec), spec.id
        self.check = _fast_engine(spec)

    def report(
        self, payload: Any, found: list[Finding], limit: int, *, is_named: bool = False
    ) -> Report:
        """Returns a report; if *is_named*, the model is known without the payload's member."""
        given, envelope = payload, open_envelope(self.spec, payload)
        if envelope is None:
            placed = lint_wrapper(self.spec, payload, found, (), limit)
        else:
            is_named, payload = True, envelope.payload
            found = self.engine(payload, limit)
            placed = lint_wrapper(self.spec, payload, found, (envelope,), limit)
        omitted = get_omitted(placed)
        if is_named and self.spec.vendor.model_header:
            placed = [_excuse_missing_model(each) for each in placed]
        return Report(self.id, placed, given, omitted)


READY_MODELS: dict[Any, ReadyModel] = {}
"""The models that were used, by the names that no other model has."""


@cache
def prepare_model(spec: ModelSpec) -> ReadyModel:
    """Returns *spec*, ready under each name that means no other model."""
    ready = ReadyModel(spec)
    for name in (spec.name, spec.qualified_name):
        if find_all(name) == (spec,):
            READY_MODELS[name] = ready
    return ready


def lint_wrapper(
    spec: ModelSpec,
    payload: Any,
    found: list[Finding],
    outer: tuple[UnwrappedPayload, ...],
    limit: int,
) -> list[Finding]:
    """Returns *found*, or the findings inside the wrapper if *payload* is one.

    A wrapper always has findings, so a payload without findings is never a wrapper. *outer*
    are the envelopes that the payload came in. Pointers lead through all of them.
    """
    check, inner = engine(spec), unwrap(spec, payload)
    ignored: list[Finding] = []
    if inner is not None:
        ignored = _lint_ignored(inner, payload)
        payload, outer = inner.payload, (*outer, inner)
        found = check(payload, limit)
    if found and spec.vendor.sdk_members:
        kept = [each for each in found if not _is_sdk_member(each, spec.vendor.sdk_members)]
        found = replace_findings(found, kept)
    if not outer:
        return found
    context = Context(spec, payload, check, outer)
    before = Context(spec, payload, check, outer[:-1] if inner is not None else outer)
    placed = [
        each._replace(pointer=context.to_outer(each.pointer), origin=context) for each in found
    ]
    placed += [each._replace(pointer=before.to_outer(each.pointer)) for each in ignored]
    return replace_findings(found, placed)


def _is_sdk_member(finding: Finding, members: Mapping[str, Any]) -> bool:
    """Returns True for an unknown member that an SDK adds to each call, with the same value."""
    if finding.row.id != UNKNOWN_MEMBER:
        return False
    known = members.get(finding.pointer, MISSING)
    return type(finding.value) is type(known) and bool(finding.value == known)


def _lint_ignored(inner: UnwrappedPayload, payload: Any) -> list[Finding]:
    """Returns findings for the parts of a wrapper that are not read."""
    found = [Finding(_WRAPPER, at, value(payload, parse(at))) for at in inner.ignored_pointers]
    at = f"{inner.prefix}/model"
    model = value(payload, parse(at))
    if model not in (MISSING, payload.get("model", model)):
        found.append(Finding(_TWO_MODELS, at, model))
    return found


def _excuse_missing_model(finding: Finding) -> Finding:
    """Returns a warning for the error that the payload itself does not name the model."""
    if finding.row.id != "model-value" or finding.value is not MISSING:
        return finding
    row = replace(finding.row, severity=Severity.WARNING, message=_MODEL_ELSEWHERE)
    return finding._replace(row=row)
