"""Model Studio's answers, against values typed from its public pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.service import Mock
from wan_mockserver.simulator.rate_limits import Limits
from wan_mockserver.simulator.simulator import Simulator

API = "/api/v1"
IMAGES = f"{API}/services/aigc/image2image/image-synthesis"
VIDEOS = f"{API}/services/aigc/video-generation/video-synthesis"
ASYNC = {"X-DashScope-Async": "enable"}
EDIT = {
    "model": "wan2.5-i2i-preview",
    "input": {"prompt": "make it night", "images": ["https://example.com/in.png"]},
    "parameters": {"size": "1280*1280", "n": 2},
}
FILM = {
    "model": "wan2.5-i2v-preview",
    "input": {"prompt": "the cat runs", "img_url": "https://example.com/in.png"},
    "parameters": {"resolution": "480P", "duration": 10, "prompt_extend": False},
}
TIMES = {"submit_time": "2024-03-10 00:00:00.000", "scheduled_time": "2024-03-10 00:00:00.000"}

Make = Callable[..., Simulator]
Send = Callable[..., Response]


def read(answer: Response) -> Any:
    return json.loads(answer.body)


def create(send: Send, server: Simulator, value: Any, path: str = IMAGES) -> str:
    answer = send(server, "POST", path, value, headers=ASYNC)
    assert answer.status == 200, answer.body
    task_id = read(answer)["output"]["task_id"]
    assert isinstance(task_id, str)
    return task_id


def poll(send: Send, server: Simulator, task_id: str, **more: Any) -> Any:
    answer = send(server, "GET", f"{API}/tasks/{task_id}", **more)
    assert answer.status == 200, answer.body
    body = read(answer)
    assert str(UUID(body["request_id"])) == body["request_id"]
    return body


def refused(answer: Response) -> tuple[int, str, str]:
    body = read(answer)
    assert body.keys() == {"request_id", "code", "message"}
    return answer.status, body["code"], body["message"]


def test_create_answers_with_a_pending_task(simulator: Make, send: Send) -> None:
    body = read(send(simulator(), "POST", IMAGES, EDIT, headers=ASYNC))
    task_id = body["output"]["task_id"]

    assert str(UUID(task_id)) == task_id
    assert body == {
        "output": {"task_status": "PENDING", "task_id": task_id},
        "request_id": body["request_id"],
    }


def test_polls_of_images_have_times_metrics_and_at_last_results(
    simulator: Make, send: Send, clock: ManualClock
) -> None:
    server = simulator(lifecycle=Polls(2))
    task_id = create(send, server, EDIT)
    seen = []
    for _ in range(3):
        clock.advance(10.5)
        seen.append(poll(send, server, task_id))
    urls = [result["url"] for result in seen[2]["output"]["results"]]
    prompts = {"orig_prompt": "make it night", "actual_prompt": "make it night"}

    assert len(set(urls)) == 2
    assert [each["output"] for each in seen] == [
        {"task_id": task_id, "task_status": "PENDING"},
        {
            "task_id": task_id,
            "task_status": "RUNNING",
            **TIMES,
            "task_metrics": {"TOTAL": 2, "SUCCEEDED": 0, "FAILED": 0},
        },
        {
            "task_id": task_id,
            "task_status": "SUCCEEDED",
            **TIMES,
            "end_time": "2024-03-10 00:00:31.500",
            "results": [{**prompts, "url": url} for url in urls],
            "task_metrics": {"TOTAL": 2, "SUCCEEDED": 2, "FAILED": 0},
        },
    ]
    assert [each.get("usage") for each in seen] == [None, None, {"image_count": 2}]
    path = urls[0].removeprefix("http://mock.example.com:8321")
    assert send(server, "GET", path).body.startswith(b"\x89PNG")


def test_a_video_has_one_url_and_its_seconds(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(0))
    body = poll(send, server, create(send, server, FILM, VIDEOS))

    assert body["output"].keys() == {
        *("task_id", "task_status", "submit_time", "scheduled_time", "end_time"),
        *("orig_prompt", "video_url"),
    }
    assert body["output"]["orig_prompt"] == "the cat runs"
    assert body["usage"] == {"duration": 10, "SR": 480, "video_count": 1}
    path = body["output"]["video_url"].removeprefix("http://mock.example.com:8321")
    assert send(server, "GET", path).body[4:8] == b"ftyp"


def test_some_of_several_images_can_fail(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(0), scenario="partial")
    body = poll(send, server, create(send, server, EDIT))
    made, lost = body["output"]["results"]

    assert body["output"]["task_status"] == "SUCCEEDED"
    assert "url" in made
    assert lost.keys() == {"code", "message"}
    assert body["output"]["task_metrics"] == {"TOTAL": 2, "SUCCEEDED": 1, "FAILED": 1}
    assert body["usage"] == {"image_count": 1}


@pytest.mark.parametrize(
    ("path", "payload", "message"),
    [
        (VIDEOS, {**FILM, "input": {}}, "Field required: input.img_url"),
        (IMAGES, {"model": EDIT["model"]}, "Field required: input"),
        (
            IMAGES,
            {**EDIT, "parameters": {"n": 9}},
            "parameters.n: n must be an integer from 1 to 4",
        ),
    ],
)
def test_a_broken_rule_fails_the_task(
    simulator: Make, send: Send, path: str, payload: Any, message: str
) -> None:
    server = simulator(lifecycle=Polls(0))
    body = poll(send, server, create(send, server, payload, path))

    assert body["output"]["task_status"] == "FAILED"
    assert body["output"]["code"] == "InvalidParameter"
    assert body["output"]["message"] == message
    assert "usage" not in body


def test_a_broken_rule_can_be_rejected_at_create(simulator: Make, send: Send) -> None:
    server = simulator(reject_at_create=["dashscope"])
    answer = send(server, "POST", VIDEOS, {**FILM, "input": {}}, headers=ASYNC)

    assert refused(answer) == (400, "InvalidParameter", "Field required: input.img_url")


def test_key_model_path_and_header_are_checked_at_create(simulator: Make, send: Send) -> None:
    server = simulator()

    def post(path: str, value: Any, **more: Any) -> tuple[int, str, str]:
        return refused(send(server, "POST", path, value, **more))

    assert post(IMAGES, EDIT) == (
        403,
        "AccessDenied",
        "current user api does not support synchronous calls.",
    )
    wrong = (400, "InvalidParameter", "url error, please check url!")
    assert post(VIDEOS, EDIT, headers=ASYNC) == wrong
    unknown = {**EDIT, "model": "wan9"}
    assert post(IMAGES, unknown, headers=ASYNC) == (400, "InvalidParameter", "Model not exist.")
    keyless = {**ASYNC, "Authorization": ""}
    assert post(IMAGES, EDIT, headers=keyless) == (
        401,
        "InvalidApiKey",
        "No API-key provided.",
    )


def test_an_unknown_task_and_one_of_another_key_are_unknown(simulator: Make, send: Send) -> None:
    server = simulator()
    task_id = create(send, server, EDIT)

    for wanted, key in (("nothing", "alice"), (task_id, "bob")):
        body = poll(send, server, wanted, key=key)
        assert body["output"] == {"task_id": wanted, "task_status": "UNKNOWN"}


def test_a_task_is_unknown_after_24_hours(simulator: Make, send: Send, clock: ManualClock) -> None:
    server = simulator()
    task_id = create(send, server, EDIT)
    clock.advance(24 * 3600 + 1)

    assert poll(send, server, task_id)["output"]["task_status"] == "UNKNOWN"


def test_a_pending_task_can_be_canceled_once(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(2))
    task_id = create(send, server, EDIT)
    place = f"{API}/tasks/{task_id}/cancel"
    late = (
        400,
        "UnsupportedOperation",
        "Failed to cancel the task, please confirm if the task is in PENDING status.",
    )

    assert refused(send(server, "POST", place, key="bob")) == late
    canceled = send(server, "POST", place)
    assert (canceled.status, read(canceled).keys()) == (200, {"request_id"})
    assert refused(send(server, "POST", f"{place}/", {"input": ""})) == late
    assert poll(send, server, task_id)["output"]["task_status"] == "CANCELED"


def test_a_running_task_cannot_be_canceled(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(2))
    task_id = create(send, server, EDIT)
    for _ in range(2):
        poll(send, server, task_id)

    assert send(server, "POST", f"{API}/tasks/{task_id}/cancel").status == 400
    assert poll(send, server, task_id)["output"]["task_status"] == "SUCCEEDED"


def test_tasks_are_listed_by_pages(simulator: Make, send: Send, clock: ManualClock) -> None:
    server = simulator(lifecycle=Polls(0))
    tasks = []
    for payload, path in ((EDIT, IMAGES), (FILM, VIDEOS), (EDIT, IMAGES)):
        tasks.append(create(send, server, payload, path))
        clock.advance(1)
    poll(send, server, tasks[0])

    def ask(query: str, key: str = "alice") -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        asked = Request(method="GET", path=f"{API}/tasks", query=query, headers=headers)
        return read(server.handle(asked))

    def ids(query: str) -> list[str]:
        return [each["task_id"] for each in ask(query)["data"]]

    body = ask("page_no=1&page_size=2")
    assert {name: body[name] for name in body.keys() - {"data", "request_id"}} == {
        "total": 3,
        "total_page": 2,
        "page_no": 1,
        "page_size": 2,
    }
    assert ids("page_no=1&page_size=2") == [tasks[2], tasks[1]]
    assert ids("page_no=2&page_size=2") == [tasks[0]]
    assert ids("model_name=wan2.5-i2v-preview") == [tasks[1]]
    assert ids("status=SUCCEEDED") == [tasks[0]]
    assert ids(f"task_id={tasks[1]}&page_size=x") == [tasks[1]]
    assert ask("", key="bob")["data"] == []
    assert read(send(server, "GET", "/tasks/"))["total"] == 3


def test_polls_lists_and_cancels_share_one_limit(simulator: Make, send: Send) -> None:
    server = simulator(limits=Limits(polls_per_second=2))
    task_id = create(send, server, EDIT)
    poll(send, server, task_id)
    send(server, "GET", f"{API}/tasks")

    assert refused(send(server, "POST", f"{API}/tasks/{task_id}/cancel")) == (
        429,
        "Throttling.RateQuota",
        "Requests rate limit exceeded, try again later.",
    )


@pytest.mark.parametrize("prefix", ["", "/api/v1", "//api/v1"])
@pytest.mark.parametrize("end", ["", "/"])
def test_a_base_url_may_lack_its_path(simulator: Make, send: Send, prefix: str, end: str) -> None:
    server = simulator()
    path = IMAGES.removeprefix(API)
    task_id = create(send, server, EDIT, f"{prefix}{path}{end}")

    answer = send(server, "GET", f"{prefix}/tasks/{task_id}{end}")
    assert read(answer)["output"]["task_status"] == "PENDING"


def test_one_name_is_a_model_of_two_vendors(clock: ManualClock) -> None:
    """The path decides, and what the mock keeps has the name with its vendor."""
    mock = Mock(Simulator(seed=7, clock=clock, listener=lambda _: None))
    headers = {"Authorization": "Bearer alice", "Content-Type": "application/json", **ASYNC}

    def ask(method: str, path: str, value: Any = None, query: str = "") -> Response:
        body = b"" if value is None else json.dumps(value).encode()
        made = Request(method=method, path=path, query=query, headers=headers, body=body)
        return mock.handle(made)

    flat = {"prompt": "make it night", "images": ["https://example.com/in.png"], "n": 1}
    path = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
    other = "dashscope/wan2.5-i2i-preview"

    assert [ask("POST", IMAGES, EDIT).status, ask("POST", path, flat).status] == [200, 202]
    assert ask("POST", path, EDIT).status == 400
    assert [task.model for task in mock.tasks()] == [other, "wan2.5-i2i-preview"]
    assert [charge.model for charge in mock.ledger().entries] == [other, "wan2.5-i2i-preview"]
    for kind in ("requests", "tasks"):
        listed = json.loads(ask("GET", f"/_wanproof/{kind}", query=f"model={other}").body)
        assert [each["model"] for each in listed[kind]] == [other]
        query = "model=mulerouter/wan2.5-i2i-preview"
        listed = json.loads(ask("GET", f"/_wanproof/{kind}", query=query).body)
        assert {each["model"] for each in listed[kind]} == {"wan2.5-i2i-preview"}
    assert b"dashscope/wan2.5-i2i-preview" in ask("GET", "/_wanproof/").body


@pytest.mark.parametrize(
    ("payload", "path", "absent"),
    [
        (EDIT, IMAGES, {"code": "", "message": "", "results": []}),
        (FILM, VIDEOS, {"code": "", "message": "", "video_url": ""}),
    ],
)
def test_optional_members_can_be_empty(
    simulator: Make, send: Send, payload: Any, path: str, absent: Any
) -> None:
    server = simulator(scenario="empty-members")
    body = poll(send, server, create(send, server, payload, path))

    assert body["usage"] == {}
    assert {name: body["output"][name] for name in absent} == absent
