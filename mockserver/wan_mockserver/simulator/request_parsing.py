"""From the body of a create request to a payload, its model and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wan_validators.catalog import find_nearest_model
from wan_validators.constraints.basic import OBJECT, Anything
from wan_validators.finding import Finding
from wan_validators.linter import find_findings
from wan_validators.messages.formatting import clip
from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.source.json_pointer import MISSING
from wan_validators.source.parser import read
from wan_validators.spec import ModelSpec, Rule, Severity
from wan_validators.vendor import RejectionReason, Vendor

from ..http.errors import RequestRejected
from ..http.messages import MAX_BODY_BYTES, Request

with explain_missing_extra():
    from werkzeug.http import parse_options_header

Models = Mapping[str, ModelSpec]
"""The models of one vendor, by their ids."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A payload that was read, without its wrapper; pointers lead into the body as given.

    *findings* stand in the order of the rows of *spec*, in which a vendor would name them.
    """

    spec: ModelSpec
    payload: Mapping[str, Any]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return filter_errors(self.findings)


def filter_errors(found: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in found if finding.severity is Severity.ERROR)


def parse_submission(
    vendor: Vendor, models: Models, model: str | None, request: Request
) -> Submission:
    """What *request* submits; *model* is what its path names, if that is where it stands.

    Raises RequestRejected for whatever never gets as far as the rules of a model: a body that
    is too large, no JSON or no object, another content type, an unknown model.
    """
    spec = None if model is None else _find_model(vendor, models, model)
    body, warnings = _object(_bytes(request))
    if spec is None:
        body, model = _resolve_model(vendor, models, body, request)
        spec = _find_model(vendor, models, model)
    rows = {id(rule): place for place, rule in enumerate(spec.all_rules)}
    found = sorted(find_findings(spec, body), key=lambda each: rows.get(id(each.row), len(rows)))
    return Submission(spec, _unwrap(vendor, body), (*warnings, *found))


def _bytes(request: Request) -> bytes:
    if request.body is None or len(request.body) > MAX_BODY_BYTES:
        limit = f"{MAX_BODY_BYTES // 2**20} MB ({MAX_BODY_BYTES:,} bytes)"
        raise RequestRejected(RejectionReason.TOO_LARGE, f"the body is longer than {limit}")
    given = request.headers.get("content-type", "")
    if parse_options_header(given)[0].lower() != "application/json":
        got = f"not {given!r}" if given else "and there is none"
        says = f"the Content-Type must be application/json, {got}"
        raise RequestRejected(RejectionReason.MEDIA_TYPE, says)
    return request.body


def _object(text: bytes) -> tuple[Mapping[str, Any], list[Finding]]:
    document = read(text)
    flaws = document.findings
    if document.value is not MISSING:
        if type(document.value) is dict:
            return document.value, flaws
        flaws = [*flaws, Finding(Rule("payload-type", "", OBJECT), "", document.value, 1, 1)]
    first = filter_errors(flaws)[0]
    says = (
        "one JSON object is expected to be provided as the body: "
        f"{first.message} (line {first.line}, column {first.column})"
    )
    raise RequestRejected(RejectionReason.MALFORMED, says, findings=flaws)


def _resolve_model(
    vendor: Vendor, models: Models, body: Mapping[str, Any], request: Request
) -> tuple[Mapping[str, Any], Any]:
    """*body* with its model, which a header may give that the body does not, and the model."""
    given = _unwrap(vendor, body).get("model", MISSING)
    name = vendor.model_header
    header = request.headers.get(name.lower()) if name else None
    if header is None:
        return body, given
    if given is MISSING:
        return {**body, "model": header}, header
    if given != header:
        says = f"the body's model and the header {name} differ; give one of the two"
        raise _unknown(vendor, models, given, says)
    return body, given


def _unwrap(vendor: Vendor, body: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = vendor.unwrap(body) if vendor.unwrap else None
    return inner.payload if inner else body


def _find_model(vendor: Vendor, models: Models, model: Any) -> ModelSpec:
    if type(model) is str and model in models:
        return models[model]
    if model is MISSING:
        header = f", nor does the header {vendor.model_header}" if vendor.model_header else ""
        raise _unknown(vendor, models, model, f"no member model names a model{header}")
    nearest = find_nearest_model(model) if type(model) is str else None
    hint = f" (did you mean {_show(nearest.vendor, nearest.id)}?)" if nearest else ""
    raise _unknown(vendor, models, model, f"there is no model {clip(repr(model))}{hint}")


def _show(vendor: Vendor, model: str) -> str:
    return f"{model}, POST {vendor.create.replace('{model}', model)}"


def _unknown(vendor: Vendor, models: Models, model: Any, message: str) -> RequestRejected:
    here = f"models of {vendor.title}: {', '.join(models)}"
    row = Rule("model-known", "/model", Anything(), required=True, message=f"{message}; {here}")
    finding = Finding(row, "/model", model)
    return RequestRejected(RejectionReason.NO_MODEL, finding.message, findings=[finding])
