"""From a payload in any form to a report: the front door that everything else calls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from .catalog import find, suggestion
from .catalog import model as named
from .constraints.basic import OBJECT, Anything, KnownMembers
from .engine import Engine, compile_spec
from .finding import Finding, Report
from .source.json_pointer import MISSING, parse, value
from .source.parser import locate_findings, read
from .spec import UNKNOWN_MEMBER, ModelSpec, Rule, Severity

__all__ = ["engine", "find_findings", "lint"]


def lint(payload: Any, model: str | None = None) -> Report:
    """Every documented rule that *payload* breaks, all at once.

    *payload* is JSON text (str or bytes), or what ``json.loads`` makes of it; it is not
    changed. *model* is a model's name or a path that has it in it, such as
    ``/vendors/alibaba/v1/wan2.5-i2i-preview/generation``; without it the payload's own
    member ``model`` decides. A payload in a vendor's wrapper is looked into, and pointers
    lead through the wrapper.

    Raises UnknownModel if *model* is given and is none; whatever is wrong with the payload
    is in the report.
    """
    if model is None and type(payload) is dict:
        try:
            ready = _READY_MODELS[payload["model"]]
        except (KeyError, TypeError):
            pass  # unknown, not yet compiled, or no name at all
        else:
            found = ready.engine(payload)
            return ready.report(payload, found) if found else ready.flawless
    spec = None if model is None else named(model)
    if isinstance(payload, (str, bytes, bytearray)):
        return _lint_text(payload, spec)
    return _lint_value(payload, spec)


def find_findings(spec: ModelSpec, payload: Any) -> Sequence[Finding]:
    """All findings of *spec* in *payload*, which may be in its vendor's wrapper."""
    found = engine(spec)(payload)
    return _lint_wrapper(spec, payload, found) if found else found


@cache
def engine(spec: ModelSpec) -> Engine:
    """The compiled form of *spec*, made on first use."""
    return compile_spec(spec)


def _lint_wrapper(spec: ModelSpec, payload: Any, found: list[Finding]) -> list[Finding]:
    """What is *found* in a payload, or inside it if it is a wrapper (which never passes)."""
    unwrap = spec.vendor.unwrap
    inner = unwrap(payload) if unwrap is not None and type(payload) is dict else None
    if inner is None:
        return found
    within = engine(spec)(inner.payload)
    placed = [
        finding._replace(pointer=inner.to_outer_pointer(finding.pointer)) for finding in within
    ]
    strays = [Finding(_WRAPPER, at, value(payload, parse(at))) for at in inner.ignored_pointers]
    return placed + strays


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
    """A model whose engine is compiled, and the report that its flawless payloads share."""

    __slots__ = ("engine", "flawless", "spec")

    def __init__(self, spec: ModelSpec) -> None:
        self.spec, self.engine, self.flawless = spec, engine(spec), Report(spec.id, ())

    def report(self, payload: Any, found: list[Finding]) -> Report:
        return Report(self.spec.id, _lint_wrapper(self.spec, payload, found))


_READY_MODELS: dict[Any, _ReadyModel] = {}


def _lint_value(payload: Any, spec: ModelSpec | None) -> Report:
    if spec is None:
        spec = find(payload.get("model")) if type(payload) is dict else None
    if spec is None:
        return Report(None, [_no_model(payload)])
    if spec.id not in _READY_MODELS:
        _READY_MODELS[spec.id] = _ReadyModel(spec)
    found = _READY_MODELS[spec.id].engine(payload)
    return _READY_MODELS[spec.id].report(payload, found)


def _no_model(payload: Any) -> Finding:
    if type(payload) is not dict:
        return Finding(Rule("payload-type", "", OBJECT), "", payload)
    name = payload.get("model", MISSING)
    if name is MISSING:
        says = "no member model tells which model this is for, and none was named"
    else:
        says = "no documented model has this name"
    offer = suggestion(name) if type(name) is str else suggestion("")
    row = Rule("model-known", "/model", Anything(), required=True, message=f"{says}; {offer}")
    return Finding(row, "/model", name)
