"""How fast the mock server is beside its peers, as ratios: all are timed in turn, in one run.

Run by ``make bench``; no time that is measured here can fail a build.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import httpx
from mock_peers import WerkzeugServer, flask_app, mock_transport, respx_router, serve_by_waitress
from mock_work import (
    CREATE,
    PAYLOAD,
    Running,
    lifetime,
    poll_path,
    recorded,
    wait_in_vain,
    whole_calls,
    world,
)
from redis_server import redis_server
from rich import box
from rich.console import Console
from rich.table import Table
from timing import Measure, interleaved, per_call

from wan_mockserver.http.httpx_transport import BASE_URL
from wan_mockserver.http.server import THREADS, Server
from wan_mockserver.http.wsgi import create_app
from wan_mockserver.state.stores.opening import open_store
from wan_mockserver.testing.fake_time import PatchingClock

FIXTURES: Final = Path(__file__).parents[1] / "fixtures"
VALID: Final = FIXTURES / "payloads/vtrix/wan26_i2i/valid/documents-request.json"

SILENT: Final = 20
"""Clients that are connected and say nothing while a server stops."""


@dataclass(frozen=True)
class Part:
    """Contenders in one thing; the others are compared with the first."""

    title: str
    rounds: int
    measures: Mapping[str, Measure]


def in_process(at_the_end: ExitStack) -> Part:
    routes = recorded()
    at_the_end.enter_context(respx_router(routes, BASE_URL))
    clients = {
        "wanproof": world().client(),
        "respx, static": client_at(BASE_URL),
        "httpx.MockTransport, static": httpx.Client(
            transport=mock_transport(routes), base_url=BASE_URL
        ),
    }
    for client in clients.values():
        at_the_end.enter_context(client)
    return Part("create and 3 polls, in process", 40, whole_calls(clients, 20))


def over_a_socket(at_the_end: ExitStack) -> Part:
    server = at_the_end.enter_context(Server(create_app()))
    clients = {
        "wanproof": client_at(server.url),
        "Flask on waitress, static": client_at(serve_by_waitress(flask_app(recorded()), THREADS)),
    }
    for client in clients.values():
        at_the_end.enter_context(client)
    return Part("create and 3 polls, over a socket", 30, whole_calls(clients, 20))


def by_store(at_the_end: ExitStack) -> Part:
    folder = at_the_end.enter_context(TemporaryDirectory(prefix="wanproof-bench-"))
    redis = at_the_end.enter_context(redis_server())
    places = {"memory": "memory", "SQLite": f"sqlite:{folder}/store.db", "Redis": redis}
    clients = {}
    for name, place in places.items():
        if place is not None:
            store = at_the_end.enter_context(closing(open_store(place)))
            clients[name] = at_the_end.enter_context(world(store=store).client())
    without = "" if redis else " (no Redis server can be had)"
    return Part(f"create and 3 polls, by store{without}", 25, whole_calls(clients, 10))


def up_and_down(_: ExitStack) -> Part:
    routes = recorded()
    starts: dict[str, Callable[[], Running]] = {
        "wanproof": lambda: Server(create_app()).start(),
        "werkzeug": lambda: WerkzeugServer(flask_app(routes)).start(),
    }
    measures: dict[str, Measure] = {}
    for name, start in starts.items():
        measures[name] = partial(lifetime, start)
        measures[f"{name}, {SILENT} silent clients"] = partial(lifetime, start, SILENT)
    return Part("a server on a free port, up and down", 25, measures)


def time_out(at_the_end: ExitStack) -> Part:
    clock, another = PatchingClock(), PatchingClock()
    stuck = at_the_end.enter_context(world(clock=clock, scenario="stuck").client())
    path = poll_path(stuck.post(CREATE, json=PAYLOAD))
    _, polled = recorded()
    static = at_the_end.enter_context(httpx.Client(transport=mock_transport([polled])))
    url = BASE_URL + polled.path
    measures = {
        "wanproof": per_call(partial(wait_in_vain, stuck, path, clock), 2),
        "httpx.MockTransport, static": per_call(partial(wait_in_vain, static, url, another), 2),
    }
    return Part("90 polls to a time-out, patched clock", 15, measures)


def processes(_: ExitStack) -> Part:
    python, wanproof = sys.executable, str(Path(sys.executable).with_name("wanproof"))
    commands = {
        "python -c pass": [python, "-c", "pass"],
        "wanproof lint valid.json": [wanproof, "lint", str(VALID)],
        "wanproof --help": [wanproof, "--help"],
        "import wan_mockserver.commands.serve": [
            python,
            "-c",
            "import wan_mockserver.commands.serve",
        ],
    }
    measures = {name: per_call(partial(run, command), 1) for name, command in commands.items()}
    return Part("a process, from start to end", 15, measures)


PARTS: Final[tuple[Callable[[ExitStack], Part], ...]] = (
    in_process,
    over_a_socket,
    by_store,
    up_and_down,
    time_out,
    processes,
)
"""How to set each part up; what it needs ends with the stack."""


def client_at(base_url: str) -> httpx.Client:
    return httpx.Client(base_url=base_url, headers={"Authorization": "Bearer key"}, trust_env=False)


def run(command: list[str]) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def add(part: Part, table: Table) -> None:
    """Measures *part* and puts what was found at the end of *table*."""
    times = interleaved(part.measures, part.rounds)
    first = median(next(iter(times.values())))
    table.add_row(f"[bold]{part.title}")
    for name, seconds in times.items():
        middle, worst = median(seconds), max(seconds)
        figures = shown(middle * 1000), shown(worst * 1000), f"{1 / middle:,.0f}"
        table.add_row(f"  {name}", *figures, f"{shown(middle / first)}x")
    table.add_section()


def shown(value: float) -> str:
    """*value* with as many digits as can mean anything."""
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def main() -> int:
    table = Table(title="the mock server, milliseconds (interleaved rounds)", box=box.SIMPLE)
    table.add_column("", no_wrap=True)
    for column in ("median", "worst", "1/s", "ratio"):
        table.add_column(column, justify="right", no_wrap=True)
    for make in PARTS:
        with ExitStack() as at_the_end:
            add(make(at_the_end), table)
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
