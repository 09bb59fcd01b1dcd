"""Defines clients that go on after their outcome, or share state with other calls."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from typing import Any

import httpx

from faulty_clients.reference import AsyncReference, Reference
from wan_contracts.protocol.outcome import Outcome, OutcomeKind
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.reference_client.io_events import SendRequest

HOUR_S = 3600.0


class WritesIntoThePayload(Reference):
    """Asks for one image, in the object of its caller."""

    def generate(self, model: str, payload: Any) -> Outcome:
        if "n" in payload:
            payload["n"] = 1
        return super().generate(model, payload)


class SharesTheTask(Reference):
    """Keeps the id of its task where all calls do."""

    task_id = ""

    def _fetch(self, step: SendRequest) -> Any:
        cls = type(self)
        head, slash, _ = step.url.rpartition("/")
        if step.method == "GET" and "/generation/" in step.url:
            return super()._fetch(SendRequest("GET", head + slash + cls.task_id, step.headers))
        response = super()._fetch(step)
        with suppress(ValueError, KeyError, TypeError):
            body = httpx.Response(200, content=response[2]).json()
            cls.task_id = body["task_info"]["id"]
        return response


class PollsInTheBackground(Reference):
    """Leaves a thread behind that goes on polling when the call has given up."""

    def generate(self, model: str, payload: Any) -> Outcome:
        outcome = super().generate(model, payload)
        if outcome.kind is OutcomeKind.GAVE_UP and outcome.task_id:
            threading.Thread(target=self._poll_on, args=(outcome.task_id,), daemon=True).start()
        return outcome

    def _poll_on(self, task_id: str) -> None:
        call = ReferenceClient(self._setting, {})
        url, headers = call.build_poll_url(task_id), call.build_poll_headers()
        with httpx.Client(transport=self._setting.transport) as http, suppress(httpx.HTTPError):
            for _ in range(3):
                http.get(url, headers=headers)
                time.sleep(self._setting.poll_interval)

    def close(self) -> None:
        """Leaves the connections to the thread."""


class PollsInATask(AsyncReference):
    """Leaves a task of the event loop behind that goes on polling."""

    async def generate(self, model: str, payload: Any) -> Outcome:
        outcome = await super().generate(model, payload)
        if outcome.kind is OutcomeKind.GAVE_UP and outcome.task_id:
            self._task = asyncio.create_task(self._poll_on(outcome.task_id))
        return outcome

    async def _poll_on(self, task_id: str) -> None:
        call = ReferenceClient(self._setting, {})
        url, headers = call.build_poll_url(task_id), call.build_poll_headers()
        with suppress(httpx.HTTPError):
            for _ in range(3):
                await self._http.get(url, headers=headers)
                await asyncio.sleep(self._setting.poll_interval)


class CreatesByATimer(Reference):
    """Starts a timer that makes the task again an hour after the call has given up."""

    def generate(self, model: str, payload: Any) -> Outcome:
        outcome = super().generate(model, payload)
        if outcome.kind is OutcomeKind.GAVE_UP and outcome.task_id:
            timer = threading.Timer(HOUR_S, super().generate, (model, payload))
            timer.daemon = True
            timer.start()
        return outcome

    def close(self) -> None:
        """Leaves the connections to the timer."""


CLIENTS = (
    *(WritesIntoThePayload, SharesTheTask),
    *(PollsInTheBackground, PollsInATask, CreatesByATimer),
)
"""The clients here that are no calls of the reference client."""
