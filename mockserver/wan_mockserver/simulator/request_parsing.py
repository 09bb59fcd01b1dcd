"""Parses the body of a create request: its payload, its model and the findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl

from wan_validators.catalog import describe_edition, find_excluded, find_nearest_model
from wan_validators.constraints.basic import OBJECT, Anything
from wan_validators.finding import Finding
from wan_validators.linter import find_findings
from wan_validators.messages.formatting import clip, format_megabytes
from wan_validators.omitted import NOTHING_OMITTED, LimitedFindings, Omitted, get_omitted
from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.rejection import RejectionReason
from wan_validators.source.json_pointer import MISSING
from wan_validators.source.parser import read
from wan_validators.spec import ModelSpec, Rule, Severity
from wan_validators.vendor import Vendor

from ..http.errors import RequestRejected
from ..http.messages import MAX_BODY_BYTES, Request

with explain_missing_extra():
    from werkzeug.http import parse_options_header

__all__ = [
    "Models",
    "Submission",
    "filter_errors",
    "is_path_of",
    "list_findings",
    "parse_submission",
]

Models = Mapping[str, ModelSpec]
"""The models of one vendor, by their ids."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A payload without its wrapper; the pointers of *findings* refer to the sent body.

    *findings* are in the order of the rows of *spec*, in which a vendor would report them.
    *warnings* are those of them that are about the text. *omitted* counts those over the limit
    of one payload.
    """

    spec: ModelSpec
    payload: Mapping[str, Any]
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...] = ()
    omitted: Omitted = NOTHING_OMITTED

    @property
    def errors(self) -> tuple[Finding, ...]:
        return filter_errors(self.findings)


def filter_errors(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Returns those of *findings* that are errors."""
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


def parse_submission(
    vendor: Vendor, models: Models, model: str | None, request: Request
) -> Submission:
    """Parses what *request* submits; *model* is the model in its path, if it names one.

    Raises RequestRejected if the rules of a model cannot be checked: the body is too large or
    not a JSON object, the content type is another one, or the model is unknown.
    """
    spec = None if model is None else _find_model(vendor, models, model)
    body, warnings = _parse_object(_get_body(request))
    if vendor.refuses_webhooks and _has_webhook(body, request):
        raise RequestRejected(RejectionReason.WEBHOOK, "no webhook is offered; poll the task")
    if spec is None:
        body, model = _resolve_model(vendor, models, body, request)
        spec = _find_model(vendor, models, model)
        _check_path(spec, request, RejectionReason.WRONG_PATH)
    else:
        _check_path(spec, request, RejectionReason.NO_MODEL)
    found = list_findings(spec, body)
    return Submission(
        spec,
        _unwrap(vendor, body),
        (*warnings, *found),
        tuple(warnings),
        get_omitted(found),
    )


def list_findings(spec: ModelSpec, body: Mapping[str, Any]) -> LimitedFindings:
    """Returns the findings in *body*, in the order of the rows of *spec*."""
    found = find_findings(spec, body)
    if not found:
        return LimitedFindings([], get_omitted(found))
    rows = {id(rule): place for place, rule in enumerate(spec.all_rules)}
    ordered = sorted(found, key=lambda each: rows.get(id(each.row), len(rows)))
    return LimitedFindings(ordered, get_omitted(found))


def _get_body(request: Request) -> bytes:
    if request.body is None or len(request.body) > MAX_BODY_BYTES:
        limit = format_megabytes(MAX_BODY_BYTES)
        raise RequestRejected(RejectionReason.TOO_LARGE, f"the body is longer than {limit}")
    content_type = request.headers.get("content-type", "")
    if not _is_json(content_type):
        received = f"not {content_type!r}" if content_type else "and there is none"
        detail = f"the Content-Type must be application/json, {received}"
        raise RequestRejected(RejectionReason.MEDIA_TYPE, detail)
    return request.body


@lru_cache(maxsize=64)
def _is_json(content_type: str) -> bool:
    return parse_options_header(content_type)[0].lower() == "application/json"


