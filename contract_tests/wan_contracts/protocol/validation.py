"""JSON text that is to fit a schema, and a short sentence on why it does not."""

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

Schema = Mapping[str, Any]
"""A JSON Schema in which every member and every condition has a description."""


class InvalidDocument(ValueError):
    """This does not fit; the message tells where and why, and what is allowed."""


def parse_document(text: str | bytes) -> Any:
    """The value of the JSON *text*. Raises Malformed for what is none, or has a member twice."""
    document, _, findings = read(text)
    for flaw in findings:
        place = f"in line {flaw.line}, column {flaw.column}"
        if flaw.severity is Severity.ERROR:
            raise InvalidDocument(f"{flaw.message}, {place}")
        if flaw.rule == "json-duplicate":
            raise InvalidDocument(
                f"{format_last_name(flaw.pointer)} stands twice, the second time {place}"
            )
    return document


def validate(document: Any, validator: Draft202012Validator, name: str) -> None:
    """Raises Malformed if *document*, which is called *name*, does not fit the schema."""
    flaws = [*validator.iter_errors(document)]
    if flaws:
        raise InvalidDocument(_describe_violation(flaws, name))


def _describe_violation(flaws: list[ValidationError], whole: str) -> str:
    """The flaw that matters most, in a sentence."""
    with explain_missing_extra():
        from jsonschema.exceptions import best_match, by_relevance

    # A misspelt name explains the one that is missing.
    flaw = best_match(flaws, key=by_relevance(strong=frozenset({"additionalProperties"})))
    while flaw.parent is not None:
        flaw = flaw.parent
    place = pointer(tuple(flaw.absolute_path)) or whole
    return f"{place}: {_describe_error(flaw)}"


def _describe_error(flaw: ValidationError) -> str:
    schema: Any = flaw.schema
    limit: Any = flaw.validator_value
    instance: Any = flaw.instance
    match flaw.validator:
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
    meant = suggest(name, known)
    hint = f" ({meant})" if meant else ""
    return f"there is no member {_format_value(name)}{hint}; allowed: {', '.join(known)}"


def _format_value(value: Any) -> str:
    shown = summarize_value(value)
    return shown if isinstance(value, list | dict) else json.dumps(shown, ensure_ascii=False)
