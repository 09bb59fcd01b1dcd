"""Many connections with all scenarios for minutes: no unexpected error, and nothing grows."""

from __future__ import annotations

import json
import random
import re
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from .clients import CREATE, Client, make_payload, running
from .conftest import Progress, Record, Scale
from .processes import MockServer

CONNECTIONS = 64
FULL_SECONDS = {"memory": 600, "sqlite": 180}
READERS = ("/_wanproof/ledger", "/_wanproof/tasks?limit=20", "/_wanproof/requests?limit=20")
VIDEO = "/vendors/alibaba/v1/wan2.5-t2v-preview/generation"
VIDEO_SHARE = 0.02
POLLS = 4

DOWNLOAD_TIMEOUT_S = 120.0
"""A file is made at its first download, after those that were asked for before."""

LAST_DOWNLOAD_TIMEOUT_S = 5.0
"""The same for those that are asked for shortly before the end, so that the end is not late."""

MAX_GROWTH_MB = 40.0
"""By how much the memory of the last third may exceed that of the middle one."""

MAX_EXTRA_DESCRIPTORS = 64
"""File descriptors of the server besides one for each connection."""

MAX_THREADS = 32

UNEXPECTED = re.compile(rb"internal error|cannot use its store")


class Sample:
    """What the system knows about the process *pid*."""

    def __init__(self, pid: int) -> None:
        folder = Path(f"/proc/{pid}")
        lines = (folder / "status").read_text().splitlines()
        facts = dict(line.split(":", 1) for line in lines)
        self.megabytes = int(facts["VmRSS"].split()[0]) / 1024
        self.threads = int(facts["Threads"])
        self.descriptors = len(list((folder / "fd").iterdir()))


class _Soak:
    """The clients, and what they have seen."""

    def __init__(self, port: int, scenarios: list[str], video_share: float, seconds: float) -> None:
        self._port = port
        self._until = time.monotonic() + seconds
        self._video_share = video_share
        self._scenarios = scenarios
        self.statuses: Counter[str] = Counter()
        self.unexpected: list[bytes] = []
        self.latencies: list[tuple[float, float]] = []

    def use_scenarios(self, nth: int, stop: threading.Event) -> None:
        """Creates tasks with random scenarios, polls them and downloads their files."""
        rng = random.Random(nth)
        while not stop.is_set():
            scenario = rng.choice(self._scenarios)
            client = Client(self._port, f"tenant{nth}", scenario, timeout=2)
            with suppress(HTTPException, OSError, ValueError, KeyError):
                self._follow_task(
                    client, VIDEO if rng.random() < self._video_share else CREATE, stop
                )
            client.close()

    def _follow_task(self, client: Client, path: str, stop: threading.Event) -> None:
        payload = make_payload("x") if path == CREATE else {"prompt": "a balloon"}
        body = self._send(client, "POST", path, payload)
        task = json.loads(body)["task_info"]["id"]
        for _ in range(POLLS):
            if stop.is_set():
                return
            with suppress(HTTPException, OSError):
                body = self._send(client, "GET", f"{path}/{task}")
        left = self._until - time.monotonic()
        client.set_timeout(min(max(left, LAST_DOWNLOAD_TIMEOUT_S), DOWNLOAD_TIMEOUT_S))
        for url in json.loads(body).get("images", []) + json.loads(body).get("videos", []):
            self._send(client, "GET", "/files/" + str(url).partition("/files/")[2])

    def read_state(self, nth: int, stop: threading.Event) -> None:
        """Reads what is long, again and again."""
        client = Client(self._port, "admin")
        checks = {"checks": [{"no_duplicate_charges": True}, {"no_poll_after_end": True}]}
        while not stop.wait(0.2):
            self._send(client, "GET", READERS[nth % len(READERS)])
            self._send(client, "POST", "/_wanproof/verify", checks)
        client.close()

    def probe(self, _nth: int, stop: threading.Event) -> None:
        """Measures how long a create and a poll take."""
        client = Client(self._port, "probe")
        while not stop.wait(0.05):
            begin = time.monotonic()
            body = self._send(client, "POST", CREATE, make_payload("x"))
            task = json.loads(body)["task_info"]["id"]
            self._send(client, "GET", f"{CREATE}/{task}")
            self.latencies.append((begin, time.monotonic() - begin))
        client.close()

    def _send(self, client: Client, method: str, path: str, body: Any = None) -> bytes:
        try:
            status, answer = client.request(method, path, body)
        except (OSError, HTTPException) as error:
            self.statuses[type(error).__name__] += 1
            raise
        self.statuses[str(status)] += 1
        if status >= 500 and UNEXPECTED.search(answer):
            self.unexpected.append(answer)
        return answer


