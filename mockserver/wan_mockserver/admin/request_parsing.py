"""Parses the query or the JSON body of a request to the admin API by the fields of its route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from wan_validators.fields import Field, InvalidField, TableType
from wan_validators.messages.formatting import clip
from wan_validators.source.json_pointer import MISSING
from wan_validators.source.parser import read
from wan_validators.spec import Severity

from ..http.errors import AdminError
from ..http.messages import Request

__all__ = ["Values", "parse_body", "parse_content_type", "parse_query"]

Values = Mapping[str, Any]
"""The value of each field of a route, by name; absent ones have their defaults."""


def parse_query(fields: Sequence[Field], request: Request) -> Values:
    """Parses the query; raises AdminError for an unknown, invalid or repeated parameter."""
    texts: dict[str, str] = {}
    for name, text in _split_query(request.query):
        if name in texts:
            raise AdminError(f"the query has {clip(name)} more than once; give it once")
        texts[name] = text
    table = TableType(fields, noun="query parameter")
    try:
        return table.fill_defaults(table.parse_query(texts))
    except InvalidField as error:
        raise AdminError(str(error)) from error


def parse_body(fields: Sequence[Field], request: Request) -> Values:
    """Parses the members of the JSON object in the body; no body is an empty object.

    Raises AdminError for an unknown, invalid or missing member, and for any other body.
    """
    table = TableType(fields)
    members = _read_object(table, request) if request.body else {}
    try:
        return table.fill_defaults(table.parse(members, ""))
    except InvalidField as error:
        raise AdminError(str(error)) from error


def _read_object(table: TableType, request: Request) -> dict[str, Any]:
    kind = parse_content_type(request)
    if kind != "application/json":
        message = f"the Content-Type must be application/json, not {kind or 'absent'}"
        raise AdminError(message, 415)
    document = read(request.body or b"")
    if document.value is MISSING:
        flaw = next(each for each in document.findings if each.severity is Severity.ERROR)
        place = f"line {flaw.line}, column {flaw.column}"
        raise AdminError(f"the body is not valid JSON: {flaw.message} ({place})")
    if type(document.value) is not dict:
        raise AdminError(f"the body must be one JSON object, {_format_field_names(table.fields)}")
    if document.findings:
        raise AdminError(f"the body is ambiguous: {document.findings[0].message}")
    return document.value


def parse_content_type(request: Request) -> str:
    """Returns the media type of the body in lower case; "" if the header is absent."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _split_query(query: str) -> Iterable[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError as error:
        raise AdminError("the query has more than 100 parameters") from error


def _format_field_names(fields: Sequence[Field]) -> str:
    names = ", ".join(field.name for field in fields)
    return f"with the members {names}" if names else "with no members"
