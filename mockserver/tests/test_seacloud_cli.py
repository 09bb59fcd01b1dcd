"""The requests of the command line of SeaCloud at the queue, and what it reads of the answers.

Its decoder fails for a member of another type than declared, so the types are those of its source.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import pytest

from wan_mockserver.http.messages import Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.simulator.simulator import Simulator

PATH: Final = "/model/v1/queue/wan25_i2i_preview_intl"
HEADERS: Final = {
    "X-Source": "cli",
    "Content-Type": "application/json",
    "Authorization": "Bearer k",
}
BODY: Final = {"prompt": "make it night", "images": ["https://example.com/in.png"], "n": 1}

DECLARED: Final[dict[str, type]] = {
    "request_id": str,
    "status": str,
    "error": str,
    "error_type": str,
    "provider_error": dict,
    "outputs": list,
    "message": str,
    "data": dict,
}
"""The members that the program decodes, and their types."""

Make = Callable[..., Simulator]
Send = Callable[..., Response]


class Seen(NamedTuple):
    """What the program prints: its state in lower case, the URLs, and the error."""

    state: str
    urls: list[str]
    error: str


class Undecodable(Exception):
    """An answer with a member of another type."""


def decode(answer: Response) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(answer.body)
    for name, kind in DECLARED.items():
        if name in body and body[name] is not None and type(body[name]) is not kind:
            raise Undecodable(f"{name}: {body[name]!r}")
    return body


def read_http_error(answer: Response) -> str:
    """Returns the text of an error that the program reads, or the raw body."""
    try:
        body = decode(answer)
    except Undecodable:
        value = json.loads(answer.body)
        status = value.get("status")
        return str(status["message"]) if isinstance(status, dict) else answer.body.decode()
    return body.get("error") or body.get("message") or answer.body.decode()


def describe(body: dict[str, Any]) -> str:
    """Returns the error of a failed task: the provider's code and message come first."""
    provider = body.get("provider_error") or {}
    if provider:
        return f"{provider['code']}: {provider['message']}"
    return str(body["error"])


def run(send: Send, server: Simulator, body: Any = BODY) -> Seen:
    """Plays one run: the create, polls from at once, and the result; both read as declared."""
    made = send(server, "POST", PATH, body, headers=HEADERS)
    task = f"{PATH}/requests/{decode(made)['request_id']}"
    for _ in range(9):
        status = decode(send(server, "GET", f"{task}/status", headers=HEADERS))
        if status["status"].lower() == "completed":
            break
    if status.get("error"):
        return Seen("failed", [], describe(status))
    result = decode(send(server, "GET", f"{task}/response", headers=HEADERS))
    return Seen("completed", [each["url"] for each in result["outputs"]], "")


def test_a_run_ends_with_the_urls_of_its_outputs(simulator: Make, send: Send) -> None:
    for statuses in ((), ("vtrix-queue",)):
        seen = run(send, simulator(lifecycle=Polls(2), result_statuses=statuses))

        assert seen.state == "completed"
        assert len(seen.urls) == 1


def test_a_failure_of_the_provider_is_printed_with_its_code(simulator: Make, send: Send) -> None:
    image = {"images": ["https://example.com/in.png"] * 4}
    seen = run(send, simulator(lifecycle=Polls(1)), BODY | image)

    assert seen == (
        "failed",
        [],
        "InvalidParameter: images must be an array of 1 to 3 items",
    )


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        ("moderated", "The content was blocked by moderation"),
        ("fail-inference-failure", "Task execution failed"),
    ],
)
def test_completed_with_an_error_is_a_failure(
    simulator: Make, send: Send, scenario: str, text: str
) -> None:
    assert run(send, simulator(scenario=scenario, lifecycle=Polls(1))) == ("failed", [], text)


@pytest.mark.parametrize("scenario", ["extra-members", "null-members"])
def test_odd_members_are_decoded(simulator: Make, send: Send, scenario: str) -> None:
    assert run(send, simulator(scenario=scenario)).state == "completed"


@pytest.mark.parametrize(
    ("texts", "printed"),
    [
        ((), '{"detail": "Model not allowed for this user"}'),
        (("vtrix-queue",), "Model not allowed for this user"),
    ],
)
def test_http_errors_are_read_as_texts_with_the_switch(
    simulator: Make, send: Send, texts: tuple[str, ...], printed: str
) -> None:
    server = simulator(scenario="http-403", error_texts=texts)
    assert read_http_error(send(server, "POST", PATH, BODY, headers=HEADERS)) == printed


def test_a_short_balance_has_its_code(simulator: Make, send: Send) -> None:
    answer = send(simulator(scenario="http-402"), "POST", PATH, BODY, headers=HEADERS)

    assert read_http_error(answer) == "Insufficient credits"
    assert 40201 <= json.loads(answer.body)["status"]["error_code"] <= 40208


@pytest.mark.parametrize("scenario", ["poll-500", "poll-502"])
def test_a_failed_poll_is_repeated(simulator: Make, send: Send, scenario: str) -> None:
    """The program makes three attempts; the third one is answered."""
    server = simulator(scenario=scenario, lifecycle=Polls(0))
    made = send(server, "POST", PATH, BODY, headers=HEADERS)
    status = f"{PATH}/requests/{decode(made)['request_id']}/status"

    assert [send(server, "GET", status, headers=HEADERS).status for _ in range(3)][2] == 200
