"""Synchronous generation and streams at Vtrix, as its public SDK reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from wan_mockserver.clock import ManualClock, RealClock
from wan_mockserver.http.delivery import iter_steps
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.scenarios.lifecycle import Polls, Seconds
from wan_mockserver.simulator.simulator import Simulator

SYNC = "/model/v1/generation/sync"
TASK = "/model/v1/generation/task"
STREAM = {"Accept": "text/event-stream"}
EDIT = {
    "model": "wan25_i2i_preview_intl",
    "input": {"prompt": "x", "images": ["https://example.com/a.jpg"]},
    "parameters": {"size": "768*768", "n": 2},
}

Make = Callable[..., Simulator]
Send = Callable[..., Response]


def read(answer: Response) -> Any:
    return json.loads(answer.body)


def events(answer: Response) -> list[tuple[str, Any]]:
    """The events and their data; a comment has the event ""."""
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    found = []
    frames = answer.body.decode().split("\n\n")
    assert frames.pop() == ""
    for frame in frames:
        if frame == ": keepalive":
            found.append(("", None))
        else:
            event, data = frame.split("\n")
            value = json.loads(data.removeprefix("data: "))
            found.append((event.removeprefix("event: "), value))
    return found


def stream(server: Simulator, task: str, cursor: str = "", key: str = "alice") -> Response:
    headers = {"Authorization": f"Bearer {key}", **STREAM}
    path = f"{TASK}/{task}/stream"
    return server.handle(Request(method="GET", path=path, query=cursor, headers=headers))


def test_a_synchronous_create_returns_the_finished_task(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(2))
    answer = send(server, "POST", SYNC, EDIT, headers={"Accept": "application/json"})
    task = read(answer)

    assert (answer.status, task["status"], task["progress"]) == (200, "completed", 1.0)
    assert len(task["output"][0]["content"]) == 2
    assert read(send(server, "GET", f"{TASK}/{task['id']}")) == task


def test_a_failed_task_is_also_a_200(simulator: Make, send: Send) -> None:
    answer = send(simulator(), "POST", SYNC, {**EDIT, "input": {}})

    assert (answer.status, read(answer)["status"]) == (200, "failed")
    assert read(answer)["error"]["message"]


def test_a_long_task_is_a_time_out_and_can_be_polled(
    simulator: Make, send: Send, clock: ManualClock
) -> None:
    server = simulator(lifecycle=Seconds(300))
    answer = send(server, "POST", SYNC, EDIT)
    body = read(answer)

    assert (answer.status, body.keys()) == (504, {"id", "status", "error"})
    assert (body["status"], body["error"]["code"]) == ("in_progress", "SYNC_TIMEOUT")
    place = f"{TASK}/{body['id']}"
    assert read(send(server, "GET", place))["status"] == "in_progress"
    clock.advance(180)
    assert read(send(server, "GET", place))["status"] == "completed"


def test_a_stream_has_each_output_and_then_the_task(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(2))
    found = events(send(server, "POST", SYNC, EDIT, headers=STREAM))
    task = found[-1][1]

    assert [event for event, _ in found] == ["", "output", "output", "done"]
    content = task["output"][0]["content"]
    assert [data for event, data in found if event == "output"] == [
        {
            "id": task["id"],
            "model": EDIT["model"],
            "status": "in_progress",
            "output": [{"content": [content[number - 1]]}],
            "cursor": number,
        }
        for number in (1, 2)
    ]


@pytest.mark.parametrize(
    ("cursor", "cursors"),
    [("", [1, 2]), ("cursor=1", [2]), ("cursor=2", []), ("cursor=x", [1, 2]), ("cursor=99", [])],
)
def test_a_stream_continues_after_a_cursor(
    simulator: Make, send: Send, cursor: str, cursors: list[int]
) -> None:
    server = simulator(lifecycle=Polls(2))
    made = read(send(server, "POST", "/model/v1/generation", EDIT))
    found = events(stream(server, made["id"], cursor))

    assert [data["cursor"] for event, data in found if event == "output"] == cursors
    assert (found[-1][0], found[-1][1]["status"]) == ("done", "completed")


def test_a_stream_of_a_task_that_fails_or_takes_too_long_ends_with_an_error(
    simulator: Make, send: Send
) -> None:
    failed = events(send(simulator(scenario="moderated"), "POST", SYNC, EDIT, headers=STREAM))
    late = events(send(simulator(scenario="stuck"), "POST", SYNC, EDIT, headers=STREAM))

    assert [event for event, _ in failed] == [event for event, _ in late] == ["", "error"]
    assert failed[1][1].keys() == {"id", "error"}
    assert failed[1][1]["error"]["code"] == "001021095"
    assert late[1][1]["error"]["code"] == "SYNC_TIMEOUT"


def test_a_stream_is_only_for_the_key_of_its_task(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(0))
    made = read(send(server, "POST", "/model/v1/generation", EDIT))

    assert stream(server, made["id"], key="bob").status == 404
    assert stream(server, "nothing").status == 404


def test_comments_keep_a_slow_stream_open(send: Send) -> None:
    server = Simulator(clock=RealClock(), lifecycle=Seconds(90), listener=lambda _: None)
    answer = send(server, "POST", SYNC, EDIT, headers=STREAM)
    waits = [step for step in iter_steps(answer.body, answer.delivery) if isinstance(step, float)]

    assert sum(waits) == pytest.approx(90)
    assert max(waits) <= 10
    assert [event for event, _ in events(answer)].count("") == len(waits)


def test_the_wrapped_form_is_accepted(simulator: Make, send: Send) -> None:
    inner = {"input": EDIT["input"], "parameters": EDIT["parameters"]}
    wrapped = {"model": EDIT["model"], "input": [{"params": inner}]}

    assert read(send(simulator(), "POST", SYNC, wrapped))["status"] == "completed"
