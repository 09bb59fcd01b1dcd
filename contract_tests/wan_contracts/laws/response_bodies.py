"""Reads errors, payloads and models from the bodies of all vendors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from wan_validators import error_codes
from wan_validators.create_requests import find_create_path
from wan_validators.outputs import Videos
from wan_validators.source.json_pointer import MISSING
from wan_validators.spec import ModelSpec
from wan_validators.task_bodies import find_error

from ..runner.interaction import Interaction, ObservedExchange

__all__ = [
    "MIN_TEXT_CHARS",
    "find_default",
    "find_error_code",
    "find_error_texts",
    "find_model",
    "find_payloads",
    "is_foreign",
]

MIN_TEXT_CHARS: Final = 8
"""The fewest characters of a text in an error body that count as a message."""

DETAILS: Final = ("detail", "message", "error", "error_message")
"""Members that say what is wrong."""


def find_error_code(interaction: Interaction, exchange: ObservedExchange) -> str | int | None:
    """Returns the vendor's code in an error body, or None if none is there or documented."""
    code: Any = find_error(exchange.json).get("code")
    known = _list_documented_codes(interaction.case.spec)
    return code if str(code).lstrip("0") in known else None


def find_error_texts(exchange: ObservedExchange) -> list[str]:
    """Returns the messages in an error body. A client may report any of them.

    A title names the kind of an error only, so it is none of them if there is a detail.
    """
    body = exchange.json
    if not isinstance(body, dict):
        return []
    places = (body, find_error(body))
    details = _list_texts(places, DETAILS)
    # The recorded detail of a 401 is "None (request_id: …)", and its title says what is wrong.
    says_something = any(not text.startswith("None ") for text in details)
    return details if says_something else [*_list_texts(places, ("title",)), *details]


def find_payloads(
    interaction: Interaction, exchange: ObservedExchange
) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """Returns the payload of the case and the payload of the request, without the model.

    Removes the vendor's wrapper. Returns None if the body is not a JSON object.
    """
    body = exchange.request_json
    if not isinstance(body, dict):
        return None
    unwrap = interaction.case.spec.vendor.unwrap
    inner = unwrap(body) if unwrap else None
    sent = inner.payload if inner else body
    return _drop_model(interaction.case.payload), _drop_model(sent)


def find_model(interaction: Interaction, exchange: ObservedExchange) -> Any:
    """Returns the model of a create from its path, body or header, or None."""
    vendor = interaction.case.spec.vendor
    create = find_create_path(exchange.entry.path)
    if create and create.model is not None:
        return create.model
    body = exchange.request_json
    model = body.get("model") if isinstance(body, dict) else None
    if model is None and vendor.model_header:
        model = exchange.request.headers.get(vendor.model_header.lower())
    return model


def is_foreign(interaction: Interaction, exchange: ObservedExchange) -> bool:
    """Returns whether the body has none of the members of the payload."""
    pair = find_payloads(interaction, exchange)
    return pair is not None and bool(pair[0]) and not pair[0].keys() & pair[1].keys()


def find_default(spec: ModelSpec, pointer: str) -> Any:
    """Returns the documented default of the member at *pointer*, or None."""
    if isinstance(spec.outputs, Videos) and pointer == spec.outputs.duration:
        return spec.outputs.seconds
    default = spec.value({}, pointer)
    return None if default is MISSING else default


def _list_documented_codes(spec: ModelSpec) -> frozenset[str]:
    """Returns the codes on the page of the model, or on the vendor's pages about errors."""
    has_table = any(rule.code for rule in spec.rules)
    codes = error_codes.TEXTS if has_table else spec.vendor.failures.keys() - error_codes.TEXTS
    return frozenset(code.lstrip("0") for code in codes)


def _drop_model(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in payload.items() if name != "model"}


def _list_texts(places: Iterable[Mapping[str, Any]], names: Iterable[str]) -> list[str]:
    texts = (_find_text(members, name) for members in places for name in names)
    return [text for text in texts if text is not None and len(text) >= MIN_TEXT_CHARS]


def _find_text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    return value if isinstance(value, str) else None
