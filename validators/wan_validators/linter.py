"""Checks a payload against the rules of its model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from .catalog import UnknownModel, find_all, find_flat_form, suggest_model, vendors
from .constraints.basic import OBJECT, Absent, Anything, KnownMembers
from .constraints.media import AddressesFile, Unexpired
from .engine import Engine, compile_spec
from .finding import Finding, Report
from .flat_form import has_flat_form
from .messages.context import Context
from .model_choice import build_ambiguity_finding, choose_model
from .source.json_pointer import MISSING, parse, text, value
from .source.json_pointer import find as find_values
from .source.parser import locate_findings, read
from .spec import UNKNOWN_MEMBER, ModelSpec, Rule, Severity
from .vendor import UnwrappedPayload
from .wrappers import open_envelope, unwrap, unwrap_all

__all__ = ["Moment", "engine", "find_findings", "lint"]

Moment = datetime | float
"""A moment, as a datetime or in seconds since 1970."""


def lint(
    payload: Any,
    model: str | None = None,
    *,
    now: Moment | None = None,
    media_root: Path | str | None = None,
) -> Report:
    """Reports every documented rule that *payload* breaks.

    *payload* is JSON text (str or bytes), or the result of ``json.loads``. It is not
    changed. *model* is a model's name, or a path with it, such as
    ``/vendors/alibaba/v1/wan2.5-i2i-preview/generation``. Without *model*, the payload's
    member ``model`` decides. If several vendors have a model of this name, the form of the
    payload decides; ``vendor/name`` names one of them. A vendor's wrapper is unwrapped, and
    pointers start at it.
    *now* is the current time, as a datetime or in seconds since 1970. Without it, no
    signature of a URL counts as expired. With *media_root*, the headers of images and audio
    files in this folder are read if the payload names them in place of a URL.

    Raises UnknownModel if *model* is not a known model. Never raises for a bad payload.
    """
    if model is None and now is None and media_root is None and type(payload) is dict:
        try:
            ready = _READY_MODELS[payload["model"]]
        except (KeyError, TypeError):
            pass  # unknown, not yet compiled, or not a name
        else:
            found = ready.engine(payload)
            if not found:
                return Report(ready.id, (), payload)
            if "payload" not in payload:
                return ready.report(payload, found)
    specs = None if model is None else find_all(model)
    if model is not None and not specs:
        raise UnknownModel(model)
    seconds = now.timestamp() if isinstance(now, datetime) else now
    if isinstance(payload, (str, bytes, bytearray)):
        return _lint_text(payload, specs, seconds, media_root)
    return _lint_value(payload, specs, seconds, media_root)


def find_findings(spec: ModelSpec, payload: Any) -> Sequence[Finding]:
    """Returns all findings of *spec* in *payload*, which may have its vendor's wrapper."""
    found = engine(spec)(payload)
    return _lint_wrapper(spec, payload, found, ()) if found else found


@cache
def engine(spec: ModelSpec) -> Engine:
    """Returns the compiled form of *spec*, compiled on first use."""
    return compile_spec(spec)


