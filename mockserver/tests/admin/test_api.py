"""What the admin API answers, route by route."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from wan_mockserver.admin import shapes
from wan_mockserver.admin.api import ROUTES
from wan_mockserver.clock import ManualClock
from wan_mockserver.journal import Entry
from wan_mockserver.lifecycle import Polls
from wan_mockserver.messages import Response
from wan_mockserver.prices import shipped
from wan_mockserver.service import Mock
from wan_mockserver.stores import Unavailable
from wan_mockserver.stores.memory import MemoryStore
from wan_mockserver.stores.sqlite import SqliteStore

Make = Callable[..., Mock]
Ask = Callable[..., Response]
Create = Callable[..., str]
Poll = Callable[..., Response]

MODEL = "wan2.5-i2i-preview"
LOST = "wanproof.accept-lost.alice"
BOB = "wanproof.ok.bob"


def value(response: Response, status: int = 200) -> Any:
    assert response.status == status, response.body
    assert response.headers["Content-Type"] == "application/json"
    return json.loads(response.body)


def says(response: Response, status: int = 400) -> str:
    given = value(response, status)
    assert list(given) == ["message"]
    return str(given["message"])


def test_health(mock: Mock, ask: Ask) -> None:
    assert value(ask(mock, "/health")) == {
        "status": "ok",
        "version": "0.1.0",
        "seed": 7,
        "now": 1_700_000_000.0,
        "clock": "manual",
        "scenario": "ok",
        "store": "memory",
    }


def test_health_names_what_the_server_was_started_with(make: Make, ask: Ask, tmp_path: Any) -> None:
    store = SqliteStore(tmp_path / "wanproof.db")
    mock = make(scenario="slow", store=store)

    health = value(ask(mock, "/health"))
    store.close()

    assert (health["scenario"], health["store"]) == ("slow", "sqlite")


def test_scenarios(mock: Mock, ask: Ask) -> None:
    given = value(ask(mock, "/scenarios"))

    known = {each["name"]: each for each in given["scenarios"]}
    assert list(known) == list(mock.simulator.scenarios)
    assert known["accept-lost"]["parts"] == ["create"]
    assert known["accept-lost"]["group"] == "transport"
    assert known["accept-lost"]["vendor"] is None
    assert known["fail-3001"]["vendor"] == "mulerouter"
    assert known["ok"]["parts"] == []
    assert given["default"] == "ok"
    assert given["armed"] == []


def test_arming(mock: Mock, ask: Ask, create: Create) -> None:
    armed = value(ask(mock, "/scenarios", {"scenario": "http-500:2", "creates": 2}))

    waiting = {"scenario": "http-500:2", "tenant": "", "creates": 2, "left": 2}
    assert armed == {"armed": [waiting]}
    assert create(mock, key="some-key") == ""
    assert value(ask(mock, "/scenarios"))["armed"] == [{**waiting, "left": 1}]
    assert create(mock, key="other-key") == ""
    assert value(ask(mock, "/scenarios"))["armed"] == []
    assert create(mock, key="some-key")


def test_arming_is_for_one_create_of_anybody_unless_told_otherwise(mock: Mock, ask: Ask) -> None:
    ask(mock, "/scenarios", {"scenario": "slow"})
    armed = value(ask(mock, "/scenarios", {"scenario": "ok", "creates": None, "tenant": "bob"}))

    assert armed["armed"] == [
        {"scenario": "slow", "tenant": "", "creates": 1, "left": 1},
        {"scenario": "ok", "tenant": "bob", "creates": None, "left": None},
    ]


def test_disarming(mock: Mock, ask: Ask, create: Create) -> None:
    for tenant in ("", "bob"):
        ask(mock, "/scenarios", {"scenario": "http-500", "creates": None, "tenant": tenant})

    of_bob = value(ask(mock, "/scenarios?tenant=bob", method="DELETE"))
    assert [each["tenant"] for each in of_bob["armed"]] == [""]
    assert value(ask(mock, "/scenarios", method="DELETE")) == {"armed": []}
    assert create(mock, key="some-key")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"scenario": "accept-lst"}, "did you mean accept-lost?"),
        ({"scenario": "ok:2"}, "nothing to count"),
        ({}, "the member scenario is missing"),
        ({"scenario": ""}, "scenario must be a string that is not empty"),
        ({"scenario": None}, "not null"),
        ({"scenario": "ok", "create": 2}, "did you mean creates?"),
        ({"scenario": "ok", "creates": -1}, "a whole number from 0 to 1000000, not -1"),
        ({"scenario": "ok", "creates": True}, "not True"),
        ({"scenario": "ok", "creates": "2"}, "not '2'"),
        ({"scenario": "ok", "tenant": None}, "tenant must be"),
        ([], "must be one JSON object, with the members scenario, creates, tenant"),
    ],
)
def test_what_cannot_be_armed(mock: Mock, ask: Ask, body: Any, said: str) -> None:
    assert said in says(ask(mock, "/scenarios", body))


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
        ("/requests?actoin=create", "there is no query parameter 'actoin' here; did you mean"),
        ("/requests?x=1", "allowed: tenant, vendor,"),
        ("/requests?action=creat", "action cannot be 'creat'; did you mean create?"),
        ("/requests?vendor=mulerooter", "did you mean mulerouter?"),
        ("/requests?model=wan2.5-i2i-previw", "did you mean wan2.5-i2i-preview?"),
        ("/requests?status=2xx", "a whole number from 100 to 599, not '2xx'"),
        ("/requests?status=99", "not 99"),
        ("/requests?status=%C2%B2", "status must be"),
        ("/requests?refused=yes", "must be true or false, not 'yes'"),
        ("/requests?limit=-1", "not -1"),
        ("/requests?tenant=", "must be a string that is not empty"),
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
    assert done["results"] == [
        {"kind": "image", "value": f"http://localhost:8321/files/{task}/{nth}.png"}
        for nth in (1, 2)
    ]
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
    assert given["failure"] == {"code": "3001", "message": "Task Execution Error"}
    assert given["billed"] is False


def test_an_unknown_task(mock: Mock, ask: Ask) -> None:
    assert "GET /_wanproof/tasks" in says(ask(mock, "/tasks/nothing"), 404)


def test_the_ledger_of_a_call_that_was_paid_twice(
    mock: Mock, ask: Ask, create: Create, poll: Poll
) -> None:
    first, second = create(mock, key=LOST), create(mock, key=LOST)
    before = value(ask(mock, "/ledger"))
    assert (before["total_usd"], before["duplicate_usd"]) == ("0.06", "0.00")
    for _ in range(3):
        poll(mock, second)

    given = value(ask(mock, "/ledger"))

    [pair] = given["duplicate_charges"]
    assert (pair["first"], pair["second"], pair["usd"]) == (first, second, "0.06")
    assert [each["number"] for each in pair["entries"]] == [1, 2]
    assert {each["sent"]["sha256"] for each in pair["entries"]} == {
        pair["entries"][0]["sent"]["sha256"]
    }
    assert given["entries"][0] == {
        "task": first,
        "tenant": "alice",
        "model": MODEL,
        "usd": "0.06",
        "billed": True,
        "at": 1_700_000_000.0,
        "entry": 1,
    }
    assert [each["task"] for each in given["entries"]] == [first, second]
    assert (given["total_usd"], given["duplicate_usd"]) == ("0.12", "0.06")
    assert given["unknown_prices"] == 0
    assert given["forgotten"] == 0
    price = shipped()[MODEL]
    assert given["prices"] == {
        MODEL: {
            "usd": {"image": "0.03"},
            "source": price.source,
            "on": price.on,
            "confidence": price.confidence,
        }
    }


def test_the_ledger_of_one_tenant(mock: Mock, ask: Ask, create: Create) -> None:
    create(mock)
    create(mock, key=BOB)

    given = value(ask(mock, "/ledger?tenant=bob"))

    assert [each["tenant"] for each in given["entries"]] == ["bob"]
    assert value(ask(mock, "/ledger?tenant=carol"))["total_usd"] == "0.00"


def test_an_unknown_price_is_null(make: Make, ask: Ask, create: Create, poll: Poll) -> None:
    nameless = {
        model: type(price)(usd={}, source=price.source, on="", confidence="none")
        for model, price in shipped().items()
    }
    mock = make(prices=nameless, lifecycle=Polls(0))
    poll(mock, create(mock))

    given = value(ask(mock, "/ledger"))

    assert given["entries"][0]["usd"] is None
    assert given["entries"][0]["billed"] is True
    assert (given["total_usd"], given["unknown_prices"]) == ("0.00", 1)
    assert value(ask(mock, "/tasks"))["tasks"][0]["usd"] is None


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00"),
        ("0.03", "0.03"),
        ("0.1", "0.10"),
        ("1E+2", "100.00"),
        ("1E-7", "0.0000001"),
        ("0.1250", "0.125"),
        ("1234567.8", "1234567.80"),
    ],
)
def test_amounts(amount: str, text: str) -> None:
    assert shapes.usd(Decimal(amount)) == text


def test_the_clock(mock: Mock, ask: Ask) -> None:
    now = {"mode": "manual", "now": 1_700_000_000.0, "iso": "2023-11-14T22:13:20.000Z"}
    assert value(ask(mock, "/clock")) == now

    later = value(ask(mock, "/clock", {"advance": 3600.5}))

    assert later == {**now, "now": 1_700_003_600.5, "iso": "2023-11-14T23:13:20.500Z"}
    assert value(ask(mock, "/clock")) == later
    assert mock.clock.now() == later["now"]


@pytest.mark.parametrize("wrong", [-1, "60", None, True, [], 10**400, 10**10 + 1, float(2**40)])
def test_a_clock_goes_forward_by_numbers(mock: Mock, ask: Ask, wrong: Any) -> None:
    assert "advance must be a number of seconds from 0" in says(
        ask(mock, "/clock", {"advance": wrong})
    )
    assert mock.clock.now() == 1_700_000_000.0


def test_time_ends_with_the_calendar(make: Make, ask: Ask) -> None:
    mock = make(clock=ManualClock(253_402_200_000.0))

    assert "the calendar ends" in says(ask(mock, "/clock", {"advance": 10**6}))


def test_the_seed(mock: Mock, ask: Ask) -> None:
    assert value(ask(mock, "/seed")) == {"seed": 7}
    assert value(ask(mock, "/seed", {"seed": -3})) == {"seed": -3}
    assert value(ask(mock, "/seed")) == {"seed": -3}
    assert mock.simulator.seed == -3
    assert "did you mean seed?" in says(ask(mock, "/seed", {"sed": 7}))
    assert "missing" in says(ask(mock, "/seed", {}))
    assert "must be a whole number" in says(ask(mock, "/seed", {"seed": 2**60}))


def test_the_same_seed_makes_the_same_ids_again(mock: Mock, ask: Ask, create: Create) -> None:
    first = create(mock)
    ask(mock, "/reset", {"seed": 8})
    other = create(mock)
    ask(mock, "/reset", {"seed": 7})

    assert create(mock) == first
    assert other != first


def test_resetting_everything(mock: Mock, ask: Ask, create: Create) -> None:
    create(mock)
    ask(mock, "/clock", {"advance": 60})

    done = value(ask(mock, "/reset", method="POST"))

    assert done == {"tenant": None, "seed": 7, "now": 1_700_000_000.0}
    assert (mock.journal(), mock.tasks()) == ([], [])


def test_resetting_one_tenant(mock: Mock, ask: Ask, create: Create) -> None:
    create(mock)
    create(mock, key=BOB)

    assert value(ask(mock, "/reset", {"tenant": "bob"}))["tenant"] == "bob"

    assert [task.tenant for task in mock.tasks()] == ["alice"]
    assert [entry.tenant for entry in mock.journal()] == ["alice"]
    assert "must be a string that is not empty" in says(ask(mock, "/reset", {"tenant": ""}))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "the body is no JSON"),
        (b'{"seed": NaN}', "the body is no JSON"),
        (b'{"seed": 1, "seed": 2}', "seed"),
        (b"\xff\xfe", "the body is no JSON"),
        (b"[" * 100_000, "the body is no JSON"),
        (b"7", "one JSON object"),
        (b"null", "one JSON object"),
    ],
)
def test_bodies_that_are_no_object(mock: Mock, ask: Ask, body: bytes, said: str) -> None:
    assert said in says(ask(mock, "/seed", body=body))
    assert mock.simulator.seed == 7


def test_a_place_in_the_body_is_named(mock: Mock, ask: Ask) -> None:
    assert "(line 2, column 3)" in says(ask(mock, "/seed", body=b'{\n  seed": 7}'))


def test_bodies_and_queries_stand_where_they_belong(mock: Mock, ask: Ask) -> None:
    assert "takes a JSON body" in says(ask(mock, "/seed?seed=9", {"seed": 7}))
    assert "takes no body" in says(ask(mock, "/scenarios", {"tenant": "bob"}, method="DELETE"))


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/health", "GET, HEAD"),
        ("PUT", "/clock", "GET, HEAD, POST"),
        ("GET", "/verify", "POST"),
        ("GET", "/reset", "POST"),
        ("PATCH", "/scenarios", "DELETE, GET, HEAD, POST"),
        ("DELETE", "/tasks/1", "GET, HEAD"),
        ("OPTIONS", "/clock", "GET, HEAD, POST"),
    ],
)
def test_other_methods(mock: Mock, ask: Ask, method: str, path: str, allow: str) -> None:
    refused = ask(mock, path, method=method)

    assert f"{method} is not allowed at /_wanproof{path}; allowed: {allow}" == says(refused, 405)
    assert refused.headers["Allow"] == allow


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/helth", "did you mean /_wanproof/health?"),
        ("/scenario", "did you mean /_wanproof/scenarios?"),
        ("/request/count", "did you mean /_wanproof/requests/count?"),
        ("/zzz", "known: /_wanproof/health, /_wanproof/scenarios,"),
        ("/tasks/a/b", "nothing is served at /_wanproof/tasks/a/b"),
    ],
)
def test_other_paths(mock: Mock, ask: Ask, path: str, said: str) -> None:
    assert said in says(ask(mock, path), 404)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method == "GET"])
def test_head_is_get_without_a_body(mock: Mock, ask: Ask, route: Any) -> None:
    got, head = ask(mock, route.path), ask(mock, route.path, method="HEAD")

    assert (head.status, head.headers, head.body) == (got.status, got.headers, b"")


def test_a_store_that_is_gone_is_told(make: Make, ask: Ask) -> None:
    class Gone(MemoryStore):
        def values(self, *given: Any, **more: Any) -> Any:
            raise Unavailable("the disk is full")

    assert "the disk is full" in says(ask(make(store=Gone()), "/requests"), 503)


def test_the_page_comes_before_the_api(mock: Mock, ask: Ask) -> None:
    page = ask(mock, "/")

    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
