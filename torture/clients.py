"""Clients of the mock server that survive its end, and remember what it has acknowledged."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

from wan_validators.catalog import catalog
from wan_validators.cost import estimate_cost

__all__ = [
    "CREATE",
    "Acknowledged",
    "Client",
    "compute_price",
    "create_and_poll",
    "make_payload",
    "running",
]

CREATE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"


def make_payload(prompt: str) -> dict[str, Any]:
    return {"prompt": prompt, "images": ["https://example.com/a.jpg"]}


def compute_price() -> str:
    """Returns the price in USD of a create of make_payload()."""
    [spec] = [spec for spec in catalog() if spec.create_path == CREATE]
    cost = estimate_cost(spec.id, make_payload("x"))
    assert cost.high is not None
    assert cost.low == cost.high
    return str(cost.high)


class Client:
    """Sends requests to one port, each with a time-out; connects again after an error."""

    def __init__(self, port: int, tenant: str, scenario: str = "ok", timeout: float = 20) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
        self._headers = {"Authorization": f"Bearer wanproof.{scenario}.{tenant}"}

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Raises OSError or HTTPException if no whole response came."""
        content = None if body is None else json.dumps(body).encode()
        headers = {**self._headers, **({"Content-Type": "application/json"} if content else {})}
        try:
            self._connection.request(method, path, content, headers)
            response = self._connection.getresponse()
            return response.status, response.read()
        except BaseException:
            self._connection.close()
            raise

    def get_json(self, path: str) -> Any:
        status, body = self.request("GET", path)
        assert status == 200, body
        return json.loads(body)

    def set_timeout(self, seconds: float) -> None:
        self._connection.timeout = seconds
        if self._connection.sock:
            self._connection.sock.settimeout(seconds)

    def close(self) -> None:
        self._connection.close()


@dataclass
class Acknowledged:
    """The ids that clients received, the requests without an answer, and the other answers."""

    ids: list[str] = field(default_factory=list)
    unanswered: int = 0
    refused: list[tuple[int, bytes]] = field(default_factory=list)


def create_and_poll(port: int, tenant: str, seen: Acknowledged, stop: threading.Event) -> None:
    """Creates tasks, and polls each three times, until *stop* is set."""
    client, count = Client(port, tenant), 0
    while not stop.is_set():
        count += 1
        try:
            status, body = client.request("POST", CREATE, make_payload(f"{tenant} {count}"))
            if status != 202:
                seen.refused.append((status, body))
                time.sleep(0.02)
                continue
            task = json.loads(body)["task_info"]["id"]
            seen.ids.append(task)
            for _ in range(3):
                client.request("GET", f"{CREATE}/{task}")
        except (OSError, HTTPException):
            seen.unanswered += 1
            time.sleep(0.01)
    client.close()


@contextmanager
def running(count: int, target: Callable[[int, threading.Event], None]) -> Iterator[None]:
    """Runs *target* in *count* threads, each with its number and the event that ends it."""
    stop = threading.Event()
    threads = [threading.Thread(target=target, args=(nth, stop)) for nth in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            with suppress(RuntimeError):
                thread.join()
