"""A server, or its Redis, is killed at random moments: nothing acknowledged is lost or doubled."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from typing import Any

from .clients import Acknowledged, Client, create_and_poll, running
from .conftest import Progress, Record, Scale
from .processes import MockServer, RedisServer, Server

THREADS = 8
MAX_LOAD_S = 0.6
"""The longest time between the first task after a start, and a kill."""

MAX_START_S = 30.0
"""The longest wait for this task."""


def test_kills_of_a_server_on_sqlite(
    tmp_path: Path, scale: Scale, progress: Progress, record: Record
) -> None:
    server = MockServer(tmp_path, f"sqlite:{tmp_path / 'store.db'}")
    _kill_often(server, server, int(scale(50, 2)), progress, record)


def test_kills_of_a_server_on_redis(
    tmp_path: Path, scale: Scale, progress: Progress, record: Record
) -> None:
    with RedisServer(tmp_path, "everysec") as redis:
        server = MockServer(tmp_path, redis.store)
        _kill_often(server, server, int(scale(40, 1)), progress, record)


def test_kills_of_redis_that_writes_each_change(
    tmp_path: Path, scale: Scale, progress: Progress, record: Record
) -> None:
    with RedisServer(tmp_path, "always") as redis:
        server = MockServer(tmp_path, redis.store)
        _kill_often(server, redis, int(scale(20, 1)), progress, record)
    assert "has lost" not in server.log.read_text()


def _count(seen: list[Acknowledged]) -> int:
    """Returns the number of acknowledged tasks."""
    return sum(len(each.ids) for each in seen)


def _kill_often(
    server: MockServer, victim: Server, kills: int, progress: Progress, record: Record
) -> None:
    """Kills *victim* again and again, and checks what *server* knows after each new start."""
    rng = random.Random(kills)
    seen = [Acknowledged() for _ in range(THREADS)]
    before: list[dict[str, Any]] = []

    def work(nth: int, stop: threading.Event) -> None:
        create_and_poll(server.port, f"tenant{nth}-{kill}", seen[nth], stop)

    with server:
        for kill in range(kills):
            known = _count(seen)
            with running(THREADS, work):
                until = time.monotonic() + MAX_START_S
                while _count(seen) == known and time.monotonic() < until:
                    time.sleep(0.01)  # on a busy machine the first create takes long
                time.sleep(rng.uniform(0.1, MAX_LOAD_S))
                victim.kill()
                if victim is server:
                    time.sleep(0.02)
                else:
                    time.sleep(rng.uniform(0.0, 0.3))
                    victim.start()
            if victim is server:
                victim.start()
            before = _check_state(server, seen, before)
            acknowledged = _count(seen)
            progress(f"kill {kill + 1} of {kills}: {acknowledged} tasks acknowledged, none lost")
    assert acknowledged
    refusals = {body for each in seen for _, body in each.refused}
    assert all(b"cannot use its store" in body for body in refusals), refusals
    record(
        kills=kills,
        acknowledged_tasks=acknowledged,
        lost=0,
        doubled=0,
        stored_without_acknowledgement=len(before) - acknowledged,
        requests_without_answer=sum(each.unanswered for each in seen),
    )


def _check_state(
    server: MockServer, seen: list[Acknowledged], before: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Checks tasks and ledger after a start; returns the ledger's entries."""
    client = _wait_for_store(server)
    ledger = client.get_json("/_wanproof/ledger")
    tasks = client.get_json("/_wanproof/tasks?limit=10000")
    assert ledger["forgotten"] == 0
    known = [entry["task"] for entry in ledger["entries"]]
    assert len(known) == len(set(known)), "a task has two charges"
    assert known == [task["id"] for task in tasks["tasks"]]
    acknowledged = [task for each in seen for task in each.ids]
    assert len(acknowledged) == len(set(acknowledged)), "an id was issued twice"
    assert not set(acknowledged) - set(known), "an acknowledged task is lost"
    unanswered = sum(each.unanswered + len(each.refused) for each in seen)
    assert len(known) - len(acknowledged) <= unanswered, "a task was stored twice"
    assert [_get_fixed_facts(each) for each in ledger["entries"][: len(before)]] == [
        _get_fixed_facts(each) for each in before
    ], "the ledger has changed"
    billed = {entry["task"] for entry in before if entry["billed"]}
    assert billed <= {entry["task"] for entry in ledger["entries"] if entry["billed"]}
    client.close()
    entries: list[dict[str, Any]] = ledger["entries"]
    return entries


def _get_fixed_facts(entry: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(entry[name] for name in ("task", "tenant", "model", "usd", "at", "entry"))


def _wait_for_store(server: MockServer) -> Client:
    """Returns a client, once the server has its store again."""
    client, until = Client(server.port, "admin"), time.monotonic() + 20
    while True:
        status, body = client.request("GET", "/_wanproof/ledger")
        if status == 200:
            return client
        assert b"cannot use its store" in body, body
        assert time.monotonic() < until, body
        time.sleep(0.1)
