"""Defines small clients in Python, and calls them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from wan_contracts.cases.case import Setting
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.protocol.outcome import Outcome
from wan_contracts.runner.interaction import ClientError

SETTING = Setting(
    base_url="http://127.0.0.1:1",
    api_key="key",
    vendor="vtrix",
    model="wan",
    poll_interval=10,
    deadline=900,
    timeout=60,
)


DONE = Outcome.gave_up("because", "id")


CALL_TIMEOUT = 30.0


SHORT = 0.1


def ended(
    target: Any, call_timeout: float = CALL_TIMEOUT, payload: Any = None
) -> Outcome | ClientError:
    with PythonClient("mine", target) as client:
        return client.call(SETTING, payload, 1, call_timeout)


def client_error(target: Any, call_timeout: float = CALL_TIMEOUT) -> ClientError:
    found = ended(target, call_timeout)
    assert isinstance(found, ClientError), found
    return found


def factory(work: Callable[[], Any]) -> Any:
    """Returns a factory whose generate calls *work*."""
    return lambda _: lambda _model, _payload: work()


class Sync:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.closed = 0

    def generate(self, model: str, payload: Any) -> Any:
        return Outcome.gave_up(f"{self.setting.base_url} {model} {payload}")

    def close(self) -> None:
        self.closed += 1


class Async(Sync):
    async def generate(self, model: str, payload: Any) -> Any:
        await asyncio.sleep(0)
        return Outcome.gave_up(f"{self.setting.base_url} {model} {payload}")

    async def aclose(self) -> None:
        self.closed += 10


def boom() -> None:
    raise ValueError("bad\nsize")


async def boom_later() -> None:
    await asyncio.sleep(0)
    boom()


def forever() -> None:
    threading.Event().wait()