@pytest.mark.skipif(sys.platform != "linux", reason="the figures of a process are in /proc")
@pytest.mark.parametrize("kind", FULL_SECONDS)
def test_a_soak_with_all_scenarios(
    tmp_path: Path, kind: str, scale: Scale, progress: Progress, record: Record
) -> None:
    seconds = scale(FULL_SECONDS[kind], 1)
    store = "memory" if kind == "memory" else f"sqlite:{tmp_path / 'store.db'}"
    with MockServer(tmp_path, store) as server:
        videos = VIDEO_SHARE if seconds > 10 else 0.0
        soak = _Soak(server.port, _list_scenarios(server), videos, seconds)
        begin = time.monotonic()
        samples: list[tuple[float, Sample]] = []
        with (
            running(int(scale(CONNECTIONS, 4)), soak.use_scenarios),
            running(len(READERS), soak.read_state),
            running(1, soak.probe),
        ):
            while (passed := time.monotonic() - begin) < seconds:
                time.sleep(min(seconds / 60, 5))
                samples.append((passed / seconds, Sample(server.pid)))
                last = samples[-1][1]
                progress(
                    f"{passed:.0f} s: {sum(soak.statuses.values())} requests, "
                    f"{last.megabytes:.0f} MB, {last.threads} threads, "
                    f"{last.descriptors} descriptors"
                )
        log = server.log.read_text()
    assert soak.unexpected == []
    assert "Traceback" not in log
    assert "Error" not in log
    assert max(each.threads for _, each in samples) <= MAX_THREADS
    most = max(each.descriptors for _, each in samples)
    assert most <= CONNECTIONS + len(READERS) + 1 + MAX_EXTRA_DESCRIPTORS
    middle, end = (
        max((each.megabytes for share, each in samples if low <= share < high), default=0)
        for low, high in ((1 / 3, 2 / 3), (2 / 3, 2))
    )
    if seconds >= 120:  # before, the journal and the cache of files are not yet full
        assert end <= middle + MAX_GROWTH_MB
    record(
        seconds=seconds,
        requests=sum(soak.statuses.values()),
        unexpected_errors=0,
        statuses=dict(soak.statuses.most_common()),
        megabytes_in_the_middle=round(middle),
        megabytes_at_the_end=round(end),
        most_threads=max(each.threads for _, each in samples),
        most_descriptors=most,
        create_and_poll_ms=_describe_latencies(soak.latencies),
    )


def _list_scenarios(server: MockServer) -> list[str]:
    client = Client(server.port, "admin")
    found = client.get_json("/_wanproof/scenarios")["scenarios"]
    client.close()
    return [each["name"] for each in found if each["vendor"] in (None, "mulerouter")]


def _describe_latencies(latencies: list[tuple[float, float]]) -> str:
    """Returns the median and the 99th percentile of the first and the last half."""
    times = [seconds for _, seconds in latencies]
    halves = times[: len(times) // 2], times[len(times) // 2 :]
    shown = []
    for half in map(sorted, halves):
        median, late = (half[int(len(half) * share)] * 1000 for share in (0.5, 0.99))
        shown.append(f"median {median:.1f}, 99 % below {late:.1f}")
    return "; then ".join(shown)
