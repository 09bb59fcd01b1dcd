"""How fast the contract suite is: calls a second, and what it adds to what the mock takes.

Run by ``make bench``; no time that is measured here can fail a build.
"""

from __future__ import annotations

import shutil
import sys
import time
import timeit
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

from bench_mock import shown
from rich import box
from rich.console import Console
from rich.table import Table

from wan_contracts.cases.case import Case
from wan_contracts.cases.systematic import find_plain_payload
from wan_contracts.cases.time_profiles import REAL, VIRTUAL, TimeProfile
from wan_contracts.clients import Client
from wan_contracts.clients.loading import load
from wan_contracts.clients.pipelined_client import PipelinedClient
from wan_contracts.clients.process_client import ProcessClient
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.runner.harness import Harness
from wan_contracts.runner.in_flight import iter_in_flight
from wan_contracts.runner.run_plan import RunPlan
from wan_contracts.runner.runner import check
from wan_mockserver.service import Mock
from wan_validators.catalog import model

ROOT: Final = Path(__file__).parents[1] / "contract_tests"
REFERENCE: Final = f"{ROOT}/tests/faulty_clients/reference.py:Reference"
ADAPTER: Final = f"{ROOT}/adapters/httpx_sync.py:client"
NODE: Final = ("node", f"{ROOT}/adapters/node_fetch.mjs")
IN_FLIGHT: Final = 8

ROUNDS: Final = 5
CALLS: Final = 200
"""Calls of one model in a round."""


@contextmanager
def timed(owner: type, name: str) -> Iterator[list[float]]:
    """Collects how many seconds each call of the method *name* of *owner* takes.

    The timer is looked up each time: a name of our own for it would be patched as a client's.
    """
    seconds: list[float] = []
    method = getattr(owner, name)

    def timing(*arguments: Any) -> Any:
        begun = timeit.default_timer()
        try:
            return method(*arguments)
        finally:
            seconds.append(timeit.default_timer() - begun)

    setattr(owner, name, timing)
    try:
        yield seconds
    finally:
        setattr(owner, name, method)


def python(name: str = REFERENCE) -> Client:
    return PythonClient("Reference", load(name))


def plain_calls(client: Client, tempo: TimeProfile, models: Sequence[str]) -> float:
    """Calls a second, the median of some rounds, of calls under which nothing goes wrong."""
    cases = [Case(name, find_plain_payload(model(name))) for name in models]
    times = []
    with Harness(client, tempo) as arena:
        for _ in range(ROUNDS + 1):
            begun = timeit.default_timer()
            for number in range(CALLS):
                arena.run(cases[number % len(cases)], number)
            times.append((timeit.default_timer() - begun) / CALLS)
    return 1 / median(times[1:])


def calls_in_flight(models: Sequence[str]) -> float:
    """The same for Node with several calls in flight over its standard input and output."""
    cases = [Case(name, find_plain_payload(model(name))) for name in models]
    times = []
    with Harness(PipelinedClient(NODE, IN_FLIGHT), REAL) as arena:
        for _ in range(ROUNDS + 1):
            begun = timeit.default_timer()
            made = [*iter_in_flight(arena, cases * (CALLS // len(cases)), 1, lambda _: True)]
            times.append((timeit.default_timer() - begun) / len(made))
    return 1 / median(times[1:])


class Spent(NamedTuple):
    """Seconds of a run of *calls*: in all, in the client with the mock, and in the mock alone.

    *cpu* are the seconds on a processor, which other programs change less.
    """

    calls: int
    cpu: float
    all: float
    client: float
    mock: float


def whole_run() -> Spent:
    """The default run of the reference client, made twice; the second time counts."""
    check(python(), RunPlan(seed=1))
    with timed(Mock, "handle") as mock, timed(PythonClient, "call") as client:
        begun, used = timeit.default_timer(), time.process_time()
        report = check(python(), RunPlan(seed=1))
        used = time.process_time() - used
        return Spent(report.cases, used, timeit.default_timer() - begun, sum(client), sum(mock))


def main() -> int:
    table = Table(title="the contract suite", box=box.SIMPLE)
    table.add_column("", no_wrap=True)
    table.add_column("calls/s", justify="right")
    image, video = ["wan2.5-i2i-preview", "wan26_i2i"], ["wan2.5-i2v-preview"]
    table.add_row("in process, images", shown(plain_calls(python(), VIRTUAL, image)))
    table.add_row("the same with httpx.Client", shown(plain_calls(python(ADAPTER), VIRTUAL, image)))
    table.add_row("in process, videos", shown(plain_calls(python(), VIRTUAL, video)))
    if shutil.which("node"):
        table.add_row(
            "Node over stdio, images", shown(plain_calls(ProcessClient(NODE), REAL, image))
        )
        table.add_row(
            "Node over stdio, videos", shown(plain_calls(ProcessClient(NODE), REAL, video))
        )
        table.add_row(f"the same, {IN_FLIGHT} in flight", shown(calls_in_flight([*image, *video])))
    run = whole_run()
    table.add_row(
        f"the default run, {run.calls} calls in {run.all:.1f} s", shown(run.calls / run.all)
    )
    table.add_row(
        f"the same in {run.cpu:.1f} s on a processor, calls a second on it",
        shown(run.calls / run.cpu),
    )
    console = Console()
    console.print(table)
    own = run.all - run.client
    console.print(
        f"a call of the default run: {1000 * run.mock / run.calls:.2f} ms in the mock, "
        f"{1000 * (run.client - run.mock) / run.calls:.2f} ms in the client, "
        f"{1000 * own / run.calls:.2f} ms in the suite, {own / run.mock:.2f} times the mock's"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
