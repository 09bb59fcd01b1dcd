"""From a request to the values that its route takes, or to what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from wan_validators.messages.formatting import clip
from wan_validators.source.json_pointer import MISSING
from wan_validators.source.parser import read
from wan_validators.spec import Severity

from ..http.errors import AdminError
from ..http.messages import Request
from .hints import format_suggestion
from .kinds import Field

Values = Mapping[str, Any]
"""What was given, by the names of the fields; those left out have their defaults."""


def parse_query(fields: Sequence[Field], request: Request) -> Values:
    """The parameters of the query; raises AdminError for any that is unknown, wrong or repeated."""
    given: dict[str, Any] = {}
    known = {field.name: field for field in fields}
    for name, text in _pairs(request.query):
        if name in given:
            raise AdminError(f"the query has {clip(name)} more than once; give it once")
        given[name] = known[name].type.parse_text(text) if name in known else text
    return _values(fields, given, "query parameter")


def parse_body(fields: Sequence[Field], request: Request) -> Values:
    """The members of the JSON object that is the body, none if there is no body.

    Raises AdminError for any that is unknown, wrong or missing, and for what is no such object.
    """
    if not request.body:
        return _values(fields, {}, "member")
    kind = parse_content_type(request)
    if kind != "application/json":
        says = f"the Content-Type must be application/json, not {kind or 'none at all'}"
        raise AdminError(says, 415)
    document = read(request.body)
    if document.value is MISSING:
        flaw = next(each for each in document.findings if each.severity is Severity.ERROR)
        says = f"the body is no JSON: {flaw.message} (line {flaw.line}, column {flaw.column})"
        raise AdminError(says)
    if type(document.value) is not dict:
        raise AdminError(f"the body must be one JSON object, {_format_field_names(fields)}")
    if document.findings:
        raise AdminError(f"the body cannot be relied on: {document.findings[0].message}")
    return _values(fields, document.value, "member")


def parse_content_type(request: Request) -> str:
    """The media type of the body, in lower case and without parameters; "" if none is given."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _pairs(query: str) -> Iterable[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError as error:
        raise AdminError("the query has more than 100 parameters") from error


def _values(fields: Sequence[Field], given: Mapping[str, Any], what: str) -> Values:
    known = [field.name for field in fields]
    for name in given:
        if name not in known:
            says = f"there is no {what} {clip(repr(name))} here; {format_suggestion(name, known)}"
            raise AdminError(says)
    return {field.name: _value(field, given, what) for field in fields}


def _value(field: Field, given: Mapping[str, Any], what: str) -> Any:
    if field.name not in given:
        if field.required:
            raise AdminError(f"the {what} {field.name} is missing: {field.doc}")
        return field.default
    value = given[field.name]
    if value is None and field.nullable:
        return None
    try:
        return field.type.parse_value(value)
    except ValueError as error:
        raise AdminError(f"{field.name} {error}") from error


def _format_field_names(fields: Sequence[Field]) -> str:
    names = ", ".join(field.name for field in fields)
    return f"with the members {names}" if names else "with no members"
