"""What each shape of upstream model makes and reports, typed from the pages of Model Studio."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from wan_mockserver.artefacts.plan import Film, plan
from wan_mockserver.http.messages import Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.service import Mock
from wan_mockserver.simulator.rate_limits import Limits
from wan_mockserver.simulator.simulator import Simulator
from wan_validators import model

VIDEOS = "/api/v1/services/aigc/video-generation/video-synthesis"
FRAMES = "/api/v1/services/aigc/image2video/video-synthesis"
IMAGES = "/api/v1/services/aigc/text2image/image-synthesis"
PAYLOADS = Path(__file__).parents[2] / "fixtures" / "payloads" / "dashscope"
ASYNC = {"X-DashScope-Async": "enable"}
URL = "https://example.com/in.png"
TEXT = {"prompt": "a cat"}
FILM = {"prompt": "a cat", "img_url": URL}
CLIP = {"type": "video", "url": "https://example.com/walk.mp4"}
BETWEEN = {"prompt": "a cat", "first_frame_url": URL, "last_frame_url": URL}

Make = Callable[..., Simulator]
Send = Callable[..., Response]


def payload(name: str, inputs: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return {"model": name, "input": inputs, "parameters": parameters}


def run(send: Send, server: Simulator, path: str, body: Any) -> Any:
    made = send(server, "POST", path, body, headers=ASYNC)
    assert made.status == 200, made.body
    task_id = json.loads(made.body)["output"]["task_id"]
    return json.loads(send(server, "GET", f"/api/v1/tasks/{task_id}").body)


@pytest.mark.parametrize(
    ("path", "body", "usage"),
    [
        (
            VIDEOS,
            payload("wan2.5-t2v-preview", TEXT, size="832*480", duration=10),
            {"video_duration": 10, "video_ratio": "832*480", "video_count": 1},
        ),
        (
            VIDEOS,
            payload("wan2.6-t2v", TEXT, size="1088*832", duration=7),
            {
                "duration": 7.0,
                "size": "1088*832",
                "input_video_duration": 0,
                "output_video_duration": 7,
                "video_count": 1,
                "SR": 720,
            },
        ),
        (
            VIDEOS,
            payload("wan2.2-i2v-flash", FILM),
            {"duration": 5, "SR": 720, "video_count": 1},
        ),
        (
            VIDEOS,
            payload("wan2.6-i2v", FILM, resolution="720P", duration=2),
            {
                "duration": 2,
                "input_video_duration": 0,
                "output_video_duration": 2,
                "video_count": 1,
                "SR": 720,
            },
        ),
        (
            VIDEOS,
            payload("wan2.6-i2v-flash", FILM, audio=False),
            {
                "duration": 5,
                "input_video_duration": 0,
                "output_video_duration": 5,
                "video_count": 1,
                "SR": 1080,
                "audio": False,
            },
        ),
        (
            FRAMES,
            payload("wan2.2-kf2v-flash", BETWEEN, resolution="480P"),
            {"video_duration": 5, "video_count": 1, "SR": 480},
        ),
        (
            FRAMES,
            payload("wan2.1-kf2v-plus", BETWEEN),
            {"video_duration": 5, "video_ratio": "standard", "video_count": 1},
        ),
        (IMAGES, payload("wan2.5-t2i-preview", TEXT, n=3), {"image_count": 3}),
        (
            VIDEOS,
            payload("wan2.7-t2v-2026-06-12", TEXT, ratio="4:3", duration=2),
            {
                "duration": 2,
                "input_video_duration": 0,
                "output_video_duration": 2,
                "video_count": 1,
                "SR": 1080,
                "ratio": "4:3",
            },
        ),
        (
            VIDEOS,
            payload("wan2.7-videoedit", {"media": [CLIP]}, resolution="720P", duration=3),
            {
                "duration": 3,
                "input_video_duration": 0,
                "output_video_duration": 3,
                "video_count": 1,
                "SR": 720,
            },
        ),
    ],
    ids=lambda value: value["model"] if isinstance(value, dict) and "model" in value else "",
)
def test_a_result_reports_what_its_page_shows(
    simulator: Make, send: Send, path: str, body: Any, usage: Any
) -> None:
    done = run(send, simulator(lifecycle=Polls(0)), path, body)

    assert done["output"]["task_status"] == "SUCCEEDED"
    assert done["usage"] == usage
    assert repr(done["usage"].get("duration")) == repr(usage.get("duration"))
    hides = body["model"].startswith(("wan2.6", "wan2.7"))
    shown = done["output"].get("results", [done["output"]])[0]
    assert ("actual_prompt" in shown) is not hides


@pytest.mark.parametrize(
    ("body", "film"),
    [
        (payload("wan2.6-t2v", TEXT), (1920, 1080, 5, 24, True)),
        (payload("wan2.5-t2v-preview", TEXT, size="624*624"), (624, 624, 5, 24, True)),
        (payload("wan2.2-t2v-plus", TEXT, size="480*832"), (480, 832, 5, 30, False)),
        (payload("wanx2.1-t2v-turbo", TEXT), (1280, 720, 5, 30, False)),
        (payload("wanx2.1-i2v-turbo", FILM, duration=3), (1280, 720, 3, 30, False)),
        (payload("wan2.2-kf2v-flash", BETWEEN), (1280, 720, 5, 30, False)),
        (payload("wan2.6-i2v-flash", FILM, duration=15), (1920, 1072, 15, 24, True)),
        (payload("wan2.6-i2v-flash", FILM, audio=False), (1920, 1072, 5, 24, False)),
        (
            payload("wan2.6-i2v-flash", {**FILM, "audio_url": "https://e.com/a.mp3"}, audio=False),
            (1920, 1072, 5, 24, False),
        ),
        (payload("wan2.7-t2v", TEXT, resolution="720P", ratio="4:3"), (1104, 832, 5, 24, True)),
        (payload("wan2.7-t2v", TEXT), (1920, 1080, 5, 24, True)),
        (payload("wan2.7-videoedit", {"media": [CLIP]}), (1920, 1080, 5, 24, True)),
        (payload("wan2.7-videoedit", {"media": [CLIP]}, duration=2), (1920, 1080, 2, 24, True)),
        (payload("wan2.6-r2v", {**TEXT, "reference_urls": [URL]}), (1920, 1080, 5, 24, True)),
    ],
    ids=lambda value: value["model"] if isinstance(value, dict) else "",
)
def test_a_video_has_the_documented_form(body: Any, film: tuple[Any, ...]) -> None:
    [made] = plan(model(f"dashscope/{body['model']}"), body, 1).parts

    assert isinstance(made, Film)
    assert (made.width, made.height, made.seconds, made.fps, made.audio) == film


def test_a_first_frame_has_the_aspect_of_the_video_and_a_last_one_has_not() -> None:
    def picture(name: str) -> str:
        folder = PAYLOADS / "wan2.5-i2v-preview" / "valid"
        url = json.loads((folder / f"{name}.json").read_bytes())["input"]["img_url"]
        assert isinstance(url, str)
        return url

    last = {"type": "last_frame", "url": picture("image-widest")}
    first = {"type": "first_frame", "url": picture("image-tallest")}
    body = payload("wan2.7-i2v", {"media": [first, last]}, resolution="720P")
    [made] = plan(model("dashscope/wan2.7-i2v"), body, 1).parts
    [other] = plan(model("dashscope/wan2.7-r2v"), {**body, "model": "wan2.7-r2v"}, 1).parts

    assert isinstance(made, Film)
    assert made.width < made.height
    assert other == made


@pytest.mark.parametrize("name", ["wan3.0-video", "WAN3.0-video-prime", "wan2.2-s2v"])
def test_a_model_without_a_table_is_named(simulator: Make, send: Send, name: str) -> None:
    answer = send(simulator(), "POST", VIDEOS, payload(name, TEXT), headers=ASYNC)
    body = json.loads(answer.body)

    assert (answer.status, body["code"]) == (404, "ModelNotFound")
    assert f"Alibaba Model Studio has the model {name}, but wanproof does not" in body["message"]


def test_a_model_at_another_path_is_told_so(simulator: Make, send: Send) -> None:
    body = payload("wan2.2-kf2v-flash", BETWEEN)
    answer = send(simulator(), "POST", VIDEOS, body, headers=ASYNC)

    assert (answer.status, json.loads(answer.body)["message"]) == (
        400,
        "url error, please check url!",
    )


def test_a_canceled_task_is_not_billed_and_gives_its_money_back(
    simulator: Make, send: Send
) -> None:
    film = payload("wan2.5-t2v-preview", TEXT, size="832*480", duration=10)  # 0.50 USD
    server = simulator(lifecycle=Polls(9), limits=Limits(balance=Decimal("0.60")))

    def create() -> Response:
        return send(server, "POST", VIDEOS, film, headers=ASYNC)

    first = json.loads(create().body)["output"]["task_id"]
    refused = create()
    assert (refused.status, json.loads(refused.body)["code"]) == (400, "Arrearage")
    for status in (200, 400):
        assert send(server, "POST", f"/api/v1/tasks/{first}/cancel").status == status
    second = json.loads(create().body)["output"]["task_id"]
    assert create().status == 400

    ledger = Mock(server).ledger()
    usd = {charge.task: charge.usd for charge in ledger.entries}
    assert usd == {first: None, second: Decimal("0.50")}


def test_a_task_that_fails_spends_nothing(simulator: Make, send: Send) -> None:
    film = payload("wan2.5-t2v-preview", TEXT, size="832*480", duration=10)
    limits = Limits(balance=Decimal("0.50"))
    server = simulator(lifecycle=Polls(0), limits=limits, scenario="moderated")

    for _ in range(3):
        assert run(send, server, VIDEOS, film)["output"]["task_status"] == "FAILED"
    assert Mock(server).ledger().total_usd == 0
