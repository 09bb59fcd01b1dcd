"""What stands in the bodies that a client was sent, whichever vendor sent them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..runner.interaction import Interaction, ObservedExchange, find_task_object, parse_json

MIN_TEXT_CHARS: Final = 8
"""Characters from which on a text of an error's body says something."""


def find_error_code(seen: ObservedExchange) -> str | int | None:
    """The vendor's code in a body that tells of an error; None if it has none."""
    code = _find_error(seen.json).get("code")
    return code if type(code) in (str, int) else None


def find_error_texts(seen: ObservedExchange) -> list[str]:
    """The sentences in a body that tells of an error, any of which would do for a caller."""
    body = seen.json
    if not isinstance(body, dict):
        return []
    return [text for text in _iter_texts(body, _find_error(body)) if len(text) >= MIN_TEXT_CHARS]


def find_payloads(
    interaction: Interaction, seen: ObservedExchange
) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """The payload that was asked for and the one that came, both without the model's name.

    Out of the vendor's wrapper, if it came in that. None if what came is no JSON object.
    """
    body = parse_json(seen.request.body)
    if not isinstance(body, dict):
        return None
    unwrap = interaction.case.spec.vendor.unwrap
    inner = unwrap(body) if unwrap else None
    sent = inner.payload if inner else body
    return _drop_model(interaction.case.payload), _drop_model(sent)


def find_model(interaction: Interaction, seen: ObservedExchange) -> Any:
    """Which model a create is for: by its path, its body or its header; None if it says none."""
    vendor = interaction.case.spec.vendor
    before, variable, after = vendor.create.partition("{model}")
    if variable:
        return seen.request.path.removeprefix(before).removesuffix(after)
    body = parse_json(seen.request.body)
    named = body.get("model") if isinstance(body, dict) else None
    if named is None and vendor.model_header:
        named = seen.request.headers.get(vendor.model_header.lower())
    return named


def _drop_model(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in payload.items() if name != "model"}


def _find_error(body: Any) -> Mapping[str, Any]:
    error = find_task_object(body).get("error")
    return error if isinstance(error, dict) else {}


def _iter_texts(*objects: Mapping[str, Any]) -> Iterator[str]:
    for each in objects:
        for name in ("detail", "message", "title", "error", "error_message"):
            text = _find_text(each, name)
            if text is not None:
                yield text


def _find_text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    return value if isinstance(value, str) else None
