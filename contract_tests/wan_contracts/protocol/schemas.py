"""What goes to a client in another process and what comes back, as JSON Schemas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from wan_validators.messages.formatting import clip
from wan_validators.optional_dependencies import explain_missing_extra

from ..cases.case import PROTOCOL_VERSION
from .outcome import Outcome, OutcomeKind
from .validation import InvalidDocument, Schema, parse_document, validate

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

__all__ = ["SCHEMAS", "InvalidDocument", "build_validator", "parse_outcome", "validate_outcome"]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def _member(title: str, description: str, **limits: Any) -> Schema:
    return {"title": title, "description": description, **limits}


def _seconds(title: str, description: str) -> Schema:
    return _member(title, description, type="number", exclusiveMinimum=0)


def _require_types(**members: str) -> Schema:
    """Asks for *members* of these types, which null does not stand for."""
    types = {name: {"type": kind} for name, kind in members.items()}
    return {"required": list(members), "properties": types}


_CASE_MEMBERS: Final[Schema] = {
    "version": _member("Version", "the version of this form", const=PROTOCOL_VERSION),
    "case": _member("Case", "the number of the call in this run", type="integer", minimum=0),
    "base_url": _member("Base URL", "what stands before every path of the API", type="string"),
    "api_key": _member("API key", "what is sent as the bearer token", type="string"),
    "vendor": _member("Vendor", "whose API it is", type="string"),
    "model": _member("Model", "its id, as `wanproof rules` lists it", type="string"),
    "payload": _member("Payload", "what is to be generated, in the documented form"),
    "poll_interval": _seconds("Poll interval", "seconds to wait between two polls"),
    "deadline": _seconds("Deadline", "seconds after the create at which to give the task up"),
    "timeout": _seconds("Time-out", "seconds that one request may take"),
}

_OUTPUT: Final[Schema] = {
    "title": "Output",
    "description": "an object: one result, in the order of the answer",
    "type": "object",
    "required": ["kind"],
    "additionalProperties": False,
    "properties": {
        "kind": _member("Kind", "what it is", enum=["image", "video", "text"]),
        "text": _member("Text", "a text between images", type=["string", "null"]),
        "sha256": _member(
            "SHA-256",
            "64 hexadecimal digits in lower case, the digest of the bytes that were read",
            type=["string", "null"],
            pattern="^[0-9a-f]{64}$",
            maxLength=64,
        ),
        "bytes": _member(
            "Length",
            "how many bytes were read, an integer that is not negative",
            type=["integer", "null"],
            minimum=0,
        ),
        "url": _member("URL", "where the file is, as the API told", type=["string", "null"]),
        "error": _member("Error", "why the file could not be had", type=["string", "null"]),
    },
    "if": {"required": ["kind"], "properties": {"kind": {"const": "text"}}},
    "then": {"description": "a text needs its text", **_require_types(text="string")},
    "else": {
        "description": "a file needs sha256 and bytes, a url, or an error",
        "anyOf": [
            _require_types(sha256="string", bytes="integer"),
            _require_types(url="string"),
            _require_types(error="string"),
        ],
    },
}

_OUTCOME_MEMBERS: Final[Schema] = {
    "outcome": _member(
        "Outcome",
        "how the call ended. not_sent: the client refused the payload itself. refused: the "
        "server answered the create with an error. failed: the task ended with an error, or "
        "without any result. completed: the task is done. gave_up: it is not known how it "
        "ended. unsupported: the client cannot do this at all",
        enum=[kind.value for kind in OutcomeKind],
    ),
    "task_id": _member("Task", "the id of the task, if one was told", type=["string", "null"]),
    "status": _member(
        "Status",
        "the HTTP status of a refusal, an integer from 100 to 599",
        type=["integer", "null"],
        minimum=100,
        maximum=599,
    ),
    "code": _member("Code", "the vendor's code of a failure", type=["string", "integer", "null"]),
    "message": _member("Message", "the vendor's words, or your own", type=["string", "null"]),
    "outputs": _member("Outputs", "what came of the task", type=["array", "null"], items=_OUTPUT),
    "partial": _member(
        "Partial", "whether fewer results came than were asked for", type=["boolean", "null"]
    ),
    "spent_usd": _member(
        "Spent",
        'US dollars that the call has cost, such as "0.03", not negative; null if not known',
        type=["string", "number", "null"],
        pattern="^[0-9]{1,9}([.][0-9]{1,18})?$",
        minimum=0,
        maximum=10**9,
    ),
}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "case": {
        "$schema": DIALECT,
        "title": "Case",
        "description": "an object: one call that a client is to make",
        "type": "object",
        "required": list(_CASE_MEMBERS),
        "additionalProperties": False,
        "properties": _CASE_MEMBERS,
    },
    "outcome": {
        "$schema": DIALECT,
        "title": "Outcome",
        "description": "an object: what a client reports of one call; null means not said",
        "type": "object",
        "required": ["outcome"],
        "additionalProperties": False,
        "properties": _OUTCOME_MEMBERS,
        "if": {"required": ["outcome"], "properties": {"outcome": {"const": "completed"}}},
        "then": {
            "description": "a completed call needs outputs, be it an empty array",
            **_require_types(outputs="array"),
        },
        "else": {
            "if": {"required": ["outcome"], "properties": {"outcome": {"const": "refused"}}},
            "then": {
                "description": "a refusal needs the status",
                **_require_types(status="integer"),
            },
        },
    },
}
"""The forms by name: ``case`` is what a client is told, ``outcome`` what it answers."""


def parse_outcome(text: str | bytes) -> Outcome:
    """The outcome that the JSON *text* describes. Raises Malformed if it does not."""
    document = parse_document(text)
    validate(document, build_validator("outcome"), "the outcome")
    return Outcome.from_json(document)


def validate_outcome(outcome: Outcome | Mapping[str, Any]) -> Outcome:
    """What a client in this process has *outcome*, read as if it had come as text.

    Raises Malformed for what does not fit the schema.
    """
    try:
        if isinstance(outcome, Outcome):
            # An outcome leaves out what is empty, and the schema asks for it.
            outcome = {"outputs": [], **outcome.as_json()}
        text = json.dumps(outcome, allow_nan=False, default=_format_decimal)
    except (AttributeError, RecursionError, TypeError, ValueError) as error:
        raise InvalidDocument(f"it has a value that JSON has not: {clip(str(error))}") from error
    return parse_outcome(text)


@cache
def build_validator(name: str) -> Draft202012Validator:
    """What tells whether a value fits the schema called *name*."""
    with explain_missing_extra():
        from jsonschema import Draft202012Validator

    return Draft202012Validator(SCHEMAS[name])


def _format_decimal(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"a Python {type(value).__name__}")
