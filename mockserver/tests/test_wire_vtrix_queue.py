"""The queue's answers, against values typed from the vendor's pages and its clients' tests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.simulator.rate_limits import Limits
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.journal import Exchange

HOST = "http://mock.example.com:8321"
CREATE = "/model/v1/queue/wan25_i2i_preview_intl"
IMAGE = "https://example.com/in.png"
FLAT = {"prompt": "make it night", "images": [IMAGE], "size": "1024*768", "n": 2}
MESSAGES = {
    "messages": [{"role": "user", "content": [{"text": "make it night"}, {"image": IMAGE}]}]
}

Make = Callable[..., Simulator]
Send = Callable[..., Response]


def read(answer: Response) -> Any:
    return json.loads(answer.body)


def create(send: Send, server: Simulator, value: Any = FLAT, path: str = CREATE, **how: Any) -> str:
    made = send(server, "POST", path, value, **how)
    assert made.status == 200, made.body
    found: str = read(made)["request_id"]
    return f"{path}/requests/{found}"


def end(send: Send, server: Simulator, value: Any = FLAT, **how: Any) -> tuple[Any, Any]:
    """Returns the bodies of the status and the response of an at-once task."""
    task = create(send, server, value, **how)
    bodies = [send(server, "GET", f"{task}/{part}") for part in ("status", "response")]
    assert [each.status for each in bodies] == [200, 200]
    return read(bodies[0]), read(bodies[1])


def test_create_answers_with_absolute_urls_of_the_host_that_was_called(
    simulator: Make, send: Send
) -> None:
    body = read(send(simulator(), "POST", CREATE, FLAT))

    assert re.fullmatch("mmsu_01[0-9a-z]{24}", body["request_id"])
    task = f"{HOST}{CREATE}/requests/{body['request_id']}"
    assert body == {
        "request_id": body["request_id"],
        "response_url": f"{task}/response",
        "status_url": f"{task}/status",
        "cancel_url": f"{task}/cancel",
        "queue_position": 0,
    }


def test_a_task_waits_runs_and_is_completed(
    simulator: Make, send: Send, clock: ManualClock
) -> None:
    server = simulator(lifecycle=Polls(2))
    task = create(send, server)
    answers = []
    for _ in range(3):
        clock.advance(4.5)
        answers.append(send(server, "GET", f"{task}/status"))

    ids = {"request_id": task.rpartition("/")[2], "response_url": f"{HOST}{task}/response"}
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert list(map(read, answers)) == [
        {"status": "IN_QUEUE", "queue_position": 0, **ids},
        {"status": "IN_PROGRESS", **ids},
        {"status": "COMPLETED", "metrics": {"inference_time": 13.5}, **ids},
    ]


def test_the_response_is_the_state_with_202_and_then_the_results(
    simulator: Make, send: Send
) -> None:
    server = simulator(lifecycle=Polls(1))
    task = create(send, server)
    early, late = (send(server, "GET", f"{task}/response") for _ in range(2))

    assert (early.status, read(early)["status"]) == (202, "IN_QUEUE")
    assert late.status == 200
    body = read(late)
    image: dict[str, Any] = {"type": "image", "content_type": "image/png", "file_name": "image.png"}
    image |= {"width": 1024, "height": 768}
    urls = [each["url"] for each in body["outputs"]]
    assert body == {
        "request_id": task.rpartition("/")[2],
        "outputs": [image | {"url": url} for url in urls],
        "metadata": {"prompt": "make it night"},
    }
    assert len(urls) == 2
    assert send(server, "GET", urls[0].removeprefix(HOST)).body[:4] == b"\x89PNG"


def test_a_switch_adds_the_status_to_the_result(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(0), result_statuses=["vtrix-queue"])
    assert end(send, server)[1]["status"] == "COMPLETED"
    with pytest.raises(ValueError, match="without a path of results: \\['vtrix'\\]"):
        simulator(result_statuses=["vtrix"])


@pytest.mark.parametrize(
    ("scenario", "error", "kind"),
    [
        ("moderated", "The content was blocked by moderation", "CONTENT_BLOCKED"),
        ("fail-inference-failure", "Task execution failed", "INFERENCE_FAILURE"),
        ("fail-inference-timeout", "Task execution timed out", "INFERENCE_TIMEOUT"),
        ("fail-content-blocked", "The content was blocked by moderation", "CONTENT_BLOCKED"),
        ("fail-internal-server-error", "Internal server error", "INTERNAL_SERVER_ERROR"),
        ("fail-request-invalid", "The request is not valid", "REQUEST_INVALID"),
        ("fail-canceled", "Task was canceled", "CANCELED"),
        ("fail-001021095", "Internal generation error", "INFERENCE_FAILURE"),
        ("fail-001021097", "HTTP error response", "INTERNAL_SERVER_ERROR"),
        ("fail-001021098", "Status check error", "INFERENCE_TIMEOUT"),
        ("fail-without-error", None, "INFERENCE_FAILURE"),
    ],
)
def test_a_failed_task_is_completed_with_an_error_and_its_response_repeats_it(
    simulator: Make, send: Send, scenario: str, error: str | None, kind: str
) -> None:
    status, response = end(send, simulator(lifecycle=Polls(0), scenario=scenario))

    assert status == response
    assert (status["status"], status["error_type"]) == ("COMPLETED", kind)
    assert status.get("error") == error


def test_a_broken_rule_is_an_invalid_request_with_the_error_of_the_provider(
    simulator: Make, send: Send
) -> None:
    status, response = end(send, simulator(lifecycle=Polls(0)), FLAT | {"n": 9})

    message = "n must be an integer from 1 to 4"
    assert status == response
    assert (status["error"], status["error_type"]) == (message, "REQUEST_INVALID")
    assert status["provider_error"] == {
        "code": "InvalidParameter",
        "message": message,
        "task_status": "FAILED",
    }


def test_a_broken_rule_can_be_rejected_at_create(simulator: Make, send: Send) -> None:
    server = simulator(reject_at_create=["vtrix-queue"])
    answer = send(server, "POST", CREATE, FLAT | {"n": 9})
    assert (answer.status, read(answer)) == (400, {"detail": "n must be an integer from 1 to 4"})
    nested = {"model": "wan25_i2i_preview_intl", "input": {}, "parameters": {}}
    assert send(server, "POST", "/model/v1/generation", nested).status == 200


def test_a_canceled_task_ends_and_costs_nothing(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(9))
    task = create(send, server)
    send(server, "GET", f"{task}/status")
    send(server, "GET", f"{task}/status")
    first, second = (send(server, "PUT", f"{task}/cancel") for _ in range(2))

    assert (first.status, read(first)) == (202, {"status": "CANCELLATION_REQUESTED"})
    assert (second.status, read(second)) == (400, {"status": "ALREADY_COMPLETED"})
    bodies = [read(send(server, "GET", f"{task}/{part}")) for part in ("status", "response")]
    assert bodies[0] == bodies[1]
    assert (bodies[0]["status"], bodies[0]["error_type"]) == ("COMPLETED", "CANCELED")
    assert bodies[0]["error"] == "Task was canceled"


def test_nobody_else_finds_a_task(simulator: Make, send: Send) -> None:
    server = simulator()
    task = create(send, server, key="alice")
    for part in ("status", "response"):
        answer = send(server, "GET", f"{task}/{part}", key="bob")
        assert (answer.status, read(answer)) == (404, {"detail": "Request not found"})
    answer = send(server, "PUT", f"{task}/cancel", key="bob")
    assert (answer.status, read(answer)) == (404, {"status": "NOT_FOUND"})
    other = task.replace("wan25_i2i_preview_intl", "wan26_i2i")
    assert send(server, "GET", f"{other}/status", key="alice").status == 404


@pytest.mark.parametrize("scheme", ["Bearer", "Key", "key"])
def test_both_schemes_carry_the_key_of_one_tenant(simulator: Make, send: Send, scheme: str) -> None:
    server = simulator()
    task = create(send, server, headers={"Authorization": f"{scheme} alice"})
    answer = send(server, "GET", f"{task}/status", headers={"Authorization": "Bearer alice"})
    assert answer.status == 200


@pytest.mark.parametrize("header", ["", "Basic abc"])
def test_a_request_without_a_key_is_unauthorized(simulator: Make, send: Send, header: str) -> None:
    answer = send(simulator(), "POST", CREATE, FLAT, headers={"Authorization": header})
    body = read(answer)
    assert answer.status == 401
    assert body == {
        "error": {
            "code": "UNAUTHORIZED",
            "message": "Authorization Bearer or Key token is required",
        },
        "request_id": body["request_id"],
    }


def test_the_other_protocol_takes_bearer_only(simulator: Make, send: Send) -> None:
    headers = {"Authorization": "Key alice"}
    answer = send(simulator(), "POST", "/model/v1/generation", {}, headers=headers)
    assert answer.status == 401


@pytest.mark.parametrize(
    ("request_line", "status", "detail"),
    [
        (f"POST {CREATE}/sync", 404, "Not Found"),
        (f"GET {CREATE}/requests/mmsu_01/status/stream", 400, "SSE streaming not supported"),
        (f"GET {CREATE}/requests/mmsu_01", 404, "Not Found"),
        ("POST /model/v1/queue/wan99", 404, "App not found: wan99"),
        (f"POST {CREATE}/", 404, "Not Found"),
    ],
)
def test_what_is_not_there(
    simulator: Make, send: Send, request_line: str, status: int, detail: str
) -> None:
    answer = send(simulator(), *request_line.split(), FLAT)
    assert (answer.status, read(answer)) == (status, {"detail": detail})


def test_a_model_without_a_table_is_named(simulator: Make, send: Send) -> None:
    answer = send(simulator(), "POST", "/model/v1/queue/wan27_image", {"prompt": "night"})
    assert answer.status == 404
    assert "has the model wan27_image, but wanproof does not know" in read(answer)["detail"]


@pytest.mark.parametrize(
    "how",
    [
        {"value": FLAT | {"webhook": "https://example.com"}},
        {"value": FLAT | {"Webhook_URL": "https://example.com"}},
        {"value": FLAT | {"options": {"webhook": "https://example.com"}}},
        {"value": FLAT, "query": "fal_webhook=https%3A%2F%2Fexample.com"},
        {"value": FLAT, "query": "webhook"},
        {"value": FLAT, "headers": {"X-Webhook-Url": "https://example.com"}},
    ],
)
def test_a_webhook_is_refused_wherever_it_stands(
    simulator: Make, send: Send, how: dict[str, Any]
) -> None:
    answer = send(simulator(), "POST", CREATE, **how)
    assert (answer.status, read(answer)) == (400, {"detail": "webhook not supported"})


def test_the_prompt_may_speak_of_a_webhook(simulator: Make, send: Send) -> None:
    assert send(simulator(), "POST", CREATE, FLAT | {"prompt": "a webhook"}).status == 200


@pytest.mark.parametrize(
    ("scenario", "status", "body"),
    [
        ("http-403", 403, {"detail": "Model not allowed for this user"}),
        ("http-500", 500, {"detail": "Runtime execution failed"}),
        ("http-502", 502, {"detail": "Runtime execution failed"}),
        (
            "http-402",
            402,
            {
                "status": {"code": 402, "message": "Insufficient credits", "error_code": 40201},
                "data": None,
            },
        ),
    ],
)
def test_http_errors_have_the_documented_bodies(
    simulator: Make, send: Send, scenario: str, status: int, body: Any
) -> None:
    answer = send(simulator(scenario=scenario), "POST", CREATE, FLAT)
    assert (answer.status, read(answer)) == (status, body)


def test_a_limited_rate_and_an_empty_balance(simulator: Make, send: Send) -> None:
    server = simulator(limits=Limits(creates_per_second=1))
    create(send, server)
    answer = send(server, "POST", CREATE, FLAT)
    assert (answer.status, read(answer)["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")

    answer = send(simulator(limits=Limits(balance=Decimal("0.01"))), "POST", CREATE, FLAT)
    assert (answer.status, read(answer)["status"]["error_code"]) == (402, 40201)


@pytest.mark.parametrize(
    ("request_line", "status", "text"),
    [
        ("POST /model/v1/queue/wan99", 404, "App not found: wan99"),
        (f"GET {CREATE}/requests/mmsu_01/status", 404, "Request not found"),
        (f"GET {CREATE}/requests/mmsu_01/status/stream", 400, "SSE streaming not supported"),
    ],
)
def test_errors_can_be_texts_which_both_command_lines_read(
    simulator: Make, send: Send, request_line: str, status: int, text: str
) -> None:
    answer = send(simulator(error_texts=["vtrix-queue"]), *request_line.split(), FLAT)
    assert (answer.status, read(answer)) == (status, {"error": text, "message": text})


def test_a_cancel_has_its_documented_body_also_with_texts(simulator: Make, send: Send) -> None:
    server = simulator(error_texts=["vtrix-queue"])
    answer = send(server, "PUT", f"{CREATE}/requests/mmsu_01/cancel")
    assert (answer.status, read(answer)) == (404, {"status": "NOT_FOUND"})


NESTED = {"input": MESSAGES, "parameters": {"size": "1024*1024", "n": 2}}
AT_THE_TOP = MESSAGES | {"size": "1024*1024", "n": 2}


@pytest.mark.parametrize("value", [NESTED, AT_THE_TOP], ids=["nested", "flat"])
def test_messages_may_be_nested_or_at_the_top(simulator: Make, send: Send, value: Any) -> None:
    path = "/model/v1/queue/wan26_i2i"
    body = end(send, simulator(lifecycle=Polls(0)), value, path=path)[1]
    sizes = [(each["width"], each["height"]) for each in body["outputs"]]
    assert sizes == [(1024, 1024)] * 2
    assert body["metadata"] == {"prompt": "make it night"}


@pytest.mark.parametrize("value", [{}, AT_THE_TOP | {"n": "9"}, {"messages": 1}, {"input": 1}])
def test_a_payload_that_no_page_shows_breaks_no_rule(
    simulator: Make, send: Send, value: Any
) -> None:
    path = "/model/v1/queue/wan26_i2i"
    assert len(end(send, simulator(lifecycle=Polls(0)), value, path=path)[1]["outputs"]) == 1


def test_texts_between_images_are_outputs(simulator: Make, send: Send) -> None:
    value = AT_THE_TOP | {"enable_interleave": True, "n": 1, "max_images": 2}
    server = simulator(lifecycle=Polls(0))
    body = end(send, server, value, path="/model/v1/queue/wan26_i2i")[1]
    texts = [each for each in body["outputs"] if each["type"] == "text"]
    assert texts
    assert all(set(each) == {"type", "text"} for each in texts)


def test_a_video_has_its_duration(simulator: Make, send: Send) -> None:
    path = "/model/v1/queue/wan25_t2v_preview"
    [video] = end(send, simulator(lifecycle=Polls(0)), {"prompt": "a cat"}, path=path)[1]["outputs"]
    assert video == {
        "type": "video",
        "url": video["url"],
        "content_type": "video/mp4",
        "file_name": "video.mp4",
        "duration": 5,
    }
    assert video["url"].endswith(".mp4")


@pytest.mark.parametrize(
    ("scenario", "outputs"), [("no-results", None), ("empty-results", []), ("partial", 1)]
)
def test_results_may_lack(simulator: Make, send: Send, scenario: str, outputs: Any) -> None:
    body = end(send, simulator(lifecycle=Polls(0), scenario=scenario))[1]
    found = body.get("outputs")
    assert (len(found) if found else found) == outputs


def test_the_journal_names_the_protocol_and_prices_are_those_of_the_model(
    simulator: Make, send: Send, heard: list[Exchange]
) -> None:
    end(send, simulator(lifecycle=Polls(0)))
    entries = [exchange.entry for exchange in heard]
    assert [entry.action for entry in entries] == ["create", "poll", "result"]
    assert {(entry.vendor, entry.model) for entry in entries} == {
        ("vtrix-queue", "vtrix-queue/wan25_i2i_preview_intl")
    }
    assert [entry.ended for entry in entries] == [False, True, True]


@pytest.mark.parametrize(("scenario", "error"), [("null-members", None), ("empty-members", "")])
def test_members_without_a_value(
    simulator: Make, send: Send, scenario: str, error: str | None
) -> None:
    status, response = end(send, simulator(lifecycle=Polls(0), scenario=scenario))
    assert status["error"] == status["error_type"] == response["error"] == error
