"""What stands in the bodies that a client was sent, whichever vendor sent them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..runner.interaction import Interaction, ObservedExchange, find_task_object, parse_json

SHORTEST: Final = 8
"""Characters from which on a text of an error's body says something."""


def error_code(seen: ObservedExchange) -> str | int | None:
    """The vendor's code in a body that tells of an error; None if it has none."""
    code = _error(seen.json).get("code")
    return code if type(code) in (str, int) else None


def error_texts(seen: ObservedExchange) -> list[str]:
    """The sentences in a body that tells of an error, any of which would do for a caller."""
    body = seen.json
    if not isinstance(body, dict):
        return []
    return [text for text in _texts(body, _error(body)) if len(text) >= SHORTEST]


def asked_and_sent(
    run: Interaction, seen: ObservedExchange
) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """The payload that was asked for and the one that came, both without the model's name.

    Out of the vendor's wrapper, if it came in that. None if what came is no JSON object.
    """
    body = parse_json(seen.request.body)
    if not isinstance(body, dict):
        return None
    unwrap = run.case.spec.vendor.unwrap
    inner = unwrap(body) if unwrap else None
    sent = inner.payload if inner else body
    return _nameless(run.case.payload), _nameless(sent)


def find_model(run: Interaction, seen: ObservedExchange) -> Any:
    """Which model a create is for: by its path, its body or its header; None if it says none."""
    vendor = run.case.spec.vendor
    before, variable, after = vendor.create.partition("{model}")
    if variable:
        return seen.request.path.removeprefix(before).removesuffix(after)
    body = parse_json(seen.request.body)
    named = body.get("model") if isinstance(body, dict) else None
    if named is None and vendor.model_header:
        named = seen.request.headers.get(vendor.model_header.lower())
    return named


def _nameless(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in payload.items() if name != "model"}


def _error(body: Any) -> Mapping[str, Any]:
    error = find_task_object(body).get("error")
    return error if isinstance(error, dict) else {}


def _texts(*objects: Mapping[str, Any]) -> Iterator[str]:
    for each in objects:
        for name in ("detail", "message", "title", "error", "error_message"):
            text = _text(each, name)
            if text is not None:
                yield text


def _text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    return value if isinstance(value, str) else None