def _lint_wrapper(
    spec: ModelSpec, payload: Any, found: list[Finding], outer: tuple[UnwrappedPayload, ...]
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
        found = check(payload)
    if not outer:
        return found
    context = Context(spec, payload, check, outer)
    before = Context(spec, payload, check, outer[:-1] if inner is not None else outer)
    placed = [
        each._replace(pointer=context.to_outer(each.pointer), origin=context) for each in found
    ]
    return placed + [each._replace(pointer=before.to_outer(each.pointer)) for each in ignored]


def _lint_ignored(inner: UnwrappedPayload, payload: Any) -> list[Finding]:
    """Returns findings for the parts of a wrapper that are not read."""
    found = [Finding(_WRAPPER, at, value(payload, parse(at))) for at in inner.ignored_pointers]
    at = f"{inner.prefix}/model"
    model = value(payload, parse(at))
    if model not in (MISSING, payload.get("model", model)):
        found.append(Finding(_TWO_MODELS, at, model))
    return found


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


def _lint_text(
    data: str | bytes | bytearray,
    specs: Sequence[ModelSpec] | None,
    now: float | None,
    root: Path | str | None,
) -> Report:
    document = read(data)
    if document.value is MISSING:
        return Report(specs[0].id if specs else None, document.findings)
    report = _lint_value(document.value, specs, now, root)
    findings = document.findings + locate_findings(report.findings, document.text)
    return Report(report.model, findings, document.value)


class _ReadyModel:
    """A model with a compiled engine."""

    __slots__ = ("engine", "id", "spec")

    def __init__(self, spec: ModelSpec) -> None:
        self.spec, self.engine, self.id = spec, engine(spec), spec.id

    def report(self, payload: Any, found: list[Finding], *, is_named: bool = False) -> Report:
        """Returns a report; if *is_named*, the model is known without the payload's member."""
        given, envelope = payload, open_envelope(self.spec, payload)
        if envelope is None:
            placed = _lint_wrapper(self.spec, payload, found, ())
        else:
            is_named, payload = True, envelope.payload
            placed = _lint_wrapper(self.spec, payload, self.engine(payload), (envelope,))
        if is_named and self.spec.vendor.model_header:
            placed = [_excuse_missing_model(each) for each in placed]
        return Report(self.id, placed, given)


_READY_MODELS: dict[Any, _ReadyModel] = {}


def _prepare_model(spec: ModelSpec) -> _ReadyModel:
    """Returns *spec*, ready under the name that payloads have, if no other model has it."""
    if spec.id not in _READY_MODELS:
        ready = _ReadyModel(spec)
        if find_all(spec.name) != (spec,):
            return ready
        _READY_MODELS[spec.name] = _READY_MODELS[spec.id] = ready
    return _READY_MODELS[spec.id]


def _excuse_missing_model(finding: Finding) -> Finding:
    """Returns a warning for the error that the payload itself does not name the model."""
    if finding.row.id != "model-value" or finding.value is not MISSING:
        return finding
    row = replace(finding.row, severity=Severity.WARNING, message=_MODEL_ELSEWHERE)
    return finding._replace(row=row)


def _lint_value(
    payload: Any, specs: Sequence[ModelSpec] | None, now: float | None, root: Path | str | None
) -> Report:
    is_named = specs is not None
    if specs is None:
        specs = find_all(_get_model_name(payload)) if type(payload) is dict else ()
    if not specs:
        return Report(None, [_build_no_model_finding(payload)])
    spec, is_certain = choose_model(specs, payload)
    ready = _prepare_model(spec)
    found = ready.engine(payload)
    flat = find_flat_form(spec) if found else None
    if flat and has_flat_form(flat, payload, is_named=is_named):
        spec, ready, is_certain = flat, _prepare_model(flat), True
        found = ready.engine(payload)
    report = Report(ready.id, (), payload)
    if found:
        report = ready.report(payload, found, is_named=is_named)
    if not is_certain:
        ambiguity = build_ambiguity_finding(specs, spec)
        report = Report(ready.id, [ambiguity, *report.findings], payload)
    if root is not None:
        from .local_media import lint_local_media

        inner, outer = unwrap_all(spec, payload)
        context = Context(spec, inner, engine(spec), outer)
        placed = lint_local_media(report.findings, spec, inner, context, root)
        report = Report(spec.id, placed, payload)
    expired = [] if now is None else list(_find_expired(spec, payload, now))
    if expired:
        return Report(report.model, [*report.findings, *expired], payload)
    return report


def _find_expired(spec: ModelSpec, payload: Any, now: float) -> Iterator[Finding]:
    """Yields the URLs in *payload* whose signature expired before *now*.

    The engine does not know the time, so that its verdicts depend on the payload alone.
    """
    payload, outer = unwrap_all(spec, payload)
    context = Context(spec, payload, engine(spec), outer)
    for rule in spec.rules:
        if isinstance(rule.constraint, AddressesFile):
            limit = Unexpired(rule.constraint.view)
            row = replace(rule, id=rule.id.replace("address", "expired"), constraint=limit)
            for path, item in find_values(payload, rule.path):
                if not limit.is_satisfied_at(item, now):
                    yield Finding(row, context.to_outer(text(path)), item, origin=context)


def _get_model_name(payload: dict[str, Any]) -> Any:
    """Returns the member ``model`` of *payload*, or of the payload in a vendor's wrapper."""
    if "model" not in payload:
        for open_wrapper in filter(None, (vendor.unwrap for vendor in vendors())):
            if inner := open_wrapper(payload):
                return inner.payload.get("model")
    return payload.get("model")


def _build_no_model_finding(payload: Any) -> Finding:
    if type(payload) is not dict:
        return Finding(Rule("payload-type", "", OBJECT), "", payload)
    name = payload.get("model", MISSING)
    if name is MISSING:
        message = "the payload has no member model, and no model was given"
    else:
        message = "no documented model has this name"
    suggestion = suggest_model(name if type(name) is str else "")
    message = f"{message}; {suggestion}; --model NAME names one for all payloads"
    row = Rule("model-known", "/model", Anything(), required=True, message=message)
    return Finding(row, "/model", name)
