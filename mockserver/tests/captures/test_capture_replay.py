"""A capture is replayed with new ids, URLs and times; other requests are simulated or refused."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from wan_mockserver.captures.replay import CaptureReplay
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator

from .capture_files import CHAT, EDIT, MULE, VTRIX, CapturedRun, capture

NOW = 1_800_000_000.0


class Replay:
    """A replay with a clock that stands still, and requests to it."""

    def __init__(self, exchanges: Any, **options: Any) -> None:
        self.mock = Mock(Simulator(seed=1, clock=ManualClock(NOW)))
        self.lines: list[str] = []
        self.service = CaptureReplay(
            exchanges, self.mock, random=Random(5), log=self.lines.append, **options
        )

    def send(self, method: str, path: str, value: Any = None, **headers: str) -> Response:
        body = b"" if value is None else json.dumps(value).encode()
        own = {"Authorization": "Bearer other", "Content-Type": "application/json"}
        return self.service.handle(
            Request(
                method=method,
                path=path,
                headers={**own, **headers},
                body=body,
                base_url="http://127.0.0.1:8321",
            )
        )

    def create(self, path: str, payload: Any) -> str:
        made = json.loads(self.send("POST", path, payload).body)
        task: str = made.get("task_info", made)["id"]
        return task


@pytest.fixture(scope="module")
def recorded() -> Any:
    return capture()


def test_a_task_is_replayed_with_a_new_id(recorded: Any) -> None:
    replay = Replay(recorded)
    old = json.loads(recorded[0].response.body)["task_info"]

    task = replay.create(MULE, EDIT)
    polls = [json.loads(replay.send("GET", f"{MULE}/{task}").body) for _ in range(4)]

    assert task != old["id"]
    statuses = [each["task_info"]["status"] for each in polls]
    assert statuses == ["pending", "completed", "completed", "completed"]
    assert all(each["task_info"]["id"] == task for each in polls)
    assert old["id"] not in json.dumps(polls)


def test_times_are_moved_by_the_time_since_the_recorded_create() -> None:
    run = CapturedRun(clock=ManualClock(1_700_000_000.0))
    run.run_task(MULE, EDIT)
    run.run_task(VTRIX, CHAT)
    replay = Replay(run.exchanges)

    made = json.loads(replay.send("POST", MULE, EDIT).body)
    chat = json.loads(replay.send("POST", VTRIX, CHAT).body)

    assert made["task_info"]["created_at"] == "2027-01-15T08:00:00Z"
    first = next(each for each in run.exchanges if each.request.path == VTRIX)
    assert chat["created_at"] == int(NOW - (first.at - 1_700_000_000.0))


def test_recorded_notation_of_times_is_kept() -> None:
    run = CapturedRun("as-recorded", clock=ManualClock(1_700_000_000.0))
    run.run_task(MULE, EDIT)

    made = json.loads(Replay(run.exchanges).send("POST", MULE, EDIT).body)

    assert made["task_info"]["created_at"].startswith("2027-01-15T08:00:00")
    recorded_time = json.loads(run.exchanges[0].response.body)["task_info"]["created_at"]
    assert len(made["task_info"]["created_at"]) == len(recorded_time)
    assert made["task_info"]["created_at"][-6:] == recorded_time[-6:]


@pytest.mark.parametrize(("create", "payload"), [(MULE, EDIT), (VTRIX, CHAT)])
def test_files_are_served_from_the_capture(recorded: Any, create: str, payload: Any) -> None:
    replay = Replay(recorded)
    task = replay.create(create, payload)
    poll = f"{create}/{task}" if create == MULE else f"{create}/task/{task}"
    for _ in range(3):
        last = replay.send("GET", poll).body.decode()
    urls = [each for each in last.split('"') if each.startswith("http")]
    images = {each.response.body for each in recorded if each.response.body[:4] == b"\x89PNG"}

    assert urls
    for url in urls:
        assert url.startswith(f"http://127.0.0.1:8321/files/{task}/")
        path = url.removeprefix("http://127.0.0.1:8321")
        whole = replay.send("GET", path)
        assert whole.body in images
        assert whole.headers["Content-Type"] == "image/png"
        part = replay.send("GET", path, Range="bytes=0-3")
        assert (part.status, part.body) == (206, b"\x89PNG")
        head = replay.send("HEAD", path)
        assert (head.body, head.headers["Content-Length"]) == (b"", str(len(whole.body)))


def test_equal_creates_get_the_recorded_responses_in_turn_for_ever() -> None:
    run = CapturedRun("rate-limited")
    body = json.dumps(EDIT).encode()
    statuses = [run.send("POST", MULE, body).status for _ in range(3)]
    assert statuses == [429, 429, 202]
    replay = Replay(run.exchanges)

    replayed = [replay.send("POST", MULE, EDIT) for _ in range(6)]

    assert [each.status for each in replayed] == statuses * 2
    assert "Retry-After" in replayed[0].headers
    assert json.loads(replayed[2].body) != json.loads(replayed[5].body)  # the ids differ


def test_the_order_of_members_does_not_matter(recorded: Any) -> None:
    replay = Replay(recorded, strict=True)

    assert replay.send("POST", MULE, dict(reversed(EDIT.items()))).status == 202
    assert replay.send("POST", MULE, {**EDIT, "n": 1}).status == 404


def test_other_requests_are_simulated_or_refused(recorded: Any) -> None:
    free, strict = Replay(recorded), Replay(recorded, strict=True)
    other = {**EDIT, "prompt": "a dog"}

    task = free.create(MULE, other)
    assert free.send("GET", f"{MULE}/{task}").status == 200
    refused = strict.send("POST", MULE, other)
    assert refused.status == 404
    assert "the capture has no POST" in json.loads(refused.body)["message"]
    for path in (f"{MULE}/unknown", "/files/unknown/1.png", "/v1/models"):
        assert strict.send("GET", path).status == 404
        assert "the capture has no GET" in json.loads(strict.send("GET", path).body)["message"]
    assert strict.send("GET", "/_wanproof/health").status == 200
    assert len(strict.lines) == 7


@pytest.mark.parametrize("path", ["/api/v1/tasks", "/api/v1/skill/models"])
def test_routes_without_a_task_are_simulated_or_refused(recorded: Any, path: str) -> None:
    assert Replay(recorded).send("GET", path).status == 200
    assert Replay(recorded, strict=True).send("GET", path).status == 404


def test_a_cancel_of_a_replayed_task_is_simulated(recorded: Any) -> None:
    replay = Replay(recorded)
    task = replay.create(MULE, EDIT)
    cancel = f"/api/v1/tasks/{task}/cancel"
    assert replay.send("POST", cancel).status == 400
    assert (
        "the capture has no POST"
        in json.loads(Replay(recorded, strict=True).send("POST", cancel).body)["message"]
    )


def test_a_create_without_polls_and_a_file_without_download_say_so(recorded: Any) -> None:
    alone = Replay([each for each in recorded if each.request.method == "POST"])
    task = alone.create(MULE, EDIT)
    nothing = alone.send("GET", f"{MULE}/{task}")
    assert nothing.status == 404
    assert "has no poll of this task" in json.loads(nothing.body)["message"]

    bare = Replay([each for each in recorded if "/files/" not in each.request.path])
    task = bare.create(MULE, EDIT)
    for _ in range(3):
        last = json.loads(bare.send("GET", f"{MULE}/{task}").body)
    path = last["images"][0].removeprefix("http://127.0.0.1:8321")
    missing = bare.send("GET", path)
    assert missing.status == 404
    assert "has no download of" in json.loads(missing.body)["message"]


def test_the_connection_of_the_recording_is_not_replayed(recorded: Any) -> None:
    response = Replay(recorded).send("POST", MULE, EDIT)

    assert response.headers["Content-Length"] == str(len(response.body))
    assert "Date" not in response.headers
    assert response.headers["X-Wanproof-Step"] == "replay of entry 1"
