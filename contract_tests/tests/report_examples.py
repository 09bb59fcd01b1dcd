"""Example reports: real exchanges with the mock and invented verdicts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import httpx

from wan_contracts.cases.case import Case, Setting
from wan_contracts.laws.law import Group, Law, Level
from wan_contracts.protocol.outcome import Outcome, Output
from wan_contracts.results.report import ContractReport, Coverage, LawFailure, LawResult
from wan_contracts.runner.interaction import (
    ClientError,
    ClientErrorKind,
    Interaction,
    ObservedExchange,
)
from wan_mockserver.assertions.verdict import Verdict
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.httpx_transport import BASE_URL, WanTransport
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.journal import Exchange
from wan_mockserver.state.ledger import build_ledger

KEY: Final = "mr_secret_of_the_examples"
MODEL: Final = "mulerouter/wan2.5-i2i-preview"
PATH: Final = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
PAYLOAD: Final = {"prompt": "A cat's portrait", "images": ["https://example.com/cat.png"], "n": 1}
INTERVAL: Final = 10.0

HOSTILE: Final = (
    "\x1b[31mred\x1b[0m [bold]markup[/bold] <script>alert(1)</script> & ]]> \x00 \ud800 "
    "\u202eeast @everyone | cell `tick` ```fence``` \x9b2J \ufffe"
)
"""A text of a client or server that attacks the viewer of a report."""

SETTING: Final = Setting(
    base_url=BASE_URL,
    api_key=KEY,
    vendor="mulerouter",
    model=MODEL,
    poll_interval=INTERVAL,
    deadline=900.0,
    timeout=30.0,
)


@dataclass(frozen=True)
class Server:
    """A mock with recorded exchanges, and an HTTP client for it."""

    mock: Mock
    recorded: list[Exchange]
    client: httpx.Client

    def create(self, payload: Any = PAYLOAD, **options: Any) -> httpx.Response | None:
        headers = {"Content-Type": "application/json"}
        return self.send("POST", PATH, content=json.dumps(payload), headers=headers, **options)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response | None:
        """Returns the response, or None if the connection failed."""
        try:
            return self.client.request(method, path, **options)
        except httpx.TransportError:
            return None

    def poll(self, task: str, times: int) -> None:
        for _ in range(times):
            self.mock.clock.advance(INTERVAL)
            self.send("GET", f"{PATH}/{task}")

    def interaction(self, client_result: Outcome | ClientError, case: Case) -> Interaction:
        tasks = self.mock.tasks()
        start = self.recorded[0].entry.at if self.recorded else 0.0
        entries = {entry.number: entry for entry in self.mock.journal()}
        exchanges = tuple(
            ObservedExchange(
                request=each.request,
                response=each.response,
                entry=entries[each.entry.number],
                at=each.entry.at - start,
            )
            for each in self.recorded
        )
        return Interaction(
            case=case,
            setting=SETTING,
            client_result=client_result,
            exchanges=exchanges,
            tasks=tuple(tasks),
            ledger=build_ledger(tasks),
        )


def server(scenario: str = "ok", headers: Mapping[str, str] | None = None) -> Server:
    recorded: list[Exchange] = []
    mock = Mock(Simulator(seed=7, clock=ManualClock(), scenario=scenario, listener=recorded.append))
    own = {"Authorization": f"Bearer {KEY}"} if headers is None else headers
    client = httpx.Client(transport=WanTransport(mock), base_url=BASE_URL, headers=own)
    return Server(mock, recorded, client)


@cache
def paid_twice() -> Interaction:
    """Returns a call that repeats a create with a lost response, and creates two tasks."""
    at = server("accept-lost")
    at.create()
    at.mock.clock.advance(1.5)
    response = at.create()
    assert response is not None
    task = response.json()["task_info"]["id"]
    at.poll(task, 3)
    path = f"/files/{task}/1.png"
    at.send("GET", path)
    outcome = Outcome.completed([Output.of("image", b"PNG", f"{BASE_URL}{path}")], task)
    return at.interaction(outcome, Case(MODEL, PAYLOAD, "accept-lost"))


@cache
def stuck(polls: int = 90) -> Interaction:
    """Returns a call with a task that never ends and a client that crashes."""
    at = server("stuck")
    response = at.create()
    assert response is not None
    at.poll(response.json()["task_info"]["id"], polls)
    stderr = f"Traceback (most recent call last):\n  key {KEY}\nRecursionError: {HOSTILE}\n"
    error = ClientError(
        kind=ClientErrorKind.CRASHED, message=f"exit code 1 {HOSTILE}", stderr=stderr
    )
    return at.interaction(error, Case(MODEL, PAYLOAD, "stuck"))


@cache
def hostile() -> Interaction:
    """Returns a call in which each value of the client is hostile."""
    at = server("http-503", headers={"Authorization": f"token {KEY}", "X-Leak": f"a{KEY}b"})
    payload = {"prompt": HOSTILE, "images": ["data:image/png;base64," + "A" * 9000]}
    at.create(payload)
    at.send("GET", f"/nowhere/%1b[2J'$(rm -rf)?key={KEY}&x=<script>")
    outcome = Outcome.refused(503, HOSTILE, HOSTILE)
    return at.interaction(outcome, Case(MODEL, payload, "http-503"))


def law(id: str, group: Group = Group.MONEY, level: Level = Level.MUST) -> Law:
    return Law(
        id=id,
        group=group,
        level=level,
        statement=f"Every call keeps {id}, whatever the server answers",
        source="Alibaba's page on asynchronous tasks",
        hint="Repeat a create only after a 429, for which no task was made.",
        judge=lambda interaction: None,
    )


def failure(
    interaction: Interaction, message: str, *entries: int, replay: str | None = None
) -> LawFailure:
    verdict = Verdict(passed=False, message=message, entries=entries)
    return LawFailure(interaction=interaction, verdict=verdict, number=17, replay=replay)


def every_status() -> tuple[LawResult, ...]:
    """Returns a result with each status; the failures are different calls."""
    twice = failure(paid_twice(), "two tasks were made for one call", 1, 2, replay="out/a b.json")
    slow = failure(stuck(), "polls 40 and 41 came 10 s apart", 41, 42)
    harm = failure(hostile(), f"the message is {HOSTILE} {KEY}", 1, replay="out/harm.json")
    return (
        LawResult(law=law("answers", Group.PROTOCOL), judged=412),
        LawResult(law=law("payload-intact", Group.SENDING), judged=400, broken=3, failure=harm),
        LawResult(law=law("local-limits", Group.SENDING), reason="the client declines this"),
        LawResult(law=law("text-kept", Group.LIFECYCLE)),
        LawResult(law=law("one-charge"), judged=120, broken=12, failure=twice),
        LawResult(law=law("price-told"), judged=90, known="it never told a price"),
        LawResult(
            law=law("poll-rate", Group.MANNERS, Level.SHOULD), judged=80, broken=1, failure=slow
        ),
        LawResult(
            law=law("connections-reused", Group.MANNERS, Level.SHOULD),
            judged=80,
            broken=80,
            failure=failure(paid_twice(), "4 connections for 5 requests"),
            known="curl is started anew for every | request",
        ),
    )


def report(*results: LawResult, **changes: Any) -> ContractReport:
    """Returns a report with *results*, by default one with each status."""
    base = ContractReport(
        client="python examples/httpx_client.py",
        profile="default",
        seed=7,
        cases=412,
        seconds=3.1,
        results=results or every_status(),
        coverage=(
            Coverage(kind="rules", met=tuple(map(str, range(150))), missed=("n-range", "seed")),
            Coverage(kind="codes", met=("2001",), missed=tuple(f"30{n:02}" for n in range(9))),
            Coverage(kind="scenarios", met=("ok", "stuck"), missed=()),
        ),
        models=(MODEL,),
        notes=("the search ended after 3 s",),
    )
    return replace(base, **changes)


def passing(**changes: Any) -> ContractReport:
    """Returns a report in which every law is kept."""
    kept = LawResult(law=law("answers", Group.PROTOCOL), judged=10)
    return report(kept, LawResult(law=law("one-charge"), judged=4), **changes)
