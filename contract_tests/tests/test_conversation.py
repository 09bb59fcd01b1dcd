"""Tests the client without I/O: its steps, and how it reads responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_payloads import EDIT, INTERVAL
from wan_contracts.cases.case import Setting
from wan_contracts.reference_client import response_parsing
from wan_contracts.reference_client.client import ReferenceClient, iter_call_steps
from wan_contracts.reference_client.io_events import (
    ReceivedResponse,
    SendRequest,
    TransportFailure,
    Wait,
)

if TYPE_CHECKING:
    pass

SETTING = Setting(
    base_url="http://host/",
    api_key="a-key",
    vendor="mulerouter",
    model="wan2.5-i2i-preview",
    poll_interval=INTERVAL,
    deadline=100.0,
    timeout=30.0,
)


ACCEPTED = b'{"task_info": {"id": "a/b", "status": "pending"}}'


DONE = b'{"task_info": {"id": "a/b", "status": "completed"}, "images": ["http://host/1.png"]}'


def replies(*script: tuple[float, int, bytes] | float, payload: Any = EDIT) -> list[str]:
    """What a client asks for and when, as *script* answers: seconds, status and body.

    A number is the seconds after which a request fails. The script's last line is repeated.
    """
    talk, now, asked = iter_call_steps(SETTING, payload), 0.0, []
    lines = iter(script)
    line = script[0]
    step = next(talk)
    try:
        while True:
            if isinstance(step, Wait):
                now += step.seconds
                step = talk.send(now)
                continue
            asked.append(f"{now:g} {step.method} {step.url}")
            line = next(lines, line)
            if isinstance(line, tuple):
                now += line[0]
                step = talk.send(ReceivedResponse(line[1], {}, line[2], now))
            else:
                now += line
                step = talk.send(TransportFailure("reset", now))
    except StopIteration as end:
        return [*asked, f"{now:g} {end.value.kind}"]


POLL = "GET http://host/vendors/alibaba/v1/wan2.5-i2i-preview/generation/a%2Fb"


def test_an_interval_starts_at_the_reply_to_the_previous_poll() -> None:
    said = replies((0, 202, ACCEPTED), (4.5, 502, b""))
    assert said[1:3] == [f"10 {POLL}", f"24.5 {POLL}"]
    assert said[-2:] == [f"97 {POLL}", "101.5 gave_up"]


def test_a_late_reply_does_not_prevent_the_last_poll() -> None:
    said = replies((0, 202, ACCEPTED), (40, 502, b""))
    assert said[1:] == [f"10 {POLL}", f"60 {POLL}", f"100 {POLL}", "140 gave_up"]


def test_a_create_that_fails_is_not_repeated() -> None:
    assert len(replies(3.0)) == 2


def test_a_create_is_repeated_a_few_times_at_most() -> None:
    said = replies((0, 429, b""))
    assert [line.split()[0] for line in said] == ["0", "10", "20", "30", "40", "40"]
    assert said[-1] == "40 refused"


def test_a_file_is_fetched_again_a_few_times_at_most() -> None:
    said = replies((0, 202, ACCEPTED), (0, 200, DONE), (0, 503, b""))
    assert said[2:-1] == [f"{at} GET http://host/1.png" for at in (10, 20, 30, 40)]


def test_without_lint_an_invalid_payload_is_sent() -> None:
    class Careless(ReferenceClient):
        preflight = False

    talk = Careless(SETTING, {"n": 9}).iter_steps()
    assert next(talk) == Wait(0)
    sent = talk.send(0.0)
    assert isinstance(sent, SendRequest)
    assert sent.body == b'{"n": 9}'


DATE = "Tue, 14 Nov 2023 22:13:20 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "Tue, 14 Nov 2023 22:14:20 GMT", "date": DATE}, 60.0),
        ({"retry-after": "Tue, 14 Nov 2023 22:12:20 GMT", "date": DATE}, 0.0),
        ({"retry-after": DATE}, None),
        ({"retry-after": "-1", "date": DATE}, None),
        ({"retry-after": "soon", "date": DATE}, None),
        ({"retry-after": "nan", "date": DATE}, None),
        ({"retry-after": "٢", "date": DATE}, None),
    ],
)
def test_retry_after_has_two_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert response_parsing.parse_retry_after(headers) == seconds


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"<html>", b"null", b"[" * 100_000])
def test_a_body_that_is_not_a_json_object_is_empty(body: bytes) -> None:
    assert response_parsing.parse_object(body) == {}


MEMBERS = (
    *("id", "status", "error", "error_code", "code", "title", "detail", "message", "task_info"),
    *("images", "videos", "output", "content", "type", "text", "url", "usage", "cost"),
)


WORDS = st.sampled_from((*MEMBERS, "completed", "failed", "image", "0.03", "NaN"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)


@given(document=st.dictionaries(WORDS, JSON))
def test_every_json_object_can_be_read(document: dict[str, Any]) -> None:
    response_parsing.parse_task_id(document)
    response_parsing.parse_state(document)
    response_parsing.parse_message(document)
    assert type(response_parsing.parse_code(document)) in (str, int, type(None))
    assert all(isinstance(result.value, str) for result in response_parsing.parse_results(document))
    cost = response_parsing.parse_cost(document)
    assert cost is None or cost.is_finite()
