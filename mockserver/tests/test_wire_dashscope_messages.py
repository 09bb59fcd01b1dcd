"""Model Studio's models of messages: tasks, synchronous calls and streams, typed by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from wan_mockserver.clock import ManualClock, RealClock
from wan_mockserver.http.delivery import Cut, WireEvent, iter_steps
from wan_mockserver.http.messages import Response
from wan_mockserver.scenarios.lifecycle import Polls, Seconds
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.journal import list_entries
from wan_mockserver.state.tasks import TASKS

AIGC = "/api/v1/services/aigc"
TASKS_PATH = f"{AIGC}/image-generation/generation"
SYNC = f"{AIGC}/multimodal-generation/generation"
ASYNC = {"X-DashScope-Async": "enable"}
STREAM = {"X-DashScope-SSE": "enable"}
PNG = "https://example.com/in.png"

Make = Callable[..., Simulator]
Send = Callable[..., Response]


def ask(model: str, *content: dict[str, str], **parameters: Any) -> dict[str, Any]:
    message = {"role": "user", "content": list(content)}
    return {"model": model, "input": {"messages": [message]}, "parameters": parameters}


DRAW = ask("wan2.6-t2i", {"text": "a flower shop"}, n=2, size="960*1696")
EDIT = ask("wan2.6-image", {"text": "at night"}, {"image": PNG}, n=2, size="2K")
STORY = ask("wan2.6-image", {"text": "a story"}, enable_interleave=True, max_images=5, seed=3)
ZERO = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}


def read(answer: Response) -> Any:
    return json.loads(answer.body)


def run(send: Send, server: Simulator, payload: Any) -> Any:
    made = send(server, "POST", TASKS_PATH, payload, headers=ASYNC)
    assert made.status == 200, made.body
    return read(send(server, "GET", f"/api/v1/tasks/{read(made)['output']['task_id']}"))


def events(answer: Response) -> list[tuple[str, int, Any]]:
    """The event, the HTTP status and the data of each frame; their ids count from 1."""
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    found = []
    frames = answer.body.decode().split("\n\n")
    assert frames.pop() == ""
    for number, frame in enumerate(frames, start=1):
        place, event, status, data = frame.split("\n")
        assert place == f"id:{number}"
        found.append(
            (
                event.removeprefix("event:"),
                int(status.removeprefix(":HTTP_STATUS/")),
                json.loads(data.removeprefix("data:")),
            )
        )
    return found


def choice(url: str, reason: str = "stop") -> dict[str, Any]:
    content = [{"type": "image", "image": url}]
    return {"finish_reason": reason, "message": {"role": "assistant", "content": content}}


def urls(body: Any) -> list[str]:
    contents = [each["message"]["content"] for each in body["output"]["choices"]]
    return [part["image"] for content in contents for part in content if part["type"] == "image"]


def test_a_task_has_one_choice_for_each_image(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(0))
    body = run(send, server, EDIT)
    output = body["output"]
    made = urls(body)

    assert output.keys() == {
        *("task_id", "task_status", "submit_time", "scheduled_time", "end_time"),
        *("finished", "choices"),
    }
    assert (output["task_status"], output["finished"]) == ("SUCCEEDED", True)
    assert output["choices"] == [choice(url) for url in made]
    assert len(set(made)) == 2
    assert body["usage"] == {"image_count": 2, "size": "2048*2048", **ZERO}
    file = send(server, "GET", made[0].removeprefix("http://mock.example.com:8321"))
    assert file.body.startswith(b"\x89PNG")


def test_interleaved_output_is_one_choice_and_has_tokens(simulator: Make, send: Send) -> None:
    body = run(send, simulator(lifecycle=Polls(0)), STORY)
    [made] = body["output"]["choices"]
    kinds = [part["type"] for part in made["message"]["content"]]
    usage = body["usage"]

    assert kinds == ["text", "image"] * usage["image_count"]
    assert usage["size"] == "1280*1280"
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"] > 0


def test_a_failed_task_has_its_code_in_output(simulator: Make, send: Send) -> None:
    body = run(send, simulator(lifecycle=Polls(0)), {**DRAW, "input": {}})

    assert body["output"].items() >= {
        ("task_status", "FAILED"),
        ("code", "InvalidParameter"),
        ("message", "Field required: input.messages"),
    }
    assert body["output"]["task_metrics"] == {"TOTAL": 2, "SUCCEEDED": 0, "FAILED": 2}
    assert "usage" not in body


def test_some_of_several_images_can_fail(simulator: Make, send: Send) -> None:
    body = run(send, simulator(lifecycle=Polls(0), scenario="partial"), DRAW)

    assert len(urls(body)) == body["usage"]["image_count"] == 1


def test_a_synchronous_call_returns_the_results(simulator: Make, send: Send) -> None:
    body = read(send(simulator(), "POST", SYNC, DRAW))

    assert body.keys() == {"output", "usage", "request_id"}
    made = urls(body)
    assert body["output"] == {"finished": True, "choices": [choice(url) for url in made]}
    assert body["usage"] == {"image_count": 2, "size": "960*1696", **ZERO}


def test_a_stream_has_one_part_in_each_frame_and_a_growing_usage(
    simulator: Make, send: Send
) -> None:
    first, last = events(send(simulator(), "POST", SYNC, DRAW, headers=STREAM))

    [one], [two] = urls(first[2]), urls(last[2])
    assert first[:2] == last[:2] == ("result", 200)
    assert first[2]["output"] == {"choices": [choice(one, "null")], "finished": False}
    assert last[2]["output"] == {"choices": [choice(two)], "finished": True}
    assert [each[2]["usage"]["image_count"] for each in (first, last)] == [1, 2]


def test_texts_of_a_stream_come_in_pieces(simulator: Make, send: Send) -> None:
    seen = [data for _, _, data in events(send(simulator(), "POST", SYNC, STORY, headers=STREAM))]
    whole = run(send, simulator(lifecycle=Polls(0)), STORY)["output"]["choices"][0]

    parts = [each["output"]["choices"][0]["message"]["content"] for each in seen]
    assert all(len(part) == 1 for part in parts)
    text = "".join(part[0].get("text", "") for part in parts)
    wanted = "".join(part.get("text", "") for part in whole["message"]["content"])
    assert text == wanted
    assert seen[0]["usage"]["size"] == "0*0"
    assert seen[0]["usage"]["image_count"] == 0
    tokens = [each["usage"]["total_tokens"] for each in seen]
    assert tokens == sorted(tokens)


@pytest.mark.parametrize("headers", [{}, STREAM])
def test_a_broken_rule_is_an_http_error(simulator: Make, send: Send, headers: Any) -> None:
    wrong = {**DRAW, "parameters": {"n": 9}}
    answer = send(simulator(), "POST", SYNC, wrong, headers=headers)

    assert answer.status == 400
    assert read(answer).keys() == {"request_id", "code", "message"}
    assert read(answer)["code"] == "InvalidParameter"
    assert read(answer)["message"] == "parameters.n: n must be an integer from 1 to 4"


def test_a_refused_result_is_an_error_of_the_stream(simulator: Make, send: Send) -> None:
    server = simulator(scenario="moderated")
    answer = send(server, "POST", SYNC, DRAW)
    [(event, status, data)] = events(send(server, "POST", SYNC, DRAW, headers=STREAM))

    assert (answer.status, read(answer)["code"]) == (400, "DataInspectionFailed")
    assert (event, status, data["code"]) == ("error", 400, "DataInspectionFailed")


def test_an_internal_error_is_a_500(simulator: Make, send: Send) -> None:
    server = simulator(scenario="fail-internal-error")
    answer = send(server, "POST", SYNC, DRAW)

    assert (answer.status, read(answer)["code"]) == (500, "InternalError")


@pytest.mark.parametrize(
    ("path", "headers", "word"),
    [
        (SYNC, ASYNC, "asynchronous"),
        (SYNC, {**ASYNC, **STREAM}, "asynchronous"),
        (TASKS_PATH, {}, "synchronous"),
        (TASKS_PATH, STREAM, "synchronous"),
    ],
)
def test_each_path_has_its_way_to_call(
    simulator: Make, send: Send, path: str, headers: Any, word: str
) -> None:
    answer = send(simulator(), "POST", path, DRAW, headers=headers)

    assert answer.status == 403
    assert read(answer)["code"] == "AccessDenied"
    assert read(answer)["message"] == f"current user api does not support {word} calls."


def test_a_model_of_another_path_cannot_be_called_synchronously(
    simulator: Make, send: Send
) -> None:
    other = {"model": "wan2.5-i2i-preview", "input": {"prompt": "a", "images": [PNG]}}
    answer = send(simulator(), "POST", SYNC, other)

    assert (answer.status, read(answer)["message"]) == (400, "url error, please check url!")


def test_interleaved_output_must_be_streamed(simulator: Make, send: Send) -> None:
    server = simulator()
    answer = send(server, "POST", SYNC, STORY)

    assert (answer.status, read(answer)["code"]) == (400, "InvalidParameter")
    assert "X-DashScope-SSE: enable" in read(answer)["message"]
    assert server.store.values(TASKS) == []


def test_a_call_moves_a_clock_that_is_not_real(
    simulator: Make, send: Send, clock: ManualClock
) -> None:
    server, before = simulator(lifecycle=Seconds(90)), clock.now()
    plain = send(server, "POST", SYNC, DRAW)
    stream = send(server, "POST", SYNC, DRAW, headers=STREAM)

    assert clock.now() - before == 180
    assert plain.delivery.is_plain
    assert stream.delivery.is_plain


def test_a_task_without_an_end_is_a_timeout(simulator: Make, send: Send) -> None:
    server = simulator(scenario="stuck")
    answer = send(server, "POST", SYNC, DRAW)
    [(event, status, data)] = events(send(server, "POST", SYNC, DRAW, headers=STREAM))

    assert (answer.status, read(answer)["code"]) == (500, "InternalError.Timeout")
    assert (event, status, data["code"]) == ("error", 500, "InternalError.Timeout")


def test_a_client_with_real_time_waits_as_long_as_the_task_takes(send: Send) -> None:
    server = Simulator(clock=RealClock(), lifecycle=Seconds(30), listener=lambda _: None)
    plain = send(server, "POST", SYNC, DRAW)
    stream = send(server, "POST", SYNC, DRAW, headers=STREAM)
    steps = [*iter_steps(stream.body, stream.delivery)]

    assert plain.delivery.delay == 30
    assert [step for step in steps if isinstance(step, float)] == [15, 15]
    assert [type(step) for step in steps] == [WireEvent, float, bytes, float, bytes]
    assert b"".join(step for step in steps if isinstance(step, bytes)) == stream.body


def test_scenarios_of_a_create_apply(simulator: Make, send: Send) -> None:
    def post(scenario: str, **options: Any) -> Response:
        headers = {"X-Wanproof-Scenario": scenario}
        return send(simulator(**options), "POST", SYNC, DRAW, headers=headers)

    assert post("rate-limited").status == 429
    assert post("accept-lost").delivery.cut is Cut.RESET
    late = post("latency", clock=RealClock(), lifecycle=Seconds(30))
    assert late.delivery.delay > 30


def test_a_call_is_charged_once_and_its_end_is_known(clock: ManualClock, send: Send) -> None:
    server = Simulator(seed=7, clock=clock, listener=lambda _: None)
    mock = Mock(server)
    send(server, "POST", SYNC, DRAW)
    [charge] = mock.ledger().entries
    [entry] = list_entries(server.store)

    assert (charge.model, str(charge.usd)) == ("dashscope/wan2.6-t2i", "0.06")
    assert (entry.action, entry.state, entry.ended) == ("create", "done", True)
    assert [task.state.value for task in mock.tasks()] == ["done"]
