"""Defines the JSON Schemas of the case and the outcome, and reads outcomes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from wan_validators.json_schema import DRAFTS, format_schema_id
from wan_validators.messages.formatting import clip
from wan_validators.optional_dependencies import explain_missing_extra

from ..cases.case import PROTOCOL_VERSION
from .acceptance import build_acceptor
from .outcome import Outcome, OutcomeKind, find_word
from .validation import InvalidDocument, Schema, parse_document, validate

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

__all__ = ["SCHEMAS", "InvalidDocument", "build_validator", "parse_outcome", "validate_outcome"]

OUTPUT_KINDS: Final = ("image", "video", "text")

MAX_LENGTH: Final = 2**63
"""A file of more bytes is left to the validator."""

MAX_WRONG_ITEMS: Final = 100
"""Wrong items of an array that are looked at."""

DIALECT: Final = DRAFTS["2020-12"]


def _member(title: str, description: str, **limits: Any) -> Schema:
    return {"title": title, "description": description, **limits}


def _seconds(title: str, description: str) -> Schema:
    return _member(title, description, type="number", exclusiveMinimum=0)


def _require_types(**members: str) -> Schema:
    """Returns a schema that requires *members* of these types; null is not allowed."""
    types = {name: {"type": kind} for name, kind in members.items()}
    return {"required": list(members), "properties": types}


_CASE_MEMBERS: Final[Schema] = {
    "version": _member("Version", "the version of this format", const=PROTOCOL_VERSION),
    "case": _member("Case", "the number of the call in this run", type="integer", minimum=0),
    "base_url": _member("Base URL", "the URL before every path of the API", type="string"),
    "api_key": _member("API key", "the bearer token of all requests", type="string"),
    "vendor": _member("Vendor", "the vendor of the API", type="string"),
    "model": _member("Model", "its id, as `wanproof rules` lists it", type="string"),
    "payload": _member("Payload", "the payload to send, in the documented form"),
    "poll_interval": _seconds("Poll interval", "seconds to wait between two polls"),
    "deadline": _seconds(
        "Deadline",
        "seconds until the client gives the task up, counted from the create that returned its "
        "id; the last poll comes at most one interval before it; one more for each megabyte of "
        "the payload",
    ),
    "timeout": _seconds(
        "Time-out",
        "seconds that one request may take; one more for each megabyte of the payload",
    ),
}

_OUTPUT: Final[Schema] = {
    "title": "Output",
    "description": "an object: one result, in the order of the answer",
    "type": "object",
    "required": ["kind"],
    "additionalProperties": False,
    "properties": {
        "kind": _member("Kind", "what it is", enum=[*OUTPUT_KINDS]),
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
            "the number of bytes that were read, an integer that is not negative",
            type=["integer", "null"],
            minimum=0,
        ),
        "url": _member(
            "URL",
            "the URL of the file, as the API returned it, character by character. Alone, without "
            "sha256, bytes and error, it means that the client does not download the file and "
            "gives the URL to its caller",
            type=["string", "null"],
        ),
        "error": _member("Error", "why the file was not downloaded", type=["string", "null"]),
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
        "how the call ended. not_sent: the client rejected the payload itself. refused: the "
        "server answered the create with an error. failed: the task ended with an error, or "
        "without any result. completed: the task is done. gave_up: the end is not known, for "
        "example because a poll was answered with 401; then report the task id, since the task "
        "goes on and is billed. submitted: the client created the task and does not wait for its "
        "end. unsupported: the client does not support this call",
        enum=[kind.value for kind in OutcomeKind],
    ),
    "task_id": _member(
        "Task", "the id of the task, a text, if it is known", type=["string", "null"]
    ),
    "status": _member(
        "Status",
        "the HTTP status of a refusal, an integer from 100 to 599",
        type=["integer", "null"],
        minimum=100,
        maximum=599,
    ),
    "code": _member(
        "Code",
        "the vendor's code from the body of a rejected create or of a failed task; not the HTTP "
        "status, and no code of your own; null if the body has none",
        type=["string", "integer", "null"],
    ),
    "message": _member(
        "Message",
        "what the vendor says about the failure, with nothing left out; or your own message if "
        "the vendor says nothing",
        type=["string", "null"],
    ),
    "outputs": _member("Outputs", "the results of the task", type=["array", "null"], items=_OUTPUT),
    "partial": _member(
        "Partial",
        "whether fewer images came than were requested; for interleaved output always false, "
        "because max_images is only a limit",
        type=["boolean", "null"],
    ),
    "spent_usd": _member(
        "Spent",
        'the cost of the call in US dollars, such as "0.03", not negative; null if not known',
        type=["string", "number", "null"],
        pattern="^[0-9]{1,9}([.][0-9]{1,18})?$",
        minimum=0,
        maximum=10**9,
    ),
    "case": _member(
        "Case",
        "the number of the case; needed if several cases are in flight (--in-flight)",
        type=["integer", "null"],
        minimum=0,
    ),
}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "case": {
        "$schema": DIALECT,
        "$id": format_schema_id(f"case:{PROTOCOL_VERSION}"),
        "title": "Case",
        "description": "an object: one call for a client to make",
        "type": "object",
        "required": list(_CASE_MEMBERS),
        "additionalProperties": False,
        "properties": _CASE_MEMBERS,
    },
    "outcome": {
        "$schema": DIALECT,
        "$id": format_schema_id(f"outcome:{PROTOCOL_VERSION}"),
        "title": "Outcome",
        "description": "an object: what a client reports of one call; null means not reported",
        "type": "object",
        "required": ["outcome"],
        "additionalProperties": False,
        "properties": _OUTCOME_MEMBERS,
        "if": {"required": ["outcome"], "properties": {"outcome": {"const": "completed"}}},
        "then": {
            "description": "a completed call needs outputs, which may be an empty array",
            **_require_types(outputs="array"),
        },
        "else": {
            "if": {"required": ["outcome"], "properties": {"outcome": {"const": "refused"}}},
            "then": {
                "description": "a refusal needs the status",
                **_require_types(status="integer"),
            },
            "else": {
                "if": {"required": ["outcome"], "properties": {"outcome": {"const": "submitted"}}},
                "then": {
                    "description": "a submitted task needs the task id from the create response",
                    **_require_types(task_id="string"),
                },
            },
        },
    },
}
"""The schemas by name: a client reads a ``case`` and writes an ``outcome``."""


def parse_outcome(text: str | bytes) -> Outcome:
    """Parses the JSON *text* of an outcome; raises InvalidDocument if it is not valid.

    The words of ``outcome`` and ``kind`` may be in any case.
    """
    document = _normalize_words(parse_document(text))
    # The validator takes longer than many calls; it explains what is not valid.
    if not _is_valid_outcome(document):
        validate(document, build_validator("outcome"), "the outcome")
    return Outcome.from_json(document)


def validate_outcome(outcome: Outcome | Mapping[str, Any]) -> Outcome:
    """Checks the *outcome* of a client in this process like one that came as text.

    Raises InvalidDocument if it does not match the schema.
    """
    if isinstance(outcome, Outcome):
        # as_json() omits empty outputs, but the schema requires them.
        outcome = {"outputs": [], **outcome.as_json()}
        # What is accepted has JSON's own types alone, which its text would give back unchanged.
        if _is_valid_outcome(outcome) and _has_short_lengths(outcome):
            return Outcome.from_json(outcome)
    try:
        text = _encode(outcome)
    except (AttributeError, RecursionError, TypeError, ValueError) as error:
        raise InvalidDocument(_describe_unencodable(outcome, error)) from error
    return parse_outcome(text)


_is_valid_outcome: Final = build_acceptor(SCHEMAS["outcome"])


def _has_short_lengths(outcome: Mapping[str, Any]) -> bool:
    """Returns whether all lengths can be written; Python refuses integers of many digits."""
    return all((each.get("bytes") or 0) <= MAX_LENGTH for each in outcome["outputs"])


def _normalize_words(document: Any) -> Any:
    """Returns *document* with the words of ``outcome`` and ``kind`` as the schema has them."""
    if not isinstance(document, dict):
        return document
    outputs = document.get("outputs")
    if isinstance(outputs, list):
        kinds = [_replace_word(each, "kind", OUTPUT_KINDS) for each in outputs]
        document = {**document, "outputs": kinds}
    return _replace_word(document, "outcome", OutcomeKind)


def _replace_word(members: Any, name: str, words: Iterable[str]) -> Any:
    word = find_word(members.get(name), words) if isinstance(members, dict) else None
    return members if word is None else {**members, name: word}


def _encode(value: Any) -> str:
    return json.dumps(value, allow_nan=False, default=_format_decimal)


def _describe_unencodable(outcome: Mapping[str, Any], error: Exception) -> str:
    """Names the member of *outcome* that JSON cannot represent, and says what to do."""
    for name, value in outcome.items():
        try:
            _encode({name: value})
        except (AttributeError, RecursionError, TypeError, ValueError) as own:
            return (
                f"the member {clip(str(name))} has a value that JSON cannot represent: "
                f"{clip(str(own))}; report a text or a number, or leave it out"
            )
    return f"it has a value that JSON cannot represent: {clip(str(error))}"


@cache
def build_validator(name: str) -> Draft202012Validator:
    """Returns the validator for the schema *name*."""
    with explain_missing_extra():
        from jsonschema import Draft202012Validator
        from jsonschema.validators import extend

    build: Any = extend  # it has no types
    validator: Draft202012Validator = build(Draft202012Validator, {"items": _find_wrong_items})(
        SCHEMAS[name]
    )
    return validator


def _find_wrong_items(
    validator: Draft202012Validator, items: Schema, instance: Any, _schema: Schema
) -> Iterator[ValidationError]:
    """Yields the errors of the first wrong items; one of them is described.

    The validator takes 40 µs for each item, wrong or not, and an answer can have any number.
    """
    if not isinstance(instance, list):
        return
    accepts, wrong = build_acceptor(items), 0
    for index, item in enumerate(instance):
        if not accepts(item):
            errors = [*validator.descend(item, items, path=index)]
            yield from errors
            wrong += bool(errors)
            if wrong == MAX_WRONG_ITEMS:
                return


def _format_decimal(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"a Python {type(value).__name__}")
