"""The admin API: the requests that came, and the tasks that were made."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from wan_mockserver.http.messages import Request
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.service import Mock
from wan_mockserver.state.journal import Entry

from .api_responses import BOB, MODEL, Ask, Create, Make, Poll, says, value


@pytest.fixture
def busy(mock: Mock, ask: Ask, create: Create, poll: Poll) -> Mock:
    """Entries: 1 create of alice, 2 poll of it, 3 create of bob, 4 refused, 5 poll of nothing."""
    poll(mock, create(mock))
    create(mock, key=BOB)
    create(mock, key="wanproof.http-500.bob")
    poll(mock, "nothing", key=BOB)
    return mock


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("tenant=alice", [1, 2]),
        ("tenant=nobody", []),
        ("vendor=mulerouter", [1, 2, 3, 4, 5]),
        ("vendor=vtrix", []),
        (f"model={MODEL}", [1, 2, 3]),
        ("action=create", [1, 3, 4]),
        ("action=poll&tenant=bob", [5]),
        ("action=file", []),
        ("status=202", [1, 3]),
        ("method=GET", [2, 5]),
        (f"path=/vendors/alibaba/v1/{MODEL}/generation", [1, 3, 4]),
        (f"path=%2Fvendors%2Falibaba%2Fv1%2F{MODEL}%2Fgeneration/nothing", [5]),
        ("since=3", [4, 5]),
        ("since=0&refused=true", [4, 5]),
        ("refused=false", [1, 2, 3]),
        ("limit=2", [4, 5]),
        ("limit=0", []),
    ],
)
def test_requests_are_filtered(busy: Mock, ask: Ask, query: str, numbers: list[int]) -> None:
    given = value(ask(busy, f"/requests?{query}"))

    assert [each["number"] for each in given["requests"]] == numbers
    assert given["count"] == (5 if "limit" in query else len(numbers))
    if "limit" not in query:
        assert value(ask(busy, f"/requests/count?{query}")) == {"count": len(numbers)}


def test_the_exchanges_of_one_task(busy: Mock, ask: Ask) -> None:
    [task, _] = busy.tasks()

    given = value(ask(busy, f"/requests?task={task.id}"))

    assert [each["action"] for each in given["requests"]] == ["create", "poll"]


def test_an_exchange_is_whole(busy: Mock, ask: Ask) -> None:
    answer = ask(busy, "/requests")
    first = value(answer)["requests"][0]

    assert answer.headers["Cache-Control"] == "no-store"
    assert {*first} == {field.name for field in fields(Entry)}
    assert first["sent"]["headers"] == {"content-type": "application/json"}
    assert json.loads(first["sent"]["text"])["n"] == 2
    assert first["answer"]["text"]
    assert (first["status"], first["arrived"], first["findings"]) == (202, True, [])


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/requests?actoin=create", "there is no query parameter 'actoin'; did you mean"),
        ("/requests?x=1", "allowed: tenant, vendor,"),
        (
            "/requests?action=creat",
            "action: 'creat' is not valid; allowed: create, poll, ",
        ),
        ("/requests?vendor=mulerooter", "did you mean mulerouter?"),
        ("/requests?model=wan2.5-i2i-previw", "did you mean wan2.5-i2i-preview?"),
        (
            "/requests?status=2xx",
            "status: '2xx' is not valid; allowed: a whole number from 100 to 599",
        ),
        ("/requests?status=99", "status: 99 is not valid"),
        ("/requests?status=%C2%B2", "status: '²' is not valid"),
        ("/requests?refused=yes", "'yes' is not valid; allowed: true or false"),
        ("/requests?limit=-1", "-1 is not valid"),
        ("/requests?tenant=", "allowed: a string that is not empty"),
        ("/requests?status=200&status=404", "status more than once"),
        ("/requests/count?limit=3", "no query parameter 'limit'"),
        ("/requests?" + "&".join(f"a{n}=1" for n in range(200)), "more than 100"),
        ("/tasks?state=don", "did you mean done?"),
        ("/health?x=1", "allowed: none"),
    ],
)
def test_queries_that_say_nothing_known(mock: Mock, ask: Ask, path: str, said: str) -> None:
    assert said in says(ask(mock, path))


def test_a_task_from_first_to_last(make: Make, ask: Ask, create: Create, poll: Poll) -> None:
    mock = make(lifecycle=Polls(1))
    task = create(mock)
    made = value(ask(mock, f"/tasks/{task}"))
    assert made == {
        "id": task,
        "tenant": "alice",
        "vendor": "mulerouter",
        "model": MODEL,
        "state": "pending",
        "progress": 0.0,
        "polls": 0,
        "scenario": "ok",
        "created_at": 1_700_000_000.0,
        "updated_at": 1_700_000_000.0,
        "failure": None,
        "usd": "0.06",
        "billed": False,
        "answered": True,
        "results": [],
        "entry": 1,
    }

    poll(mock, task)
    poll(mock, task)
    done = value(ask(mock, f"/tasks/{task}"))

    assert (done["state"], done["progress"], done["polls"]) == ("done", 1.0, 2)
    assert done["billed"] is True
    assert [each["kind"] for each in done["results"]] == ["image", "image"]
    folders = [each["value"].rpartition("/")[0] for each in done["results"]]
    assert folders == [f"http://localhost:8321/files/{task}"] * 2
    assert value(ask(mock, "/tasks?state=done")) == {"count": 1, "tasks": [done]}
    assert value(ask(mock, "/tasks?state=failed")) == {"count": 0, "tasks": []}


def test_tasks_are_filtered(mock: Mock, ask: Ask, create: Create) -> None:
    tasks = [create(mock, key=key) for key in ("wanproof.ok.alice", BOB, BOB)]

    def ids(query: str) -> list[str]:
        return [each["id"] for each in value(ask(mock, f"/tasks?{query}"))["tasks"]]

    assert ids("") == tasks
    assert ids("tenant=bob") == tasks[1:]
    assert ids("limit=1") == tasks[2:]
    assert ids(f"model={MODEL}") == tasks
    assert ids("model=wan26_i2i") == []


def test_a_failed_task_says_why(mock: Mock, ask: Ask, create: Create, poll: Poll) -> None:
    task = create(mock, key="wanproof.fail-3001.alice")
    for _ in range(3):
        poll(mock, task)

    given = value(ask(mock, f"/tasks/{task}"))

    assert given["state"] == "failed"
    assert given["failure"] == {
        "code": "3001",
        "message": "Generation failed: Invalid image dimensions",
    }
    assert given["billed"] is False


def test_an_unknown_task(mock: Mock, ask: Ask) -> None:
    assert "GET /_wanproof/tasks" in says(ask(mock, "/tasks/nothing"), 404)


def test_requests_are_found_by_their_trace_and_by_the_clients_own_id(mock: Mock, ask: Ask) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    parent = f"00-{trace}-00f067aa0ba902b7-01"
    answers = [
        mock.handle(Request(method="GET", path="/nowhere", headers=headers))
        for headers in ({"Traceparent": parent}, {"X-Request-Id": "mine-7"}, {})
    ]

    def find(query: str) -> list[int]:
        return [each["number"] for each in value(ask(mock, f"/requests?{query}"))["requests"]]

    assert find(f"traceparent={parent}") == find(f"traceparent={trace.upper()}") == [1]
    assert find(f"traceparent={answers[2].headers['Traceparent']}") == [3]
    assert find("request_id=mine-7") == [2]
    assert find("request_id=mine") == find("traceparent=00") == []
