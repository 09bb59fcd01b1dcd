"""The server over each store: the same answers, one world for several servers, nothing lost."""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.httpx_transport import BASE_URL, WanTransport
from wan_mockserver.service import Mock
from wan_mockserver.simulator.rate_limits import Limits
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.stores import Store
from wan_mockserver.state.stores.memory import MemoryStore

from ..serve_runs import MULE, start_server

EDIT = {"prompt": "x", "images": ["https://example.com/a.jpg"], "size": "768*768", "n": 2}
SCENARIOS = ("ok", "accept-502", "rate-limited:1+partial", "poll-503:1+unknown-status", "fail-3001")

Open = Callable[[str], Store]


def mock(store: Store, **options: Any) -> Mock:
    clock = ManualClock(store=store)
    return Mock(Simulator(seed=3, clock=clock, store=store, listener=lambda _: None, **options))


def client(server: Mock | str, scenario: str | None = None) -> httpx.Client:
    chosen = f"wanproof.{scenario}.team" if scenario else "team"
    key = {"Authorization": f"Bearer {chosen}"}
    if isinstance(server, str):
        return httpx.Client(base_url=server, headers=key)
    return httpx.Client(transport=WanTransport(server), base_url=BASE_URL, headers=key)


def lived(server: Mock) -> list[Any]:
    """Everything that a client sees of a few calls, and what they come to."""
    seen: list[Any] = []
    for scenario in SCENARIOS:
        with client(server, scenario) as http:
            answers = [http.post(MULE, json=EDIT) for _ in range(2)]
            task = answers[1].json()["task_info"]["id"]
            answers += [http.get(f"{MULE}/{task}") for _ in range(4)]
            urls = answers[-1].json().get("images", [])
            answers += [http.get(url, headers={"Range": "bytes=0-9"}) for url in urls]
        seen += [(each.status_code, dict(each.headers), each.content) for each in answers]
        server.clock.advance(5)
    return [*seen, server.journal(), server.tasks(), server.ledger()]


def test_it_answers_as_over_the_store_in_memory(store: Store) -> None:
    assert lived(mock(store)) == lived(mock(MemoryStore()))


def test_two_servers_are_one(opened: Open, shared_place: str) -> None:
    """Whichever of them a balancer sends a request to."""
    one, other = mock(opened(shared_place)), mock(opened(shared_place))
    one.arm("accept-502", 1)
    with client(one) as http, client(other) as http_other:
        lost = http_other.post(MULE, json=EDIT)
        made = http.post(MULE, json=EDIT)
        place = f"{MULE}/{made.json()['task_info']['id']}"
        polls = [each.get(place) for each in (http_other, http, http_other)]
        file = http.get(polls[-1].json()["images"][0])
    statuses = [poll.json()["task_info"]["status"] for poll in polls]
    one.clock.advance(3600)
    assert (lost.status_code, made.status_code, file.status_code) == (502, 202, 200)
    assert statuses == ["pending", "processing", "completed"]
    assert other.clock.now() == one.clock.now()
    assert other.journal() == one.journal()
    assert len(other.ledger().duplicate_charges) == 1
    other.reset()
    assert (one.journal(), one.tasks()) == ([], [])


def test_what_is_held_to_limits_is_held_by_all_servers_together(
    opened: Open, shared_place: str
) -> None:
    """Creates at once, by turns at both: exactly as many pass as may, with ids of their own."""
    limits = Limits(creates_per_second=10)
    servers = [mock(opened(shared_place), limits=limits) for _ in range(2)]

    def create(nth: int) -> httpx.Response:
        with client(servers[nth % 2]) as http:
            return http.post(MULE, json=EDIT)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(create, range(24)))
    made = [answer.json()["task_info"]["id"] for answer in answers if answer.status_code == 202]
    assert len(made) == len(set(made)) == len(servers[0].tasks()) == 10
    assert [entry.number for entry in servers[1].journal()] == list(range(1, 25))


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    store = f"sqlite:{tmp_path / 'world.db'}"
    options = ("--store", store, "--clock", "manual")
    with (
        start_server(tmp_path / "port", "--quiet", *options) as (process, url),
        client(url) as http,
    ):
        tasks = [http.post(MULE, json=EDIT).json()["task_info"]["id"] for _ in range(5)]
        http.get(f"{MULE}/{tasks[0]}")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with start_server(tmp_path / "port", "--quiet", *options) as (_, url), client(url) as http:
        polls = [http.get(f"{MULE}/{task}").json()["task_info"] for task in tasks]
        more = http.post(MULE, json=EDIT).json()["task_info"]["id"]
    assert [poll["id"] for poll in polls] == tasks
    assert [poll["status"] for poll in polls] == ["processing", *["pending"] * 4]
    assert more not in tasks


def test_two_processes_on_one_file_are_one_server(tmp_path: Path) -> None:
    options = ("--store", f"sqlite:{tmp_path / 'world.db'}", "--clock", "manual", "--seed", "5")
    with (
        start_server(tmp_path / "one", "--quiet", *options) as (_, one),
        start_server(tmp_path / "other", "--quiet", *options) as (_, other),
        client(one) as http,
        client(other) as http_other,
    ):
        task = http.post(MULE, json=EDIT).json()["task_info"]["id"]
        polls = [each.get(f"{MULE}/{task}").json() for each in (http_other, http, http_other)]
        ids = {each.post(MULE, json=EDIT).json()["task_info"]["id"] for each in (http, http_other)}
    assert [poll["task_info"]["status"] for poll in polls] == ["pending", "processing", "completed"]
    assert len(ids | {task}) == 3


def test_an_unreachable_store_is_reported_and_the_server_goes_on(
    mortal_redis: tuple[str, Callable[[], None]], opened: Open
) -> None:
    url, kill = mortal_redis
    server = mock(opened(url))
    kill()
    with client(server) as http:
        answer = http.post(MULE, json=EDIT)
    assert answer.status_code == 503
    assert "the mock server cannot use its store" in answer.json()["message"]
