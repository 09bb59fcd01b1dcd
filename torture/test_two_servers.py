"""Two servers on one store are one: states, charges and limits are those of one server."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from .clients import CREATE, Client, compute_price, make_payload, running
from .conftest import Progress, Record, Scale
from .processes import MockServer, RedisServer

RANKS = {"pending": 0, "processing": 1, "completed": 2}
POLLS = 8
PROGRESS_INTERVAL_S = 5.0

Poll = tuple[float, float, int]
"""When it was sent, when it was answered, and the rank of the state."""


@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_two_servers_are_one(
    tmp_path: Path, kind: str, scale: Scale, progress: Progress, record: Record
) -> None:
    if kind == "sqlite":
        _run(tmp_path, f"sqlite:{tmp_path / 'store.db'}", scale, progress, record)
        return
    with RedisServer(tmp_path, "everysec") as redis:
        _run(tmp_path, redis.store, scale, progress, record)


class _Run:
    """Creators and pollers at two *ports*, and everything that they see."""

    def __init__(self, ports: tuple[int, int], tenants: list[str], allowed: int) -> None:
        self._ports = ports
        self._tenants = tenants
        self._allowed = allowed
        self.created = threading.Event()
        self.made: dict[str, list[str]] = defaultdict(list)
        self.polls: dict[str, list[Poll]] = defaultdict(list)
        self.refusals: list[bytes] = []

    def create(self, nth: int, _stop: threading.Event) -> None:
        """Creates tasks of each tenant until one is refused."""
        for tenant in self._tenants:
            client = Client(self._ports[nth % 2], tenant)
            for count in range(2 * self._allowed):
                status, body = client.request("POST", CREATE, make_payload(f"{nth} {count}"))
                if status != 202:
                    self.refusals.append(body)
                    break
                self.made[tenant].append(json.loads(body)["task_info"]["id"])
            client.close()

    def poll(self, nth: int, _stop: threading.Event) -> None:
        """Polls all tasks until each has ended."""
        clients = {tenant: Client(self._ports[nth % 2], tenant) for tenant in self._tenants}
        unfinished = True
        while unfinished or not self.created.is_set():
            unfinished = False
            for tenant, client in clients.items():
                tasks = [task for task in self.made[tenant] if not self._has_ended(task)]
                unfinished = unfinished or bool(tasks)
                for task in tasks:
                    self._poll_once(client, task)
            time.sleep(0.005)
        for client in clients.values():
            client.close()

    def report(self, progress: Progress, _nth: int, stop: threading.Event) -> None:
        """Tells the progress every few seconds."""
        while not stop.wait(PROGRESS_INTERVAL_S):
            tasks = [task for each in [*self.made.values()] for task in [*each]]
            ended = sum(map(self._has_ended, tasks))
            polls = sum(len(self.polls[task]) for task in tasks)
            allowed = self._allowed * len(self._tenants)
            progress(f"{len(tasks)} of {allowed} creates, {ended} tasks ended, {polls} polls")

    def _has_ended(self, task: str) -> bool:
        polls = self.polls[task]
        return len(polls) > POLLS and polls[-1][2] == RANKS["completed"]

    def _poll_once(self, client: Client, task: str) -> None:
        begin = time.monotonic()
        status, body = client.request("GET", f"{CREATE}/{task}")
        assert status == 200, body
        state = json.loads(body)["task_info"]["status"]
        self.polls[task].append((begin, time.monotonic(), RANKS[state]))


def _run(folder: Path, store: str, scale: Scale, progress: Progress, record: Record) -> None:
    creators, allowed = int(scale(32, 4)), int(scale(100, 6))
    tenants = [f"tenant{nth}" for nth in range(int(scale(4, 2)))]
    balance = str(allowed * Decimal(compute_price()))
    options = ("--balance", balance, "--lifecycle", f"polls:{POLLS}")
    with (
        MockServer(folder, store, *options, name="one") as one,
        MockServer(folder, store, *options, name="two") as two,
    ):
        run = _Run((one.port, two.port), tenants, allowed)
        with running(1, partial(run.report, progress)), running(creators, run.poll):
            with running(creators, run.create):
                pass
            progress(f"{sum(map(len, run.made.values()))} creates were accepted")
            run.created.set()
        admin = Client(two.port, "admin")
        ledger = admin.get_json("/_wanproof/ledger")
        admin.close()
    accepted = {tenant: len(ids) for tenant, ids in run.made.items()}
    assert accepted == dict.fromkeys(tenants, allowed)
    assert all(b"balance" in body for body in run.refusals), run.refusals
    ids = sorted(task for each in run.made.values() for task in each)
    assert sorted(entry["task"] for entry in ledger["entries"]) == ids
    assert len(set(ids)) == len(ids)
    assert all(entry["billed"] for entry in ledger["entries"])
    assert sum(map(count_violations, run.polls.values())) == 0
    record(
        creators_and_pollers=creators,
        accepted_creates=len(ids),
        allowed_by_the_balance=allowed * len(tenants),
        polls=sum(map(len, run.polls.values())),
        tasks_billed_twice=0,
        order_violations=0,
    )


def count_violations(polls: list[Poll]) -> int:
    """Returns how many polls saw an earlier state than one that was answered before them."""
    ended = sorted((end, rank) for _, end, rank in polls)
    count = nth = highest = 0
    for begin, _, rank in sorted(polls):
        while nth < len(ended) and ended[nth][0] < begin:
            highest = max(highest, ended[nth][1])
            nth += 1
        count += rank < highest
    return count


def test_a_state_that_goes_back_is_counted() -> None:
    assert count_violations([(0, 1, 0), (2, 3, 2), (2.5, 4, 1), (5, 6, 2)]) == 0
    assert count_violations([(0, 1, 0), (2, 3, 2), (3.5, 4, 1), (5, 6, 2)]) == 1
