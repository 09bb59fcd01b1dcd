"""Captures of Model Studio, whose create path is that of several models, are replayed."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from wan_mockserver.captures.exchange import CapturedExchange
from wan_mockserver.captures.replay import CaptureReplay
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator

VIDEOS = "/api/v1/services/aigc/video-generation/video-synthesis"
FRAMES = "/api/v1/services/aigc/image2video/video-synthesis"
URL = "https://example.com/a.png"
SMALL = {"resolution": "480P"}
TEXT = {"model": "wan2.5-t2v-preview", "input": {"prompt": "a"}, "parameters": {"size": "624*624"}}
FILM = {"model": "wan2.2-i2v-plus", "input": {"img_url": URL}, "parameters": SMALL}
FRAME = {"model": "wan2.2-kf2v-flash", "input": {"first_frame_url": URL}, "parameters": SMALL}
CALLS = [
    (VIDEOS, TEXT, "video_ratio"),
    (VIDEOS, FILM, "duration"),
    (FRAMES, FRAME, "video_duration"),
]


def build_request(method: str, path: str, value: Any = None) -> Request:
    return Request(
        method=method,
        path=path,
        headers={
            "Authorization": "Bearer alice",
            "Content-Type": "application/json",
            "X-DashScope-Async": "enable",
        },
        body=b"" if value is None else json.dumps(value).encode(),
        base_url="https://dashscope.example.com",
    )


@pytest.fixture(scope="module")
def recorded() -> list[CapturedExchange]:
    mock = Mock(Simulator(seed=3, lifecycle=Polls(0)))
    found: list[CapturedExchange] = []

    def send(request: Request) -> Response:
        response = mock.handle(request)
        place = f"entry {len(found) + 1}"
        found.append(
            CapturedExchange(request=request, response=response, at=1.7e9 + len(found), place=place)
        )
        return response

    for path, payload, _ in CALLS:
        made = json.loads(send(build_request("POST", path, payload)).body)
        done = send(build_request("GET", f"/api/v1/tasks/{made['output']['task_id']}"))
        url = json.loads(done.body)["output"]["video_url"]
        send(build_request("GET", "/files/" + url.partition("/files/")[2]))
    return found


@pytest.mark.parametrize(("path", "payload", "member"), CALLS)
def test_each_call_gets_the_task_of_its_model(
    recorded: list[CapturedExchange], path: str, payload: Any, member: str
) -> None:
    mock = Mock(Simulator(seed=1, clock=ManualClock(1.8e9)))
    replay = CaptureReplay(recorded, mock, random=Random(5), log=lambda _: None)

    made = json.loads(replay.handle(build_request("POST", path, payload)).body)
    task = made["output"]["task_id"]
    done = json.loads(replay.handle(build_request("GET", f"/api/v1/tasks/{task}")).body)
    place = "/files/" + done["output"]["video_url"].partition("/files/")[2]

    assert done["output"]["task_id"] == task
    assert done["output"]["task_status"] == "SUCCEEDED"
    assert member in done["usage"]
    assert replay.handle(build_request("GET", place)).body[4:8] == b"ftyp"
