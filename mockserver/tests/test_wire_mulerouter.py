"""MuleRouter's answers, against values typed from its documents and recorded bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Response
from wan_mockserver.http.server import Server
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.vendors.mulerouter import FAILURES

IMAGES = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
VIDEOS = "/vendors/alibaba/v1/wan2.5-i2v-preview/generation"
EDIT = {"prompt": "A gown of lace", "images": ["https://example.com/image1.jpg"], "n": 2}
MOVE = {
    "prompt": "The cat starts running forward",
    "image": "https://example.com/cat.jpg",
    "resolution": "480P",
    "duration": 5,
    "audio": False,
}

Make = Callable[..., Simulator]
Send = Callable[..., Response]


def read(answer: Response) -> Any:
    return json.loads(answer.body)


def created(send: Send, server: Simulator, path: str = IMAGES, value: Any = EDIT) -> str:
    task_id = read(send(server, "POST", path, value))["task_info"]["id"]
    assert isinstance(task_id, str)
    return task_id


def test_create_answers_202_with_a_pending_task(simulator: Make, send: Send) -> None:
    answer = send(simulator(), "POST", IMAGES, EDIT)
    task_id = read(answer)["task_info"]["id"]
    assert answer.status == 202
    assert answer.headers["Content-Type"] == "application/json"
    assert str(UUID(task_id)) == task_id
    assert read(answer) == {
        "task_info": {
            "id": task_id,
            "status": "pending",
            "created_at": "2024-03-09T16:00:00Z",
            "updated_at": "2024-03-09T16:00:00Z",
        }
    }


def test_polls_show_the_states_and_at_last_the_images(
    simulator: Make, send: Send, clock: ManualClock
) -> None:
    server = simulator(lifecycle=Polls(2))
    task_id = created(send, server)
    answers = []
    for _ in range(4):
        clock.advance(20)
        answers.append(send(server, "GET", f"{IMAGES}/{task_id}"))

    def info(status: str, updated_at: str) -> dict[str, str]:
        return {
            "id": task_id,
            "status": status,
            "created_at": "2024-03-09T16:00:00Z",
            "updated_at": updated_at,
        }

    urls = read(answers[3])["images"]
    files = f"http://mock.example.com:8321/files/{task_id}"
    assert len({*urls}) == 2
    assert all(re.fullmatch(rf"{files}/[\w-]+\.png", url) for url in urls)
    done = {"task_info": info("completed", "2024-03-09T16:01:00Z"), "images": urls}
    assert [answer.status for answer in answers] == [200] * 4
    assert [read(answer) for answer in answers] == [
        {"task_info": info("pending", "2024-03-09T16:00:00Z")},
        {"task_info": info("processing", "2024-03-09T16:00:40Z")},
        done,
        done,
    ]


@pytest.mark.parametrize(
    ("path", "value", "name"), [(IMAGES, EDIT, "images"), (VIDEOS, MOVE, "videos")]
)
def test_a_task_without_results_has_an_empty_list(
    simulator: Make, send: Send, path: str, value: Any, name: str
) -> None:
    server = simulator(lifecycle=Polls(0), scenario="empty-results")
    body = read(send(server, "GET", f"{path}/{created(send, server, path, value)}"))
    assert (body["task_info"]["status"], body[name]) == ("completed", [])


def test_a_video_comes_as_one_plain_url(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(0))
    task_id = created(send, server, VIDEOS, MOVE)
    body = read(send(server, "GET", f"{VIDEOS}/{task_id}"))
    assert set(body) == {"task_info", "videos"}
    [url] = body["videos"]
    assert re.fullmatch(rf"http://mock\.example\.com:8321/files/{task_id}/[\w-]+\.mp4", url)


def test_a_broken_rule_is_refused_with_a_body_that_every_known_client_reads(
    simulator: Make, send: Send
) -> None:
    answer = send(simulator(), "POST", IMAGES, {**EDIT, "n": 9})
    body = read(answer)
    task_id = body["task_info"]["id"]
    assert answer.status == 400
    assert answer.headers["X-Wanproof-Findings"] == "1"
    assert body == {
        "status": 400,
        "title": "Invalid Request",
        "detail": "/n: n must be an integer from 1 to 4",
        "instance": IMAGES,
        "error_code": 2001,
        "task_info": {
            "id": task_id,
            "status": "failed",
            "created_at": "2024-03-09T16:00:00Z",
            "updated_at": "2024-03-09T16:00:00Z",
            "error": {
                "code": 2001,
                "title": "Invalid Request",
                "detail": "/n: n must be an integer from 1 to 4",
            },
        },
    }


def test_a_refused_payload_leaves_no_task(simulator: Make, send: Send) -> None:
    server = simulator()
    refused = read(send(server, "POST", IMAGES, {**EDIT, "n": 9}))
    answer = send(server, "GET", f"{IMAGES}/{refused['task_info']['id']}")
    assert answer.status == 404


def test_a_bad_choice_is_told_the_good_ones(simulator: Make, send: Send) -> None:
    body = read(send(simulator(), "POST", VIDEOS, {**MOVE, "resolution": "4K"}))
    assert body["detail"] == '/resolution: resolution must be "480P", "720P" or "1080P"'


def test_a_broken_rule_can_be_told_late_in_a_failed_task(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(1), reject_at_create=())
    answer = send(server, "POST", IMAGES, {**EDIT, "n": 9})
    task_id = read(answer)["task_info"]["id"]
    assert (answer.status, read(answer)["task_info"]["status"]) == (202, "pending")
    assert read(send(server, "GET", f"{IMAGES}/{task_id}"))["task_info"]["status"] == "pending"
    assert read(send(server, "GET", f"{IMAGES}/{task_id}")) == {
        "task_info": {
            "id": task_id,
            "status": "failed",
            "created_at": "2024-03-09T16:00:00Z",
            "updated_at": "2024-03-09T16:00:00Z",
            "error": {
                "code": 2001,
                "title": "Invalid Request",
                "detail": "/n: n must be an integer from 1 to 4",
            },
        }
    }


@pytest.mark.parametrize(
    ("authorization", "title"),
    [
        ("", "Missing Authorization header. Please provide 'Authorization: Bearer <api_key>'"),
        ("alice", "Invalid Authorization header format"),
        ("Basic alice", "Invalid Authorization header format"),
        ("Bearer", "Invalid API Key format"),
        ("Bearer  ", "Invalid API Key format"),
        ("Bearer a b", "Invalid API Key format"),
        ("Bearer \x7f", "Invalid API Key format"),
        ("Bearer clé", "Invalid API Key format"),
    ],
)
def test_the_three_forms_of_401(
    simulator: Make, send: Send, authorization: str, title: str
) -> None:
    answer = send(simulator(), "POST", IMAGES, EDIT, headers={"Authorization": authorization})
    body = read(answer)
    assert answer.status == 401
    assert re.fullmatch(r"None \(request_id: [0-9a-f-]{36}\)", body.pop("detail"))
    assert body == {"status": 401, "title": title, "instance": IMAGES, "error_code": 0}


def test_an_unknown_task_is_named(simulator: Make, send: Send) -> None:
    answer = send(simulator(), "GET", f"{IMAGES}/3c90c3cc")
    assert (answer.status, read(answer)) == (
        404,
        {
            "status": 404,
            "title": "Not Found",
            "detail": "Task with ID 3c90c3cc does not exist",
            "instance": f"{IMAGES}/3c90c3cc",
            "error_code": 0,
        },
    )


def test_a_task_is_found_only_below_its_own_model(simulator: Make, send: Send) -> None:
    server = simulator()
    task_id = created(send, server)
    assert send(server, "GET", f"{VIDEOS}/{task_id}").status == 404
    assert send(server, "GET", f"{IMAGES}/{task_id}").status == 200


def test_an_unknown_path_and_an_unknown_model_are_404(simulator: Make, send: Send) -> None:
    route = send(simulator(), "POST", "/vendors/alibaba/v1/wan2.5-i2i-preview/generations", EDIT)
    model = send(simulator(), "POST", "/vendors/alibaba/v1/wan26_i2i/generation", EDIT)
    assert (route.status, read(route)["title"]) == (404, "Not Found")
    meant = "did you mean /vendors/alibaba/v1/wan2.5-i2i-preview/generation?"
    assert read(route)["detail"].endswith(meant)
    assert (model.status, read(model)["title"]) == (404, "Not Found")
    assert "wan2.5-i2i-preview" in read(model)["detail"]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b""),
        ({}, b"{"),
        ({}, b"[]"),
        ({}, b'{"n": NaN}'),
        ({"Content-Type": "text/plain"}, b"{}"),
        ({}, None),
    ],
)
def test_bodies_that_are_no_payload_are_400_with_a_string_detail(
    simulator: Make, send: Send, headers: dict[str, str], body: bytes | None
) -> None:
    answer = send(simulator(), "POST", IMAGES, headers=headers, body=body)
    problem = read(answer)
    assert (answer.status, problem["status"], problem["title"]) == (400, 400, "Bad Request")
    assert isinstance(problem["detail"], str)
    assert problem["detail"]


def test_an_empty_body_is_told_what_was_expected(simulator: Make, send: Send) -> None:
    answer = send(simulator(), "POST", IMAGES, body=b"")
    assert "expected to be provided" in read(answer)["detail"]


def test_every_answer_has_a_traceparent(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(0))
    task_id = created(send, server)
    answers = [
        send(server, "POST", IMAGES, EDIT),
        send(server, "GET", f"{IMAGES}/{task_id}"),
        send(server, "GET", f"/files/{task_id}/1.png"),
        send(server, "GET", "/nowhere"),
        send(server, "POST", IMAGES, body=b"{"),
        send(server, "DELETE", IMAGES),
    ]
    traces = [answer.headers["Traceparent"] for answer in answers]
    assert all(re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", trace) for trace in traces)
    assert len(set(traces)) == len(traces)


def test_a_doubled_slash_is_tolerated(simulator: Make, send: Send) -> None:
    server = simulator()
    answer = send(server, "POST", "/" + IMAGES, EDIT)
    task_id = read(answer)["task_info"]["id"]
    assert answer.status == 202
    assert send(server, "GET", f"{IMAGES.replace('/', '//')}//{task_id}").status == 200


@pytest.mark.parametrize(
    ("path", "payload", "member", "signature"),
    [
        (IMAGES, EDIT, "images", b"\x89PNG\r\n\x1a\n"),
        (VIDEOS, MOVE, "videos", b"\x00\x00"),
    ],
)
def test_a_task_from_create_to_download_over_a_socket(
    serve: Callable[..., Server], path: str, payload: Any, member: str, signature: bytes
) -> None:
    server, key = serve(lifecycle=Polls(1)), {"Authorization": "Bearer alice"}
    with httpx.Client(base_url=server.url, headers=key, timeout=60) as http:
        task = http.post(path, json=payload)
        assert task.status_code == 202
        place = f"{path}/{task.json()['task_info']['id']}"
        states = [http.get(place).json()["task_info"]["status"] for _ in range(2)]
        assert states == ["pending", "completed"]

        url = http.get(place).json()[member][0]
        whole = http.get(url)
        head = http.head(url)
        part = http.get(url, headers={"Range": "bytes=-100"})
    assert whole.status_code == head.status_code == 200
    assert whole.content.startswith(signature)
    assert len(whole.content) == int(head.headers["Content-Length"])
    assert head.content == b""
    assert whole.headers["Content-Type"] == head.headers["Content-Type"]
    assert (part.status_code, part.content) == (206, whole.content[-100:])


def test_a_doubled_slash_is_tolerated_over_a_socket(serve: Callable[..., Server]) -> None:
    # So clients join a base URL that ends in a slash.
    url, key = f"{serve().url}/{IMAGES}", {"Authorization": "Bearer alice"}
    task = httpx.post(url, json=EDIT, headers=key)
    poll = httpx.get(f"{url}/{task.json()['task_info']['id']}", headers=key)
    assert (task.status_code, poll.status_code) == (202, 200)


@pytest.mark.parametrize("code", FAILURES)
def test_the_detail_of_a_failed_task_is_a_sentence_and_not_its_title(
    simulator: Make, send: Send, code: str
) -> None:
    server = simulator(lifecycle=Polls(0), scenario=f"fail-{code}")
    task = read(send(server, "POST", IMAGES, EDIT))["task_info"]["id"]
    error = read(send(server, "GET", f"{IMAGES}/{task}"))["task_info"]["error"]
    assert error["code"] == int(code)
    assert error["detail"] != error["title"]
    assert len(error["detail"].split()) > 3


@pytest.mark.parametrize("scenario", ["not-found-yet", "poll-404", "forgotten"])
def test_a_404_that_a_scenario_causes_names_the_task(
    simulator: Make, send: Send, scenario: str
) -> None:
    server = simulator(scenario=scenario)
    task = read(send(server, "POST", IMAGES, EDIT))["task_info"]["id"]
    answers = [send(server, "GET", f"{IMAGES}/{task}") for _ in range(3)]
    details = [read(answer)["detail"] for answer in answers if answer.status == 404]
    assert details
    assert set(details) == {f"Task with ID {task} does not exist"}
