"""Who chooses the scenario: the header, the API key, what was armed, the server itself."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from wan_mockserver.http.messages import Response
from wan_mockserver.service import Mock
from wan_mockserver.simulator.scenario_selection import HEADER, STEP, Armed, put_armed, take_armed
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.stores.memory import MemoryStore

MULE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
VTRIX = "/model/v1/generation"
IMAGE = "https://example.com/a.jpg"
EDIT = {"prompt": "x", "images": [IMAGE], "n": 2}
VTRIX_EDIT = {
    "model": "wan25_i2i_preview_intl",
    "input": {"prompt": "x", "images": [IMAGE]},
    "parameters": {"n": 1},
}

Make = Callable[..., Simulator]
Send = Callable[..., Response]


def asking(name: str) -> dict[str, str]:
    return {HEADER: name}


def taken(store: MemoryStore, tenant: str) -> str | None:
    """The scenario that the next create of *tenant* meets."""
    waiting = take_armed(store, tenant)
    return waiting.scenario if waiting else None


def met(answer: Response) -> str:
    """The name of the scenario that the answer says it met, "" for none."""
    return answer.headers.get(STEP, "").partition(" ")[0]


def test_nothing_is_armed_at_first() -> None:
    assert taken(MemoryStore(), "alice") is None


def test_so_many_creates_are_armed_and_then_no_more() -> None:
    store = MemoryStore()
    put_armed(store, Armed(scenario="slow", creates=2))
    assert [taken(store, who) for who in ("alice", "bob", "alice")] == ["slow", "slow", None]


def test_what_is_armed_for_a_tenant_comes_before_what_is_armed_for_any() -> None:
    store = MemoryStore()
    put_armed(store, Armed(scenario="stuck", creates=2))
    put_armed(store, Armed(scenario="slow", creates=1, tenant="alice"))
    assert taken(store, "alice") == "slow"
    assert taken(store, "bob") == "stuck"
    assert taken(store, "alice") == "stuck"
    assert taken(store, "alice") is None


def test_arming_again_takes_the_place_of_what_was_armed() -> None:
    store = MemoryStore()
    put_armed(store, Armed(scenario="slow", creates=5))
    assert taken(store, "alice") == "slow"
    put_armed(store, Armed(scenario="stuck", creates=1))
    assert [taken(store, "alice") for _ in range(2)] == ["stuck", None]


def test_to_arm_for_no_creates_disarms() -> None:
    store = MemoryStore()
    put_armed(store, Armed(scenario="slow", creates=5))
    put_armed(store, Armed(scenario="slow", creates=0))
    assert taken(store, "alice") is None


def test_no_more_than_the_armed_creates_meet_it_under_threads() -> None:
    store = MemoryStore()
    put_armed(store, Armed(scenario="slow", creates=100))
    with ThreadPoolExecutor(8) as threads:
        found = Counter(threads.map(lambda nth: taken(store, f"tenant{nth % 3}"), range(400)))
    assert found == {"slow": 100, None: 300}


def test_the_header_is_stronger_than_the_key_than_what_is_armed_than_the_server(
    simulator: Make, send: Send
) -> None:
    mock = Mock(simulator(scenario="accept-502"))
    key = "wanproof.http-503.team"
    header = asking("http-404")
    assert met(send(mock, "POST", MULE, EDIT, key="bob")) == "accept-502"
    mock.arm("http-423", creates=1)
    assert met(send(mock, "POST", MULE, EDIT, key="alice", headers=header)) == "http-404"
    assert met(send(mock, "POST", MULE, EDIT, key=key, headers=header)) == "http-404"
    assert met(send(mock, "POST", MULE, EDIT, key=key)) == "http-503"
    assert met(send(mock, "POST", MULE, EDIT, key="alice")) == "http-423"
    assert met(send(mock, "POST", MULE, EDIT, key="alice")) == "accept-502"


def test_what_a_create_met_holds_for_its_task_whoever_armed_it(simulator: Make, send: Send) -> None:
    mock = Mock(simulator())
    mock.arm("fail-3001")
    made = json.loads(send(mock, "POST", MULE, EDIT).body)["task_info"]["id"]
    other = json.loads(send(mock, "POST", MULE, EDIT).body)["task_info"]["id"]
    polls = [send(mock, "GET", f"{MULE}/{task}") for task in (made, other) for _ in range(3)]
    states = [json.loads(poll.body)["task_info"]["status"] for poll in polls]
    assert states == ["pending", "processing", "failed", "pending", "processing", "completed"]


def test_arming_is_refused_for_what_cannot_be(simulator: Make) -> None:
    mock = Mock(simulator())
    with pytest.raises(ValueError, match="did you mean partial"):
        mock.arm("partal")
    with pytest.raises(ValueError, match="a whole number from 0 up, not -1"):
        mock.arm("partial", creates=-1)


def test_the_key_chooses_and_names_the_tenant(simulator: Make, send: Send) -> None:
    mock = Mock(simulator())
    send(mock, "POST", MULE, EDIT, key="wanproof.partial:1+slow.team-a")
    send(mock, "POST", MULE, EDIT, key="wanproof.ok.team-a")
    send(mock, "POST", MULE, EDIT, key="wanproof.ok")
    whole, usual, own = mock.tasks()
    assert (whole.tenant, whole.scenario, len(whole.parts)) == ("team-a", "partial:1+slow", 1)
    assert (usual.tenant, usual.scenario, len(usual.parts)) == ("team-a", "ok", 2)
    assert own.tenant not in ("", "team-a", "ok")
    assert mock.tasks("team-a") == [whole, usual]


def test_a_tenant_sees_its_task_under_all_of_its_scenarios_and_no_other_does(
    simulator: Make, send: Send
) -> None:
    mock = Mock(simulator())
    made = send(mock, "POST", MULE, EDIT, key="wanproof.ok.a")
    place = f"{MULE}/{json.loads(made.body)['task_info']['id']}"
    keys = ["wanproof.ok.a", "wanproof.slow.a", "wanproof.ok.b", "wanproof.ok"]
    assert [send(mock, "GET", place, key=key).status for key in keys] == [200, 200, 404, 404]


UNKNOWN = pytest.mark.parametrize(
    ("key", "headers"),
    [("alice", asking("partal")), ("wanproof.partal", {}), ("wanproof.partal.team", {})],
    ids=["header", "key", "key with tenant"],
)


@UNKNOWN
def test_an_unknown_name_is_refused_in_the_dialect_of_one_vendor(
    simulator: Make, send: Send, key: str, headers: dict[str, str]
) -> None:
    mock = Mock(simulator())
    answer = send(mock, "POST", MULE, EDIT, key=key, headers=headers)
    told: dict[str, Any] = json.loads(answer.body)
    assert answer.status == 400
    assert told["status"] == 400
    assert told["detail"] == "there is no scenario 'partal'; did you mean partial?"
    assert mock.tasks() == []


@UNKNOWN
def test_an_unknown_name_is_refused_in_the_dialect_of_the_other(
    simulator: Make, send: Send, key: str, headers: dict[str, str]
) -> None:
    mock = Mock(simulator())
    answer = send(mock, "POST", VTRIX, VTRIX_EDIT, key=key, headers=headers)
    told: dict[str, Any] = json.loads(answer.body)
    assert answer.status == 400
    assert told["error"]["error_message"].endswith(
        "there is no scenario 'partal'; did you mean partial?"
    )
    assert mock.tasks() == []


def test_a_scenario_of_the_other_vendor_is_refused_with_the_reason(
    simulator: Make, send: Send
) -> None:
    answer = send(simulator(), "POST", VTRIX, VTRIX_EDIT, headers=asking("fail-3001"))
    assert answer.status == 400
    assert b"the scenario fail-3001 can only happen at mulerouter" in answer.body


def test_an_unknown_scenario_of_the_server_is_refused_when_it_is_made(simulator: Make) -> None:
    with pytest.raises(ValueError, match="did you mean accept-lost"):
        simulator(scenario="acceptlost")


@pytest.fixture
def mock(simulator: Make) -> Mock:
    return Mock(simulator())


def test_what_is_armed_happens_to_each_of_the_next_creates(mock: Mock, send: Send) -> None:
    for _ in range(2):
        mock.arm("http-503:1", creates=2)
        answers = [send(mock, "POST", MULE, EDIT).status for _ in range(3)]
        assert answers == [503, 503, 202]


def test_a_header_on_a_poll_or_a_download_is_for_that_request(simulator: Make, send: Send) -> None:
    server = simulator()
    created = json.loads(send(server, "POST", MULE, EDIT).body)["task_info"]["id"]
    polls = [send(server, "GET", f"{MULE}/{created}") for _ in range(3)]
    late = [
        send(server, "GET", f"{MULE}/{created}", headers=asking("poll-503:1")).status
        for _ in range(2)
    ]
    file = json.loads(polls[-1].body)["images"][0].partition("8321")[2]
    send(server, "GET", file, headers=asking("download-500:1"))
    moved = send(server, "GET", file, headers=asking("download-redirect")).status
    assert (late, moved) == ([503, 200], 307)
    assert send(server, "GET", file, headers=asking("dwnload-empty")).status == 400


@pytest.mark.parametrize("name", ["http-500\n+ok", "ok\u2003+ok", "ok+" * 80 + "ok", "é"])
def test_a_name_that_no_header_could_carry_is_refused(mock: Mock, send: Send, name: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII characters"):
        mock.arm(name)
    answer = send(mock, "POST", MULE, EDIT, headers=asking(name))
    assert answer.status == 400


@pytest.mark.parametrize(
    "key", ["wanproof.", "wanproof..x", "wanproof.ok.", "wanproof.ok.a.b", "WANPROOF.ok.a@b"]
)
def test_a_key_that_nearly_chooses_is_refused(mock: Mock, send: Send, key: str) -> None:
    answer = send(mock, "POST", MULE, EDIT, key=key)
    assert answer.status == 400
    assert "must be wanproof.<scenario>" in json.loads(answer.body)["detail"]
