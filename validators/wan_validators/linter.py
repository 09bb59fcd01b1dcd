"""Checks a payload against the rules of its model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from .catalog import find, suggest_model
from .catalog import model as get_model
from .constraints.basic import OBJECT, Anything, KnownMembers
from .engine import Engine, compile_spec
from .finding import Finding, Report
from .source.json_pointer import MISSING, parse, value
from .source.parser import locate_findings, read
from .spec import UNKNOWN_MEMBER, ModelSpec, Rule, Severity

__all__ = ["engine", "find_findings", "lint"]


def lint(payload: Any, model: str | None = None) -> Report:
    """Reports every documented rule that *payload* breaks.

    *payload* is JSON text (str or bytes), or the result of ``json.loads``. It is not
    changed. *model* is a model's name, or a path with it, such as
    ``/vendors/alibaba/v1/wan2.5-i2i-preview/generation``. Without *model*, the payload's
    member ``model`` decides. A vendor's wrapper is unwrapped, and pointers start at it.

    Raises UnknownModel if *model* is not a known model. Never raises for a bad payload.
    """
    if model is None and type(payload) is dict:
        try:
            ready = _READY_MODELS[payload["model"]]
        except (KeyError, TypeError):
            pass  # unknown, not yet compiled, or not a name
        else:
            found = ready.engine(payload)
            return ready.report(payload, found) if found else ready.clean_report
    spec = None if model is None else get_model(model)
    if isinstance(payload, (str, bytes, bytearray)):
        return _lint_text(payload, spec)
    return _lint_value(payload, spec)


def find_findings(spec: ModelSpec, payload: Any) -> Sequence[Finding]:
    """Returns all findings of *spec* in *payload*, which may have its vendor's wrapper."""
    found = engine(spec)(payload)
    return _lint_wrapper(spec, payload, found) if found else found


@cache
def engine(spec: ModelSpec) -> Engine:
    """Returns the compiled form of *spec*, compiled on first use."""
    return compile_spec(spec)


def _lint_wrapper(spec: ModelSpec, payload: Any, found: list[Finding]) -> list[Finding]:
    """Returns *found*, or the findings inside the wrapper if *payload* is one.

    A wrapper always has findings, so a payload without findings is never a wrapper.
    """
    unwrap = spec.vendor.unwrap
    inner = unwrap(payload) if unwrap is not None and type(payload) is dict else None
    if inner is None:
        return found
    within = engine(spec)(inner.payload)
    placed = [
        finding._replace(pointer=inner.to_outer_pointer(finding.pointer)) for finding in within
    ]
    ignored = [Finding(_WRAPPER, at, value(payload, parse(at))) for at in inner.ignored_pointers]
    return placed + ignored


_WRAPPER = Rule(
    UNKNOWN_MEMBER,
    "/input/0",
    KnownMembers(frozenset({"params"})),
    severity=Severity.WARNING,
    message="only input[0].params is read",
)


def _lint_text(data: str | bytes | bytearray, spec: ModelSpec | None) -> Report:
    document = read(data)
    if document.value is MISSING:
        return Report(spec.id if spec else None, document.findings)
    report = _lint_value(document.value, spec)
    return Report(report.model, document.findings + locate_findings(report.findings, document.text))


class _ReadyModel:
    """A model with a compiled engine. All payloads without findings share one report."""

    __slots__ = ("clean_report", "engine", "spec")

    def __init__(self, spec: ModelSpec) -> None:
        self.spec, self.engine, self.clean_report = spec, engine(spec), Report(spec.id, ())

    def report(self, payload: Any, found: list[Finding]) -> Report:
        return Report(self.spec.id, _lint_wrapper(self.spec, payload, found))


_READY_MODELS: dict[Any, _ReadyModel] = {}


def _lint_value(payload: Any, spec: ModelSpec | None) -> Report:
    if spec is None:
        spec = find(payload.get("model")) if type(payload) is dict else None
    if spec is None:
        return Report(None, [_build_no_model_finding(payload)])
    if spec.id not in _READY_MODELS:
        _READY_MODELS[spec.id] = _ReadyModel(spec)
    found = _READY_MODELS[spec.id].engine(payload)
    return _READY_MODELS[spec.id].report(payload, found)


def _build_no_model_finding(payload: Any) -> Finding:
    if type(payload) is not dict:
        return Finding(Rule("payload-type", "", OBJECT), "", payload)
    name = payload.get("model", MISSING)
    if name is MISSING:
        message = "the payload has no member model, and no model was given"
    else:
        message = "no documented model has this name"
    suggestion = suggest_model(name if type(name) is str else "")
    message = f"{message}; {suggestion}"
    row = Rule("model-known", "/model", Anything(), required=True, message=message)
    return Finding(row, "/model", name)
