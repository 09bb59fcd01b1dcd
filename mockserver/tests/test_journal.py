"""Every exchange is kept, with nothing that is secret, and within bounds."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import MAX_BODY_BYTES, Request, Response
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state import journal
from wan_mockserver.state.journal import (
    JOURNAL,
    MAX_BODY_CHARACTERS,
    Entry,
    Exchange,
    format_lines,
    list_entries,
)
from wan_mockserver.state.stores import Table
from wan_mockserver.state.stores.memory import MemoryStore

PATH = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
EDIT = {"prompt": "x", "images": ["https://example.com/a.jpg"], "size": "768*768", "n": 1}
SECRET = "sk-very-secret"

Send = Callable[..., Response]
Make = Callable[..., Simulator]


@pytest.fixture
def mock(simulator: Make) -> Mock:
    return Mock(simulator())


def test_an_entry_contains_everything_known_of_its_exchange(
    mock: Mock, send: Send, clock: ManualClock
) -> None:
    clock.advance(5)
    headers = {"X-Wanproof-Scenario": "rate-limited:1+unknown-status", "User-Agent": "it"}
    send(mock, "POST", PATH, {**EDIT, "sise": 1}, headers=headers)
    task = json.loads(send(mock, "POST", PATH, {**EDIT, "sise": 1}, headers=headers).body)
    task_id = task["task_info"]["id"]
    send(mock, "GET", f"{PATH}/{task_id}")
    limited, made, poll = mock.journal()
    assert [entry.number for entry in mock.journal()] == [1, 2, 3]
    assert (limited.status, limited.task, limited.arrived) == (429, "", False)
    assert limited.step == "rate-limited:1+unknown-status create 1: 429"
    assert limited.answer.headers["retry-after"] == "2"
    assert limited.why.startswith("Too Many Requests")
    assert (made.action, made.method, made.path, made.status) == ("create", "POST", PATH, 202)
    assert (made.vendor, made.model) == ("mulerouter", "wan2.5-i2i-preview")
    assert (made.task, made.state, made.at) == (task_id, "pending", clock.now())
    assert [(note.rule, note.pointer) for note in made.findings] == [("unknown-member", "/sise")]
    assert made.sent.headers["user-agent"] == "it"
    assert json.loads(made.sent.text or "") == {**EDIT, "sise": 1}
    assert json.loads(poll.answer.text or "")["task_info"]["status"] == "archiving"
    assert (poll.action, poll.state, poll.ended) == ("poll", "pending", False)


def test_the_journal_records_that_the_client_knows_the_end(mock: Mock, send: Send) -> None:
    headers = {"X-Wanproof-Scenario": "poll-truncated-body:3"}
    task = json.loads(send(mock, "POST", PATH, EDIT, headers=headers).body)["task_info"]["id"]
    for _ in range(4):
        send(mock, "GET", f"{PATH}/{task}")
    polls = [entry for entry in mock.journal() if entry.action == "poll"]
    assert [entry.state for entry in polls] == ["pending", "running", "done", "done"]
    assert [entry.ended for entry in polls] == [False, False, False, True]


@pytest.mark.parametrize(
    "request_of",
    [
        {"method": "POST", "path": PATH, "value": {**EDIT, "prompt": f"my key is {SECRET}"}},
        {"method": "POST", "path": PATH, "value": {**EDIT, SECRET: 1, "size": SECRET}},
        {"method": "GET", "path": f"{PATH}/{SECRET}"},
        {"method": "GET", "path": f"/files/{SECRET}/1.png"},
        {"method": "POST", "path": f"{PATH}s/{SECRET}"},
        {"method": "GET", "path": "/nowhere", "headers": {"X-Api-Key": SECRET, "Cookie": SECRET}},
        {"method": "GET", "path": PATH, "headers": {"User-Agent": f"agent/{SECRET}"}},
        {"method": "POST", "path": PATH, "body": f'{{"key": "{SECRET}"'.encode()},
        *(
            {
                "method": "POST",
                "path": PATH,
                "value": {**EDIT, "prompt": f"my key is {SECRET}"},
                "headers": {"Authorization": header, "X-Request-Id": f"of {SECRET}"},
            }
            for header in (
                SECRET,
                f"Bearer: {SECRET}",
                f"Bearer {SECRET} twice",
                f"Bearer:{SECRET}",
                f'Bearer "{SECRET}"',
                f"Token token={SECRET}",
            )
        ),
        *(
            {"method": "POST", "path": PATH, "value": {**EDIT, name: SECRET}}
            for name in ("api_key", "apiKey", "API-Key", "Authorization", "access_token")
        ),
    ],
)
def test_no_key_gets_into_the_journal_or_the_log(
    mock: Mock, send: Send, heard: list[Exchange], request_of: dict[str, Any]
) -> None:
    named = ["api_key", "apiKey", "API-Key", "Authorization", "access_token"]
    own = set(request_of.get("value") or ()) & set(named)
    send(mock, **request_of, key="another-key" if own else SECRET)
    (entry,) = mock.journal()
    assert SECRET not in repr(dataclasses.asdict(entry))
    assert SECRET not in "".join(format_lines(heard[0]))


def test_all_headers_but_the_key_and_the_query_of_an_unknown_path_are_kept(
    mock: Mock,
) -> None:
    headers = {
        "Authorization": f"Bearer {SECRET}",
        "X-Api-Key": SECRET,
        "Cookie": "a=b",
        "Accept-Encoding": "br",
        "Idempotency-Key": "7",
        "X-Mine": "y" * 2000,
    }
    query = f"a=1%20b&api_key=other-secret&mine={SECRET}"
    mock.handle(Request(method="GET", path="/nowhere", query=query, headers=headers))
    (entry,) = mock.journal()
    assert entry.sent.headers == {
        "accept-encoding": "br",
        "idempotency-key": "7",
        "x-mine": "y" * 1000,
    }
    assert entry.query == "a=1%20b&api_key=[the-API-key]&mine=[the API key]"
    assert entry.target == f"/nowhere?{entry.query}"


def test_a_redirect_encodes_the_path_and_keeps_the_query(mock: Mock, heard: list[Exchange]) -> None:
    headers = {"Authorization": "Bearer a", "X-Wanproof-Scenario": "redirect+poll-redirect"}
    place = f"{PATH}/1\r\nGET forged\x1b[2J 100%\udc80"
    answer = mock.handle(Request(method="GET", path=place, query="a=%20&b", headers=headers))
    assert answer.status == 307
    location = answer.headers["Location"]
    assert location.isascii()
    assert location.isprintable()
    assert location.endswith(f"{PATH}/1%0D%0AGET%20forged%1B%5B2J%20100%25%3F?a=%20&b")
    (line,) = format_lines(heard[0])
    assert line.isprintable()


def test_long_bodies_are_kept_as_length_and_hash(mock: Mock, send: Send) -> None:
    body = json.dumps({**EDIT, "prompt": "y" * MAX_BODY_CHARACTERS}).encode()
    send(mock, "POST", PATH, body=body)
    send(mock, "POST", PATH, body=b"\xff\xfe")
    send(mock, "POST", PATH, body=None, headers={"Content-Length": str(MAX_BODY_BYTES + 1)})
    long, binary, unread = (entry.sent for entry in mock.journal())
    assert (long.text, long.length, len(long.sha256)) == (None, len(body), 64)
    assert (binary.text, binary.length) == (None, 2)
    assert (unread.text, unread.length, unread.sha256) == (None, MAX_BODY_BYTES + 1, "")


def test_it_is_bounded_by_count(mock: Mock, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "JOURNAL", Table("journal", Entry, max_count=3))
    for _ in range(5):
        send(mock, "GET", "/nowhere")
    assert [entry.number for entry in mock.journal()] == [3, 4, 5]


def test_it_is_bounded_by_bytes(mock: Mock, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 20_000
    small = Table("journal", Entry, bytes=limit, weigh=lambda entry: entry.weight)
    monkeypatch.setattr(journal, "JOURNAL", small)
    for _ in range(20):
        send(mock, "POST", PATH, {**EDIT, "prompt": "z" * 1900})
    kept = mock.journal()
    assert 4 < len(kept) < 10
    assert sum(entry.weight for entry in kept) <= limit
    assert kept[-1].number == 20


def test_the_shipped_bounds_hold_from_the_start() -> None:
    assert JOURNAL.max_count == 10_000
    assert JOURNAL.bytes == 32 * 1024 * 1024
    assert JOURNAL.weigh(_entry()) == 701


def _entry() -> Entry:
    nothing = journal.build_message({}, b"x" * 100)
    return Entry(
        number=1,
        at=0,
        action="",
        method="GET",
        path="/",
        status=404,
        base_url="http://localhost",
        sent=nothing,
        answer=nothing,
    )


def test_marking_a_forgotten_entry_does_no_harm(mock: Mock, send: Send) -> None:
    answer = send(mock, "POST", PATH, EDIT)
    mock.reset()
    mock.mark_response_lost(answer)
    assert list_entries(MemoryStore()) == mock.journal() == []


def test_a_response_that_is_lost_after_a_reset_changes_no_later_entry(
    mock: Mock, send: Send
) -> None:
    """The server notices late that its client went away."""
    answer = send(mock, "POST", PATH, EDIT, key="alice")
    mock.reset()
    send(mock, "POST", PATH, EDIT, key="bob")

    mock.mark_response_lost(answer)

    assert [(entry.number, entry.arrived) for entry in mock.journal()] == [(answer.entry, True)]
    assert all(task.answered for task in mock.tasks())


def test_a_reset_tenant_starts_again_and_others_continue(mock: Mock, send: Send) -> None:
    def lived(key: str) -> list[bytes]:
        return [send(mock, "POST", PATH, EDIT, key=key).body for _ in range(3)]

    first, other = lived("wanproof.ok.alice"), lived("wanproof.ok.bob")
    mock.reset("alice")
    assert {entry.tenant for entry in mock.journal()} == {"bob"}
    assert lived("wanproof.ok.alice") == first
    assert lived("wanproof.ok.bob") != other
