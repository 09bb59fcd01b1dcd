"""Checks responses against the documented shapes of a vendor's bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from wan_mockserver.openapi.example_responses import (
    build_error_examples,
    build_success_examples,
    build_task_examples,
)
from wan_mockserver.openapi.schema_from_types import infer_schema
from wan_mockserver.simulator.routing import Action
from wan_validators.catalog import model as model_of
from wan_validators.catalog import models_of, vendors
from wan_validators.messages.formatting import clip, summarize_value
from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.spec import Severity
from wan_validators.task import State
from wan_validators.task_bodies import find_error
from wan_validators.vendor import Vendor

from .finding import DriftFinding

with explain_missing_extra():
    from jsonschema import Draft202012Validator, ValidationError

__all__ = ["check_body", "check_status", "list_statuses"]

TYPE_NOUNS: Final = {dict: "an object", list: "an array", str: "a string", type(None): "null"}


def list_statuses(vendor: Vendor, model: str, *, create: bool) -> list[int]:
    """Lists the HTTP statuses of responses that the documents or the public SDKs show."""
    errors = build_error_examples(vendor, model_of(model), create=create)
    usual = [vendor.created_status, vendor.recorded_created_status] if create else [200]
    return sorted({*filter(None, usual), *errors})


def check_status(
    vendor: Vendor, model: str, status: int, *, create: bool
) -> Iterator[DriftFinding]:
    """Yields a finding if the HTTP *status* is not a known one."""
    known = list_statuses(vendor, model, create=create)
    if status not in known:
        text = f"HTTP {status} is not known here; known: {', '.join(map(str, known))}"
        yield DriftFinding(Severity.ERROR, "response", "", text)


def check_body(
    vendor: Vendor, model: str, status: int, body: Any, *, create: bool
) -> Iterator[DriftFinding]:
    """Yields a finding for each difference of *body* from the documented shapes.

    A member that the documents lack is a warning, as clients can ignore it.
    """
    is_success = 200 <= status < 300
    validator = _build_validator(
        vendor.name, model, Action.CREATE if create else Action.POLL, 0 if is_success else status
    )
    if validator is None:
        return
    for error in sorted(validator.iter_errors(body), key=lambda error: list(map(str, error.path))):
        pointer = "".join(f"/{part}" for part in error.absolute_path)
        yield from _describe_error(error, pointer)
    if is_success and not create:
        yield from _check_code(vendor, body)


def _describe_error(error: ValidationError, pointer: str) -> Iterator[DriftFinding]:
    severity = Severity.ERROR
    value: Any = error.instance
    schema: Any = error.schema
    match error.validator:
        case "additionalProperties":
            severity = Severity.WARNING
            known = schema["properties"]
            for name in sorted({*value} - {*known}):
                text = f"{clip(name)} is not a documented member"
                yield DriftFinding(severity, "response", f"{pointer}/{name}", text)
            return
        case "required":
            for name in sorted({*schema["required"]} - {*value}):
                text = f"{name} is missing"
                yield DriftFinding(severity, "response", pointer, text)
            return
        case "enum":
            words = ", ".join(schema["enum"])
            text = f"{clip(repr(value))} is not a documented word; documented: {words}"
        case "type":
            text = f"is {_name_type(value)}, but {schema['type']} is documented"
        case _:
            text = f"{clip(repr(summarize_value(value)))} has none of the documented forms"
    yield DriftFinding(severity, "response", pointer, text)


def _check_code(vendor: Vendor, body: Any) -> Iterator[DriftFinding]:
    """Yields a warning if a failed task has a code that no document has."""
    code = find_error(body).get("code")
    if code is None or str(code).zfill(4) in _list_codes(vendor.name):
        return
    text = f"the code {clip(str(code))} is in no document"
    yield DriftFinding(Severity.WARNING, "response", "/error/code", text)


@cache
def _list_codes(vendor_name: str) -> frozenset[str]:
    vendor = _find_vendor(vendor_name)
    rules = {
        rule.code for spec in models_of(vendor).values() for rule in spec.all_rules if rule.code
    }
    codes = {*rules, *vendor.failures, vendor.moderation.code}
    return frozenset(codes | {code.lstrip("0") for code in codes})


@cache
def _build_validator(
    vendor_name: str, model: str, action: Action, status: int
) -> Draft202012Validator | None:
    """Builds the validator of a body; *status* is 0 for a success. None if none is known."""
    vendor = _find_vendor(vendor_name)
    spec = model_of(model)
    create = action is Action.CREATE
    if status:
        errors = build_error_examples(vendor, spec, create=create)
        if status not in errors:
            return None
        return Draft202012Validator(_close(infer_schema(errors[status][1])))
    examples = build_success_examples(vendor, [spec])
    bodies = examples.created if create else examples.status
    if vendor.to_recorded_body:
        tasks = build_task_examples(vendor, spec)
        recorded = [
            vendor.to_recorded_body(
                task,
                vendor.build_created_body(task) if create else vendor.build_status_body(task),
            )
            for task in tasks
            if not create or task.state is State.PENDING
        ]
        bodies = [*bodies, *recorded]
    words = (*vendor.words.values(), *vendor.other_words.values())
    return Draft202012Validator(_close(infer_schema(bodies, words)))


def _find_vendor(name: str) -> Vendor:
    return next(vendor for vendor in vendors() if vendor.name == name)


def _close(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Returns *schema* without other members in any object."""
    made = dict(schema)
    if "properties" in made:
        made["properties"] = {name: _close(each) for name, each in made["properties"].items()}
        made["additionalProperties"] = False
    if "items" in made:
        made["items"] = _close(made["items"])
    if "anyOf" in made:
        made["anyOf"] = [_close(each) for each in made["anyOf"]]
    return made


def _name_type(value: Any) -> str:
    noun = "true or false" if type(value) is bool else "a number"
    return TYPE_NOUNS.get(type(value), noun)
