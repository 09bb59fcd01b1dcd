"""How much the server does for its CPU time, beside its peers: all are loaded in turn.

Run by ``make bench``; it prints ratios with their targets, and writes ``.bench/server.json``.
Nothing that is measured here can fail a build.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import sys
import time
import tracemalloc
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from bench_mock import client_at
from mock_peers import respx_router
from mock_work import CREATE, PAYLOAD, recorded, whole_call, world
from rich import box
from rich.console import Console
from rich.table import Table
from server_peers import FOLDER, describe_versions, start_all

from wan_mockserver.http.httpx_transport import BASE_URL
from wan_mockserver.http.messages import Request
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator

ROUNDS, CALLS = 9, 400
WARM_UP_CALLS: Final = 4000
"""Java compiles what runs often; a peer is measured once it has done so."""

TASKS: Final = (1000, 10_000, 100_000)
MILLION: Final = "--million"
"""The option that also measures with a million tasks, which takes minutes."""


@dataclass(frozen=True)
class Ratio:
    """A measured *value*; the *target* is reached if it is at least that, or at most."""

    name: str
    value: float
    target: float
    at_most: bool = False

    @property
    def is_reached(self) -> bool:
        return self.value <= self.target if self.at_most else self.value >= self.target


def compare_servers() -> tuple[dict[str, float], list[Ratio]]:
    """Returns the CPU seconds of a request by server, and ratios of requests by CPU second."""
    with TemporaryDirectory(prefix="wanproof-bench-") as folder, start_all(Path(folder)) as started:
        peers, problem = started
        if problem:
            print(problem)
        for peer in peers:
            peer.load.measure(WARM_UP_CALLS)
        for _ in range(ROUNDS):
            for peer in peers:
                peer.cpu_s.append(peer.load.measure(CALLS))
    spent = {peer.name: median(peer.cpu_s) for peer in peers}
    own = spent["wanproof"]
    targets = {"Prism": 2.5, "WireMock": 1.2}
    ratios = [
        Ratio(f"requests by server-CPU second, vs {name}", spent[name] / own, target)
        for name, target in targets.items()
        if name in spent
    ]
    return spent, [*ratios, Ratio("SQLite vs memory", own / spent["wanproof, SQLite"], 0.8)]


def compare_in_process() -> Ratio:
    """Returns our CPU time as a multiple of that of respx with static routes."""
    spent: dict[str, list[float]] = {"ours": [], "respx": []}
    with ExitStack() as stack:
        ours = stack.enter_context(world().client())
        stack.enter_context(respx_router(recorded(), BASE_URL))
        clients = {"ours": ours, "respx": stack.enter_context(client_at(BASE_URL))}
        for _ in range(30):
            for name, client in clients.items():
                spent[name].append(measure(partial(whole_call, client), 20))
    value = median(spent["ours"]) / median(spent["respx"])
    return Ratio("create and polls through httpx, time vs respx", value, 1.0, at_most=True)


def measure(work: Callable[[], object], times: int) -> float:
    """Returns the CPU seconds of one *work*."""
    begun = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begun) / times


def measure_growth() -> list[Ratio]:
    """Returns how the time of a poll and the memory change with the number of tasks."""
    mock = Mock(Simulator(listener=lambda _: None))
    headers = {"authorization": "Bearer key", "content-type": "application/json"}
    body = json.dumps(PAYLOAD).encode()

    def create() -> str:
        request = Request(method="POST", path=CREATE, headers=headers, body=body)
        return str(json.loads(mock.handle(request).body)["task_info"]["id"])

    def poll(task: str) -> None:
        mock.handle(Request(method="GET", path=f"{CREATE}/{task}", headers=headers))

    times, made = [], 0
    counts = (*TASKS, 1_000_000) if MILLION in sys.argv else TASKS
    for count in counts:
        while made < count:
            create()
            made += 1
        task = create()
        times.append(min(measure(partial(poll, task), 200) for _ in range(15)))
    name = f"time of a poll, vs that with {counts[0]:,} tasks"
    return [
        Ratio(f"{name}, with {count:,}", each / times[0], 1.2, at_most=True)
        for count, each in zip(counts[1:], times[1:], strict=True)
    ]


def measure_memory() -> Ratio:
    """Returns the kilobytes of a task with the journal entry of its create."""
    gc.collect()
    tracemalloc.start()
    with world().client() as client:
        for _ in range(300):  # what is loaded on first use is loaded
            client.post(CREATE, json=PAYLOAD)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(1000):
            client.post(CREATE, json=PAYLOAD)
        after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return Ratio("KB of a task with its journal entry", (after - before) / 1e6, 1.0, at_most=True)


def describe_machine() -> dict[str, str]:
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} processors",
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("wanproof", "httpx", "respx", "waitress")},
        **describe_versions(),
    }


def main() -> int:
    spent, ratios = compare_servers()
    ratios += [compare_in_process(), *measure_growth(), measure_memory()]
    facts = describe_machine()
    table = Table(title="the server beside its peers", box=box.SIMPLE)
    for column in ("", "measured", "target", ""):
        table.add_column(column, justify="left" if not column else "right", no_wrap=True)
    for name, seconds in spent.items():
        table.add_row(f"{name}: CPU time of a request", f"{seconds * 1e6:.0f} us", "", "")
    for each in ratios:
        sign = "<=" if each.at_most else ">="
        verdict = "" if each.is_reached else "missed"
        table.add_row(each.name, f"{each.value:.2f}", f"{sign} {each.target:g}", verdict)
    console = Console(width=110)
    console.print(table)
    console.print(", ".join(f"{name} {fact}" for name, fact in facts.items()))
    FOLDER.mkdir(exist_ok=True)
    result = {"facts": facts, "cpu_s": spent, "ratios": [asdict(each) for each in ratios]}
    (FOLDER / "server.json").write_text(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
