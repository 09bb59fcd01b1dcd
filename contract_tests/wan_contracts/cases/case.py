"""One call that a client is to make, and where and under which conditions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from wan_validators import Report, lint
from wan_validators.catalog import model
from wan_validators.spec import ModelSpec

__all__ = ["PROTOCOL_VERSION", "Case", "Setting", "build_case_document"]

PROTOCOL_VERSION: Final = 1
"""Of the form in which cases and outcomes go over pipes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a client finds the API, and what it is asked to keep to.

    *poll_interval* is how many seconds to wait between two polls, *deadline* after how many
    seconds from its create to give a task up, *timeout* how long one request may take. The
    *transport* and the *async_transport* are for clients of httpx that run in the suite's own
    process: with one of them the API is reached without a socket, which is faster; None
    elsewhere.
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
    """A payload for *model_id*, and the *scenario* under which it is sent.

    *payload* is in the documented form, whatever wrapper the client sends it in. *scenario*
    is a name that the mock server knows, or several joined by ``+``.
    """

    model_id: str
    payload: Mapping[str, Any]
    scenario: str = "ok"

    @cached_property
    def spec(self) -> ModelSpec:
        return model(self.model_id)

    @cached_property
    def lint_report(self) -> Report:
        """What lint says of the payload."""
        return lint(self.payload, self.model_id)

    @cached_property
    def canonical_json(self) -> str:
        """The same for equal cases, and for no others."""
        return json.dumps(self.as_json(), sort_keys=True)

    def as_json(self) -> dict[str, Any]:
        return {"model": self.model_id, "payload": self.payload, "scenario": self.scenario}


def build_case_document(
    setting: Setting, payload: Mapping[str, Any], number: int
) -> dict[str, Any]:
    """What a client in another process is told: the case *number* of the run, as JSON."""
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
