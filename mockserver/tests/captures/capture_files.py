"""Captures of a run against the mock, and the same run as HAR, cassette and journal."""

from __future__ import annotations

import json
from typing import Any

from wan_mockserver.captures.exchange import CapturedExchange
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator

KEY = "sk-do-not-store-1234567890"

MULE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
VTRIX = "/model/v1/generation"

EDIT = {"prompt": "a cat", "images": ["https://example.com/a.png"], "n": 2}
CHAT = {
    "model": "wan26_i2i",
    "input": {
        "messages": [
            {
                "role": "user",
                "content": [{"text": "a"}, {"image": "https://example.com/a.png"}],
            }
        ]
    },
}


class CapturedRun:
    """Sends requests to a mock as if it were the vendor, and keeps the exchanges."""

    def __init__(self, scenario: str = "ok", **options: Any) -> None:
        self.mock = Mock(Simulator(seed=3, scenario=scenario, lifecycle=Polls(1), **options))
        self.exchanges: list[CapturedExchange] = []

    def send(self, method: str, url: str, body: bytes = b"") -> Response:
        path, _, query = url.partition("?")
        request = Request(
            method=method,
            path=path,
            query=query,
            headers={"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
            body=body,
            base_url="https://api.example.com",
        )
        response = self.mock.handle(request)
        self.exchanges.append(
            CapturedExchange(
                request=request,
                response=response,
                at=1_700_000_000.0 + len(self.exchanges),
                place=f"entry {len(self.exchanges) + 1}",
            )
        )
        return response

    def run_task(self, create: str, payload: Any, polls: int = 3) -> None:
        """Creates a task, polls it and downloads its files."""
        made = json.loads(self.send("POST", create, json.dumps(payload).encode()).body)
        task = made.get("task_info", made)["id"]
        poll = f"{create}/{task}" if create == MULE else f"{create}/task/{task}"
        for _ in range(polls):
            last = json.loads(self.send("GET", poll).body)
        urls = last.get("images") or [
            part["url"]
            for item in last.get("output") or ()
            for part in item["content"]
            if "url" in part
        ]
        for url in urls:
            self.send("GET", "/files/" + url.partition("/files/")[2])


def capture(scenario: str = "ok") -> list[CapturedExchange]:
    """Returns the exchanges of one task at each vendor."""
    run = CapturedRun(scenario)
    run.run_task(MULE, EDIT)
    run.run_task(VTRIX, CHAT)
    return run.exchanges