def _parse_object(text: bytes) -> tuple[Mapping[str, Any], list[Finding]]:
    document = read(text)
    findings = document.findings
    if document.value is not MISSING:
        if type(document.value) is dict:
            return document.value, findings
        rule = Rule("payload-type", "", OBJECT)
        findings = [*findings, Finding(rule, "", document.value, 1, 1)]
    first = filter_errors(findings)[0]
    detail = (
        "one JSON object is expected to be provided as the body: "
        f"{first.message} (line {first.line}, column {first.column})"
    )
    raise RequestRejected(RejectionReason.MALFORMED, detail, findings=findings)


def _has_webhook(body: Mapping[str, Any], request: Request) -> bool:
    """Returns whether a member of the body or of the query, or a header, names a webhook."""
    nested = (value for value in body.values() if isinstance(value, Mapping))
    query = (name for name, _ in parse_qsl(request.query, keep_blank_values=True))
    names = [*body, *chain.from_iterable(nested), *query, *request.headers]
    return any("webhook" in name.lower() for name in names)


def _resolve_model(
    vendor: Vendor, models: Models, body: Mapping[str, Any], request: Request
) -> tuple[Mapping[str, Any], Any]:
    """Returns *body* with its model, which a header may name instead, and the model."""
    model = _unwrap(vendor, body).get("model", MISSING)
    name = vendor.model_header
    header = request.headers.get(name.lower()) if name else None
    if header is None:
        return body, model
    if model is MISSING:
        return {**body, "model": header}, header
    if model != header:
        message = f"the body's model and the header {name} differ; give one of the two"
        raise _build_unknown_model(vendor, models, model, message)
    return body, model


def _unwrap(vendor: Vendor, body: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = vendor.unwrap(body) if vendor.unwrap else None
    return inner.payload if inner else body


def _find_model(vendor: Vendor, models: Models, model: Any) -> ModelSpec:
    for spec in models.values():
        if model in spec.names:
            return spec
    if model is MISSING:
        header = f", nor does the header {vendor.model_header}" if vendor.model_header else ""
        raise _build_unknown_model(vendor, models, model, f"no member model names a model{header}")
    if type(model) is str and model.lower() in vendor.other_models:
        text = vendor.describe_unmodelled(model)
        raise _build_unknown_model(vendor, models, model, text, RejectionReason.UNMODELLED)
    excluded = find_excluded(f"{vendor.name}/{model}")
    if excluded:
        text = describe_edition(excluded[0])
        raise _build_unknown_model(vendor, models, model, text, RejectionReason.UNMODELLED)
    nearest = find_nearest_model(model) if type(model) is str else None
    hint = f" (did you mean {nearest.name}, POST {nearest.create_path}?)" if nearest else ""
    raise _build_unknown_model(
        vendor, models, model, f"there is no model {clip(repr(model))}{hint}"
    )


def is_path_of(vendor: Vendor, path: str, expected: str) -> bool:
    """Returns whether *path* is *expected*, perhaps without the optional start of *vendor*."""
    return path.rstrip("/").endswith(expected.removeprefix(vendor.optional_prefix))


def _check_path(spec: ModelSpec, request: Request, reason: RejectionReason) -> None:
    """Raises RequestRejected if *spec* has another path or the request lacks a header."""
    headers = spec.vendor.create_headers
    waiting = spec.synchronous_path
    if waiting and is_path_of(spec.vendor, request.path, waiting):
        for name, value in headers.items():
            if request.headers.get(name.lower(), "").lower() == value:
                detail = f"the header {name}: {value} is not allowed at {request.path}"
                raise RequestRejected(RejectionReason.ASYNC_HEADER, detail)
        return
    if not is_path_of(spec.vendor, request.path, spec.create_path):
        detail = f"the model {spec.name} is at POST {spec.create_path}, not at {request.path}"
        raise RequestRejected(reason, detail)
    for name, value in headers.items():
        if request.headers.get(name.lower()) != value:
            detail = f"the header {name}: {value} is missing"
            raise RequestRejected(RejectionReason.NO_HEADER, detail)


def _build_unknown_model(
    vendor: Vendor,
    models: Models,
    model: Any,
    message: str,
    reason: RejectionReason = RejectionReason.NO_MODEL,
) -> RequestRejected:
    known = f"models of {vendor.title}: {', '.join(models)}"
    row = Rule("model-known", "/model", Anything(), required=True, message=f"{message}; {known}")
    finding = Finding(row, "/model", model)
    return RequestRejected(reason, finding.message, findings=[finding])
