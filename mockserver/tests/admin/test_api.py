"""The admin API: health, arming, the clock, resets; and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from wan_mockserver.admin.api import ROUTES
from wan_mockserver.clock import ManualClock
from wan_mockserver.service import Mock
from wan_mockserver.state.stores import StoreUnavailable
from wan_mockserver.state.stores.memory import MemoryStore
from wan_mockserver.state.stores.sqlite import SqliteStore

from .api_responses import BOB, Ask, Create, Make, says, value


def test_health(mock: Mock, ask: Ask) -> None:
    assert value(ask(mock, "/health")) == {
        "status": "ok",
        "version": "0.1.0",
        "seed": 7,
        "now": 1_700_000_000.0,
        "clock": "manual",
        "scenario": "ok",
        "store": "memory",
        "epoch": "",
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
        ({"scenario": ""}, "scenario: '' is not valid; allowed: a string"),
        ({"scenario": None}, "null is not valid"),
        ({"scenario": "ok", "create": 2}, "did you mean creates?"),
        (
            {"scenario": "ok", "creates": -1},
            "creates: -1 is not valid; allowed: a whole number from 0 to 1000000",
        ),
        ({"scenario": "ok", "creates": True}, "true is not valid"),
        ({"scenario": "ok", "creates": "2"}, "'2' is not valid"),
        ({"scenario": "ok", "tenant": None}, "tenant: null is not valid"),
        ([], "must be one JSON object, with the members scenario, creates, tenant"),
    ],
)
def test_what_cannot_be_armed(mock: Mock, ask: Ask, body: Any, said: str) -> None:
    assert said in says(ask(mock, "/scenarios", body))


def test_the_clock(mock: Mock, ask: Ask) -> None:
    now = {"mode": "manual", "now": 1_700_000_000.0, "iso": "2023-11-14T22:13:20.000Z"}
    assert value(ask(mock, "/clock")) == now

    later = value(ask(mock, "/clock", {"advance": 3600.5}))

    assert later == {**now, "now": 1_700_003_600.5, "iso": "2023-11-14T23:13:20.500Z"}
    assert value(ask(mock, "/clock")) == later
    assert mock.clock.now() == later["now"]


@pytest.mark.parametrize("wrong", [-1, "60", None, True, [], 10**400, 10**10 + 1, float(2**40)])
def test_a_clock_goes_forward_by_numbers(mock: Mock, ask: Ask, wrong: Any) -> None:
    assert "is not valid; allowed: a number of seconds from 0" in says(
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
    assert "allowed: a whole number" in says(ask(mock, "/seed", {"seed": 2**60}))


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
    assert "allowed: a string that is not empty" in says(ask(mock, "/reset", {"tenant": ""}))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "the body is not valid JSON"),
        (b'{"seed": NaN}', "the body is not valid JSON"),
        (b'{"seed": 1, "seed": 2}', "seed"),
        (b"\xff\xfe", "the body is not valid JSON"),
        (b"[" * 100_000, "the body is not valid JSON"),
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
            raise StoreUnavailable("the disk is full")

    assert "the disk is full" in says(ask(make(store=Gone()), "/requests"), 503)


def test_the_page_comes_before_the_api(mock: Mock, ask: Ask) -> None:
    page = ask(mock, "/")

    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
