"""Calls the published SDK ``seaart-sdk`` like its users do. To check it:

    wanproof check --client contract_tests/adapters/seaart.py:client

The adapter does not correct any fault of the SDK. The SDK supports one vendor and downloads
nothing. SeaArtError is the only exception that its users expect.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import seaart_sdk as sdk

from wan_contracts import Outcome, Output, Setting


def client(setting: Setting) -> Client:
    return Client(setting)


class Client:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._sdk = sdk.Client(
            sdk.ClientConfig(
                api_key=setting.api_key, base_url=setting.base_url, timeout=setting.timeout
            )
        )

    def generate(self, model: str, payload: Any) -> Outcome:
        if self._setting.vendor != "vtrix":
            return Outcome.unsupported(f"seaart-sdk has no call for {model}")
        try:
            task_id = self._sdk.modal.create(payload).id
        except sdk.SeaArtError as error:
            if error.status is None:
                return Outcome.gave_up(str(error))
            return Outcome.refused(error.status, error.message)
        try:
            return done(self._wait(task_id))
        except sdk.SeaArtError as error:
            if error.kind == sdk.ERR_TASK_FAILED:
                return Outcome.failed(error.message, task_id=error.task_id)
            return Outcome.gave_up(str(error), error.task_id)

    def _wait(self, task_id: str) -> Any:
        return self._sdk.modal.wait(
            task_id,
            sdk.WithPollInterval(self._setting.poll_interval),
            sdk.WithPollTimeout(self._setting.deadline),
        )


def done(task: Any) -> Outcome:
    """Returns the parts of the task that the SDK's own ``urls()`` returns."""
    parts = [part for output in task.output or () for part in output.content if part.url]
    cost = task.usage and task.usage.cost
    return Outcome.completed(
        [Output(kind=part.type, url=part.url) for part in parts],
        task.id,
        spent_usd=None if cost is None else Decimal(str(cost)),
    )
