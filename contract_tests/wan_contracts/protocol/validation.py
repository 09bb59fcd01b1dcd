"""Parses and validates JSON documents, and describes the most relevant violation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wan_validators.messages.formatting import format_last_name, summarize_value
from wan_validators.messages.suggestions import suggest
from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.source.json_pointer import text as pointer
from wan_validators.source.parser import read
from wan_validators.spec import Severity

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

__all__ = ["InvalidDocument", "Schema", "parse_document", "validate"]

Schema = Mapping[str, Any]
"""A JSON Schema in which every member and every condition has a description."""


class InvalidDocument(ValueError):
    """Raised for an invalid document; the message says where, why, and what is allowed."""


def parse_document(text: str | bytes) -> Any:
    """Parses JSON *text*; raises InvalidDocument if it is not JSON or repeats a member."""
    document, _, findings, _ = read(text)
    for finding in findings:
        place = f"in line {finding.line}, column {finding.column}"
        if finding.severity is Severity.ERROR:
            raise InvalidDocument(f"{finding.message}, {place}")
        if finding.rule == "json-duplicate":
            raise InvalidDocument(
                f"{format_last_name(finding.pointer)} appears twice, the second time {place}"
            )
    return document


def validate(document: Any, validator: Draft202012Validator, name: str) -> None:
    """Raises InvalidDocument if *document*, called *name*, does not match the schema."""
    errors = [*validator.iter_errors(document)]
    if errors:
        raise InvalidDocument(_describe_violation(errors, name))


def _describe_violation(errors: list[ValidationError], whole: str) -> str:
    """Describes the most relevant of *errors* in one sentence."""
    with explain_missing_extra():
        from jsonschema.exceptions import best_match, by_relevance

    # A misspelt member name explains why another one is missing.
    error = best_match(errors, key=by_relevance(strong=frozenset({"additionalProperties"})))
    while error.parent is not None:
        error = error.parent
    place = pointer(tuple(error.absolute_path)) or whole
    return f"{place}: {_describe_error(error)}"


def _describe_error(error: ValidationError) -> str:
    schema: Any = error.schema
    limit: Any = error.validator_value
    instance: Any = error.instance
    match error.validator:
        case "additionalProperties":
            return _describe_unknown_member(instance, schema["properties"])
        case "required":
            missing = next(name for name in limit if name not in instance)
            member = schema["properties"][missing]
            if "enum" in member:
                return f"{missing} is missing; allowed: {', '.join(member['enum'])}"
            return f"{missing} is missing: {schema['description']}"
        case "anyOf":
            return str(schema["description"])
        case "enum" | "type":
            allowed = ", ".join(limit if isinstance(limit, list) else [limit])
            return f"is {_format_value(instance)}; allowed: {allowed}"
    return f"is {_format_value(instance)}; it must be {schema['description']}"


def _describe_unknown_member(instance: Mapping[str, Any], known: Schema) -> str:
    name = next(name for name in instance if name not in known)
    suggestion = suggest(name, known)
    hint = f" ({suggestion})" if suggestion else ""
    return f"there is no member {_format_value(name)}{hint}; allowed: {', '.join(known)}"


def _format_value(value: Any) -> str:
    shown = summarize_value(value)
    return shown if isinstance(value, list | dict) else json.dumps(shown, ensure_ascii=False)
