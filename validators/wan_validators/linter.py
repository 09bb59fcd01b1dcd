"""Checks a payload against the rules of its model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from .catalog import find, suggest_model
from .catalog import model as get_model
from .constraints.basic import OBJECT, Anything, KnownMembers
from .constraints.media import AddressesFile, Unexpired
from .engine import Engine, compile_spec
from .finding import Finding, Report
from .source.json_pointer import MISSING, parse, text, value
from .source.json_pointer import find as find_values
from .source.parser import locate_findings, read
from .spec import UNKNOWN_MEMBER, ModelSpec, Rule, Severity

__all__ = ["Moment", "engine", "find_findings", "lint"]

Moment = datetime | float
"""A moment, as a datetime or in seconds since 1970."""


def lint(payload: Any, model: str | None = None, *, now: Moment | None = None) -> Report:
    """Reports every documented rule that *payload* breaks.

    *payload* is JSON text (str or bytes), or the result of ``json.loads``. It is not
    changed. *model* is a model's name, or a path with it, such as
    ``/vendors/alibaba/v1/wan2.5-i2i-preview/generation``. Without *model*, the payload's
    member ``model`` decides. A vendor's wrapper is unwrapped, and pointers start at it.
    *now* is the current time, as a datetime or in seconds since 1970. Without it, no
    signature of a URL counts as expired.

    Raises UnknownModel if *model* is not a known model. Never raises for a bad payload.
    """
    if model is None and now is None and type(payload) is dict:
        try:
            ready = _READY_MODELS[payload["model"]]
        except (KeyError, TypeError):
            pass  # unknown, not yet compiled, or not a name
        else:
            found = ready.engine(payload)
            return ready.report(payload, found) if found else ready.clean_report
    spec = None if model is None else get_model(model)
    seconds = now.timestamp() if isinstance(now, datetime) else now
    if isinstance(payload, (str, bytes, bytearray)):
        return _lint_text(payload, spec, seconds)
    return _lint_value(payload, spec, seconds)


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


def _lint_text(data: str | bytes | bytearray, spec: ModelSpec | None, now: float | None) -> Report:
    document = read(data)
    if document.value is MISSING:
        return Report(spec.id if spec else None, document.findings)
    report = _lint_value(document.value, spec, now)
    return Report(report.model, document.findings + locate_findings(report.findings, document.text))


class _ReadyModel:
    """A model with a compiled engine. All payloads without findings share one report."""

    __slots__ = ("clean_report", "engine", "spec")

    def __init__(self, spec: ModelSpec) -> None:
        self.spec, self.engine, self.clean_report = spec, engine(spec), Report(spec.id, ())

    def report(self, payload: Any, found: list[Finding]) -> Report:
        return Report(self.spec.id, _lint_wrapper(self.spec, payload, found))


_READY_MODELS: dict[Any, _ReadyModel] = {}


def _lint_value(payload: Any, spec: ModelSpec | None, now: float | None) -> Report:
    if spec is None:
        spec = find(payload.get("model")) if type(payload) is dict else None
    if spec is None:
        return Report(None, [_build_no_model_finding(payload)])
    if spec.id not in _READY_MODELS:
        _READY_MODELS[spec.id] = _ReadyModel(spec)
    found = _READY_MODELS[spec.id].engine(payload)
    report = _READY_MODELS[spec.id].report(payload, found)
    expired = [] if now is None else list(_find_expired(spec, payload, now))
    return Report(report.model, [*report.findings, *expired]) if expired else report


def _find_expired(spec: ModelSpec, payload: Any, now: float) -> Iterator[Finding]:
    """Yields the URLs in *payload* whose signature expired before *now*.

    The engine does not know the time, so that its verdicts depend on the payload alone.
    """
    unwrap = spec.vendor.unwrap
    inner = unwrap(payload) if unwrap is not None and type(payload) is dict else None
    for rule in spec.rules:
        if isinstance(rule.constraint, AddressesFile):
            limit = Unexpired(rule.constraint.view)
            row = replace(rule, id=rule.id.replace("address", "expired"), constraint=limit)
            for path, item in find_values(payload if inner is None else inner.payload, rule.path):
                if not limit.is_satisfied_at(item, now):
                    at = text(path) if inner is None else inner.to_outer_pointer(text(path))
                    yield Finding(row, at, item)


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
