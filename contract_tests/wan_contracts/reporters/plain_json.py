"""Turns what a client returned into plain JSON, without the API key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from wan_mockserver.state.secrets import redact
from wan_validators.messages.formatting import summarize_value

from ..protocol.outcome import Outcome
from ..runner.interaction import ClientError

__all__ = ["client_result_to_json", "to_plain_json"]


def client_result_to_json(client_result: Outcome | ClientError | None) -> dict[str, Any]:
    """Returns ``outcome`` with the outcome of the client or None, or ``trouble`` with its error."""
    if client_result is None:
        return {"outcome": None}
    if isinstance(client_result, Outcome):
        return {"outcome": client_result.as_json()}
    trouble = {
        "kind": client_result.kind.value,
        "says": client_result.message,
        "stderr": client_result.stderr,
    }
    return {"trouble": trouble}


def to_plain_json(value: Any, key: str = "") -> Any:
    """Returns *value* as plain JSON without the API key *key*.

    Texts replace numbers that JSON lacks and numbers that are too long for most parsers.
    """
    match value:
        case None | bool():
            return value
        case str():
            return redact(key, str(value))
        case int():
            return value if abs(value) < 2**1024 else summarize_value(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case Mapping():
            return {
                redact(key, str(name)): to_plain_json(each, key) for name, each in value.items()
            }
        case list() | tuple():
            return [to_plain_json(each, key) for each in value]
    return redact(key, str(value))
