"""Reads errors, payloads and models from the bodies of both vendors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..runner.interaction import Interaction, ObservedExchange, find_task_object, parse_json

__all__ = ["MIN_TEXT_CHARS", "find_error_code", "find_error_texts", "find_model", "find_payloads"]

MIN_TEXT_CHARS: Final = 8
"""The fewest characters of a text in an error body that count as a message."""


def find_error_code(exchange: ObservedExchange) -> str | int | None:
    """Returns the vendor's code in an error body, or None if there is none."""
    code = _find_error(exchange.json).get("code")
    return code if type(code) in (str, int) else None


def find_error_texts(exchange: ObservedExchange) -> list[str]:
    """Returns the messages in an error body. A client may report any of them."""
    body = exchange.json
    if not isinstance(body, dict):
        return []
    return [text for text in _iter_texts(body, _find_error(body)) if len(text) >= MIN_TEXT_CHARS]


def find_payloads(
    interaction: Interaction, exchange: ObservedExchange
) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """Returns the payload of the case and the payload of the request, without the model.

    Removes the vendor's wrapper. Returns None if the body is not a JSON object.
    """
    body = parse_json(exchange.request.body)
    if not isinstance(body, dict):
        return None
    unwrap = interaction.case.spec.vendor.unwrap
    inner = unwrap(body) if unwrap else None
    sent = inner.payload if inner else body
    return _drop_model(interaction.case.payload), _drop_model(sent)


def find_model(interaction: Interaction, exchange: ObservedExchange) -> Any:
    """Returns the model of a create from its path, body or header, or None."""
    vendor = interaction.case.spec.vendor
    before, variable, after = vendor.create.partition("{model}")
    if variable:
        return exchange.request.path.removeprefix(before).removesuffix(after)
    body = parse_json(exchange.request.body)
    model = body.get("model") if isinstance(body, dict) else None
    if model is None and vendor.model_header:
        model = exchange.request.headers.get(vendor.model_header.lower())
    return model


def _drop_model(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in payload.items() if name != "model"}


def _find_error(body: Any) -> Mapping[str, Any]:
    error = find_task_object(body).get("error")
    return error if isinstance(error, dict) else {}


def _iter_texts(*objects: Mapping[str, Any]) -> Iterator[str]:
    for members in objects:
        for name in ("detail", "message", "title", "error", "error_message"):
            text = _find_text(members, name)
            if text is not None:
                yield text


def _find_text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    return value if isinstance(value, str) else None
