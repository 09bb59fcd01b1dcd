"""Vtrix's answers, against values typed from its documents and what its clients read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Response
from wan_mockserver.http.server import Server
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.simulator.rate_limits import Limits
from wan_mockserver.simulator.simulator import Simulator

CREATE = "/model/v1/generation"
TASK = "/model/v1/generation/task"
INPUT = {
    "messages": [
        {
            "role": "user",
            "content": [{"text": "make it night"}, {"image": "https://example.com/in.png"}],
        }
    ]
}
PARAMETERS = {"size": "1280*1280", "n": 1, "enable_interleave": False, "watermark": False}
EDIT = {"model": "wan26_i2i", "input": INPUT, "parameters": PARAMETERS}
WRAPPED = {"model": "wan26_i2i", "input": [{"params": {"input": INPUT, "parameters": PARAMETERS}}]}
BESIDE = {"dash_scope": True, "moderation": False, "metadata": {}, "id": "d88pmute87128c73e9r0d0"}
INTL = {
    "model": "wan25_i2i_preview_intl",
    "input": {"prompt": "make it night", "images": ["https://example.com/in.png"]},
    "parameters": {"size": "1280*1280", "n": 2},
}

Make = Callable[..., Simulator]
Send = Callable[..., Response]


def read(answer: Response) -> Any:
    return json.loads(answer.body)


def finished(send: Send, server: Simulator, value: Any) -> Any:
    """What the first poll of an at-once task answers."""
    return read(send(server, "GET", f"{TASK}/{read(send(server, 'POST', CREATE, value))['id']}"))


def without(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: member for key, member in value.items() if key != name}


def test_create_answers_200_with_an_id(simulator: Make, send: Send) -> None:
    answer = send(simulator(), "POST", CREATE, EDIT)
    body = read(answer)
    assert answer.status == 200
    assert re.fullmatch("[0-9a-v]{20}", body["id"])
    assert body == {
        "id": body["id"],
        "created_at": 1710000000,
        "status": "in_progress",
        "model": "wan26_i2i",
    }
    assert type(body["created_at"]) is int


def test_polls_show_growing_progress_and_at_last_output_usage_and_metadata(
    simulator: Make, send: Send, clock: ManualClock
) -> None:
    server = simulator(lifecycle=Polls(2))
    task_id = read(send(server, "POST", CREATE, EDIT))["id"]
    answers = []
    for _ in range(3):
        clock.advance(10.5)
        answers.append(send(server, "GET", f"{TASK}/{task_id}"))
    common = {"id": task_id, "created_at": 1710000000, "model": "wan26_i2i"}
    part = read(answers[2])["output"][0]["content"][0]
    job, url = part["jobId"], part["url"]
    assert str(UUID(job)) == job
    files = f"http://mock.example.com:8321/files/{task_id}"
    assert re.fullmatch(rf"{files}/[\w-]+\.png", url)
    assert [answer.status for answer in answers] == [200] * 3
    assert [read(answer) for answer in answers] == [
        {**common, "status": "in_progress", "progress": 0.33},
        {**common, "status": "in_progress", "progress": 0.67},
        {
            **common,
            "status": "completed",
            "progress": 1.0,
            "output": [
                {
                    "content": [
                        {
                            "type": "image",
                            "url": url,
                            "jobId": job,
                        }
                    ]
                }
            ],
            "usage": {"cost": "0.03", "discount": 1, "image_count": 1},
            "metadata": {
                "in_queue_at": 1710000000.0,
                "upload_at": 1710000031.5,
                "completed_at": 1710000031.5,
            },
        },
    ]


def test_the_model_without_a_documented_image_count_has_none(simulator: Make, send: Send) -> None:
    body = finished(send, simulator(lifecycle=Polls(0)), INTL)
    assert body["usage"] == {"cost": "0.06", "discount": 1}
    assert len(body["output"][0]["content"]) == 2


def test_interleaved_output_mixes_texts_and_images(simulator: Make, send: Send) -> None:
    value = {**EDIT, "parameters": {"enable_interleave": True, "max_images": 3, "seed": 5}}
    body = finished(send, simulator(lifecycle=Polls(0)), value)
    content = body["output"][0]["content"]
    texts = [part for part in content if part["type"] == "text"]
    images = [part for part in content if part["type"] == "image"]
    assert texts + images != content
    assert 1 <= len(images) <= 3
    assert len(texts) == len(images)
    assert all(part["text"] and set(part) == {"type", "text", "jobId"} for part in texts)
    assert all(set(part) == {"type", "url", "jobId"} for part in images)
    assert body["usage"]["image_count"] == len(images)


def test_a_broken_rule_fails_the_task_with_its_code(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(1))
    created = send(server, "POST", CREATE, {**EDIT, "parameters": {"n": 9}})
    task_id = read(created)["id"]
    polls = [read(send(server, "GET", f"{TASK}/{task_id}")) for _ in range(2)]
    message = "n must be an integer between 1 and 4"
    assert (created.status, created.headers["X-Wanproof-Findings"]) == (200, "1")
    assert polls[0]["status"] == "in_progress"
    assert polls[1] == {
        "id": task_id,
        "created_at": 1710000000,
        "model": "wan26_i2i",
        "status": "failed",
        "error": {"code": "001021011", "message": message, "error_message": message},
    }


def test_of_several_faults_the_answer_has_the_first_of_the_code_table(
    simulator: Make, send: Send
) -> None:
    parameters = {"size": "1*1", "seed": -1, "n": 9, "watermark": "yes"}
    server = simulator(lifecycle=Polls(0))
    created = send(server, "POST", CREATE, {**EDIT, "parameters": parameters})
    body = read(send(server, "GET", f"{TASK}/{read(created)['id']}"))
    assert body["error"]["code"] == "001021011"
    assert created.headers["X-Wanproof-Findings"] == "4"


def test_a_fault_without_a_code_of_its_own_fails_the_creation(simulator: Make, send: Send) -> None:
    parameters = {**PARAMETERS, "watermark": "yes"}
    body = finished(send, simulator(lifecycle=Polls(0)), {**EDIT, "parameters": parameters})
    message = "Task creation error: watermark must be true or false"
    assert body["error"] == {"code": "001021099", "message": message, "error_message": message}


def test_a_broken_rule_can_be_refused_at_create(simulator: Make, send: Send) -> None:
    server = simulator(reject_at_create={"vtrix"})
    answer = send(server, "POST", CREATE, {**EDIT, "parameters": {"n": 9}})
    message = "n must be an integer between 1 and 4"
    assert answer.status == 400
    assert answer.headers["X-Wanproof-Findings"] == "1"
    assert read(answer) == {
        "error": {"code": "001021011", "message": message, "error_message": message},
    }


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (WRAPPED, {}),
        (without(WRAPPED, "model"), {"X-Model": "wan26_i2i"}),
        (without(EDIT, "model"), {"x-model": "wan26_i2i"}),
        (EDIT, {"X-Model": "wan26_i2i"}),
        ({**without(WRAPPED, "model"), **BESIDE}, {"X-Model": "wan26_i2i"}),
        ({**without(EDIT, "model"), **BESIDE}, {"X-Model": "wan26_i2i"}),
    ],
)
def test_all_request_forms_in_use_make_the_same_task(
    simulator: Make, send: Send, value: Any, headers: dict[str, str]
) -> None:
    answer = send(simulator(), "POST", CREATE, value, headers=headers)
    assert answer.headers["X-Wanproof-Findings"] == "0"
    assert read(answer) == read(send(simulator(), "POST", CREATE, EDIT))


def test_a_fault_inside_the_wrapper_is_found(simulator: Make, send: Send) -> None:
    value = {"model": "wan26_i2i", "input": [{"params": {"input": INPUT, "parameters": {"n": 9}}}]}
    body = finished(send, simulator(lifecycle=Polls(0)), value)
    assert body["error"]["code"] == "001021011"


@pytest.mark.parametrize(
    ("value", "headers", "says"),
    [
        (without(EDIT, "model"), {}, "nor does the header X-Model"),
        (EDIT, {"X-Model": "wan25_i2i_preview_intl"}, "the header X-Model differ"),
        ({**EDIT, "model": "wan27"}, {}, "there is no model 'wan27'"),
        ({**EDIT, "model": ["wan26_i2i"]}, {}, "there is no model ['wan26_i2i']"),
        ({**EDIT, "model": "wan2.5-i2i-preview"}, {}, "there is no model 'wan2.5-i2i-preview'"),
    ],
)
def test_a_model_that_is_none_is_400_and_says_why(
    simulator: Make, send: Send, value: Any, headers: dict[str, str], says: str
) -> None:
    answer = send(simulator(), "POST", CREATE, value, headers=headers)
    message = read(answer)["error"]["message"]
    assert answer.status == 400
    assert says in message
    assert "; models of Vtrix: wan25_i2i_preview_intl, wan26_i2i, wan25_i2i_preview, " in message
    assert read(answer)["error"]["error_message"] == message


@pytest.mark.parametrize("name", ["wan27_i2v", "wan26_i2v", "WAN27_image_pro"])
def test_a_model_of_the_vendor_without_a_table_is_404_and_says_so(
    simulator: Make, send: Send, name: str
) -> None:
    answer = send(simulator(), "POST", CREATE, {**EDIT, "model": name})
    says = f"Vtrix has the model {name}, but wanproof does not know its limits yet; models of"
    assert answer.status == 404
    assert read(answer)["error"]["message"].startswith(says)


def test_an_unknown_task_is_404(simulator: Make, send: Send) -> None:
    answer = send(simulator(), "GET", f"{TASK}/d758n65e878c73cmdg20")
    assert (answer.status, read(answer)) == (
        404,
        {"error": {"message": "Task not found", "error_message": "Task not found"}},
    )


@pytest.mark.parametrize("authorization", ["", "alice", "Bearer", "Bearer a b"])
def test_a_missing_or_ill_formed_key_is_401(
    simulator: Make, send: Send, authorization: str
) -> None:
    answer = send(simulator(), "POST", CREATE, EDIT, headers={"Authorization": authorization})
    body = read(answer)
    message = body["error"]["message"]
    assert answer.status == 401
    assert body == {"error": {"message": message, "error_message": message}}


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        (("POST", CREATE), {"Authorization": ""}, 401),
        (("GET", f"{TASK}/d758n65e878c73cmdg20"), {}, 404),
        (("POST", CREATE), {"X-Wanproof-Scenario": "http-500"}, 500),
        (("POST", CREATE), {}, 400),
    ],
)
def test_an_error_can_be_a_text_in_place_of_an_object(
    simulator: Make, send: Send, request_line: tuple[str, str], headers: dict[str, str], status: int
) -> None:
    value = {**EDIT, "parameters": {"n": 9}}
    answers = [
        send(
            simulator(reject_at_create={"vtrix"}, error_texts=texts),
            *request_line,
            value,
            headers=headers,
        )
        for texts in ((), ("vtrix",))
    ]
    usual, text = map(read, answers)
    assert [answer.status for answer in answers] == [status, status]
    assert text == {"error": usual["error"]["message"]}


def test_only_a_vendor_with_two_forms_of_errors_has_a_choice(simulator: Make) -> None:
    message = r"vendors without errors as texts: \['mulerouter'\]; vendors with them: vtrix"
    with pytest.raises(ValueError, match=message):
        simulator(error_texts=["mulerouter"])


def test_a_spent_balance_is_403_and_names_the_sums(simulator: Make, send: Send) -> None:
    server = simulator(limits=Limits(balance=Decimal("0.05")))
    answers = [send(server, "POST", CREATE, EDIT) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 403]
    assert (
        read(answers[1])["error"]["message"]
        == "insufficient balance: 0.02 USD left, 0.03 USD needed"
    )
    assert send(server, "POST", CREATE, EDIT, key="bob").status == 200


def test_too_many_tasks_in_a_second_are_429_until_the_second_is_over(
    simulator: Make, send: Send, clock: ManualClock
) -> None:
    server = simulator(limits=Limits(creates_per_second=2))
    answers = [send(server, "POST", CREATE, EDIT) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "1"
    clock.advance(1)
    assert send(server, "POST", CREATE, EDIT).status == 200


def test_a_body_over_the_limit_is_413(simulator: Make, send: Send) -> None:
    answer = send(simulator(), "POST", CREATE, body=None)
    assert answer.status == 413
    assert "64 MB" in read(answer)["error"]["message"]


def test_another_content_type_is_refused(simulator: Make, send: Send) -> None:
    server = simulator()
    for given in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = send(server, "POST", CREATE, EDIT, headers={"Content-Type": given})
        assert answer.status == 400
        assert "application/json" in read(answer)["error"]["message"]
    parameters = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert send(server, "POST", CREATE, EDIT, headers=parameters).status == 200


def test_a_task_from_create_to_download_over_a_socket(serve: Callable[..., Server]) -> None:
    server = serve(lifecycle=Polls(1))
    key = {"Authorization": "Bearer alice"}
    with httpx.Client(base_url=server.url, headers=key, timeout=60) as http:
        task = http.post(CREATE, json={**EDIT, "parameters": {"size": "768*1024"}}).json()
        polls = [http.get(f"{TASK}/{task['id']}").json() for _ in range(2)]
        file = http.get(polls[1]["output"][0]["content"][0]["url"])
    assert [poll["status"] for poll in polls] == ["in_progress", "completed"]
    assert file.headers["Content-Type"] == "image/png"
    assert file.content[16:24] == (768).to_bytes(4) + (1024).to_bytes(4)
