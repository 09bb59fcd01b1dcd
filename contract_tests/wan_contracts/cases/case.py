"""Defines a case: one call of a client, its payload, scenario and setting."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from zlib import crc32

from wan_validators import Report, lint
from wan_validators.catalog import model
from wan_validators.spec import ModelSpec

__all__ = ["PROTOCOL_VERSION", "Case", "Setting", "build_case_document"]

PROTOCOL_VERSION: Final = 1
"""Version of the JSON form of cases and outcomes that are exchanged over pipes."""

MAX_WHOLE_CHARS: Final = 100_000
"""The longest text of a payload of which the seed of a case has more than both ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Holds the address of the API and the time limits of a client.

    All times are in seconds. *poll_interval* is the pause between two polls. *deadline* counts
    from the create; after it the client gives the task up. *timeout* limits one request.
    Both are one second longer for each megabyte of the payload.
    *transport* and *async_transport* are for httpx clients in the suite's own process: they
    reach the API without a socket, which is faster. Elsewhere they are None.
    """

    base_url: str
    api_key: str = field(repr=False)
    vendor: str
    model: str
    poll_interval: float
    deadline: float
    timeout: float
    transport: Any = field(default=None, compare=False, repr=False)
    async_transport: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Case:
    """Holds a payload for *model_id*, and the *scenario* in which it is sent.

    *payload* is in the documented form, without any wrapper of the client. *scenario* is a
    scenario name of the mock server, or several joined by ``+``.
    """

    model_id: str
    payload: Mapping[str, Any]
    scenario: str = "ok"

    @cached_property
    def spec(self) -> ModelSpec:
        """Returns the specification of the model."""
        return model(self.model_id)

    @cached_property
    def lint_report(self) -> Report:
        """Returns the findings of the linter for the payload."""
        return lint(self.payload, self.spec.qualified_name)

    @cached_property
    def canonical_json(self) -> str:
        """Returns JSON text that is equal if and only if two cases are equal."""
        return json.dumps(self.as_json(), sort_keys=True)

    @cached_property
    def size_chars(self) -> int:
        """Returns how many characters the case has as JSON, which a request will have, too."""
        return len(self._abridged[0]) + self._abridged[1]

    @cached_property
    def seed(self) -> int:
        """Returns a number that depends only on the case; long texts count by their ends."""
        return crc32(self._abridged[0].encode())

    @cached_property
    def _abridged(self) -> tuple[str, int]:
        """Returns JSON text with the ends of long texts, and how many characters it omits.

        To write megabytes as JSON takes longer than the rest of a call.
        """
        omitted = 0

        def abridge(value: Any) -> Any:
            nonlocal omitted
            if isinstance(value, str) and len(value) > MAX_WHOLE_CHARS:
                omitted += len(value) - MAX_WHOLE_CHARS
                return value[: MAX_WHOLE_CHARS // 2] + value[-MAX_WHOLE_CHARS // 2 :]
            if isinstance(value, dict):
                return {name: abridge(each) for name, each in value.items()}
            return [abridge(each) for each in value] if isinstance(value, list) else value

        text = json.dumps(abridge(self.as_json()), sort_keys=True)
        return text, omitted

    def as_json(self) -> dict[str, Any]:
        """Returns the case as a JSON object."""
        return {"model": self.model_id, "payload": self.payload, "scenario": self.scenario}


def build_case_document(
    setting: Setting, payload: Mapping[str, Any], number: int
) -> dict[str, Any]:
    """Returns the JSON object that a client in another process reads as case *number*."""
    return {
        "version": PROTOCOL_VERSION,
        "case": number,
        "base_url": setting.base_url,
        "api_key": setting.api_key,
        "vendor": setting.vendor,
        "model": setting.model,
        "payload": payload,
        "poll_interval": setting.poll_interval,
        "deadline": setting.deadline,
        "timeout": setting.timeout,
    }
