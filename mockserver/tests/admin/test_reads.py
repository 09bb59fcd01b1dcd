"""How much the admin API reads, counted in values: creates and polls wait for none of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.httpx_transport import BASE_URL, WanTransport
from wan_mockserver.http.messages import encode_in_parts
from wan_mockserver.service import Mock
from wan_mockserver.simulator.rate_limits import Limits
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state import journal
from wan_mockserver.state.stores import Table, Value
from wan_mockserver.state.stores.decoded_values import DecodedValues
from wan_mockserver.state.stores.memory import MemoryStore

CREATE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
PAYLOAD = {"prompt": "x", "images": ["https://example.com/a.jpg"]}


class CountingStore(MemoryStore):
    """Counts the values that are read from each table."""

    def __init__(self) -> None:
        super().__init__()
        self.read: dict[str, int] = {}

    def get(self, table: Table[Value], key: str) -> Value | None:
        self._add(table, 1)
        return super().get(table, key)

    def values(
        self, table: Table[Value], tenant: str | None = None, newest: int | None = None
    ) -> list[Value]:
        found = super().values(table, tenant, newest)
        self._add(table, len(found))
        return found

    def _add(self, table: Table[Any], count: int) -> None:
        self.read[table.name] = self.read.get(table.name, 0) + count


class Served:
    """A mock with a number of creates of one payload."""

    def __init__(
        self, creates: int, limits: Limits | None = None, key: str = "wanproof.ok.team"
    ) -> None:
        self.store = CountingStore()
        clock = ManualClock(store=self.store)
        simulator = Simulator(
            clock=clock, store=self.store, listener=lambda _: None, limits=limits or Limits()
        )
        self.http = httpx.Client(
            transport=WanTransport(Mock(simulator)),
            base_url=BASE_URL,
            headers={"Authorization": f"Bearer {key}"},
        )
        self.ids = [self.create() for _ in range(creates)]

    def create(self) -> str:
        answer = self.http.post(CREATE, json=PAYLOAD).json()
        return str(answer.get("task_info", {}).get("id"))

    def count(self, method: str, path: str, body: Any = None) -> dict[str, int]:
        """Returns how many tasks and journal entries one request reads."""
        self.store.read.clear()
        self.http.request(method, path, json=body).raise_for_status()
        return {name: self.store.read.get(name, 0) for name in ("tasks", "journal")}


@pytest.mark.parametrize(
    ("path", "tasks", "entries"),
    [
        ("/tasks?limit=20", 20, 0),
        ("/tasks?limit=20&tenant=team", 20, 0),
        ("/requests?limit=5", 0, 5),
        ("/requests?limit=5&tenant=team", 0, 5),
        ("/requests/count", 0, 0),
        ("/requests/count?tenant=team", 0, 0),
    ],
)
def test_a_page_reads_what_it_shows(path: str, tasks: int, entries: int) -> None:
    served = Served(60)
    assert served.count("GET", f"/_wanproof{path}") == {"tasks": tasks, "journal": entries}
    body = served.http.get(f"/_wanproof{path}").json()
    assert body["count"] == 60


def test_one_task_is_read_alone() -> None:
    served = Served(30)
    read = served.count("GET", f"/_wanproof/tasks/{served.ids[3]}")
    assert read == {"tasks": 1, "journal": 0}


def test_a_check_reads_only_what_it_judges() -> None:
    served = Served(30)
    checks = {"checks": [{"creates": 30}, {"no_poll_after_end": True}]}
    assert served.count("POST", "/_wanproof/verify", checks) == {"tasks": 0, "journal": 30}
    checks = {"checks": [{"usd_at_most": "100"}]}
    read = served.count("POST", "/_wanproof/verify", checks)
    assert read["tasks"] == 30


@pytest.mark.parametrize("path", ["/ledger", "/verify"])
def test_the_cost_of_the_ledger_grows_with_the_tasks_and_not_faster(
    path: str,
) -> None:
    """Of repeated creates the first ones are no longer in the journal."""
    small, large = (_count_ledger_reads(path, creates) for creates in (60, 240))
    assert large <= 4.5 * small


def _count_ledger_reads(path: str, creates: int) -> int:
    served = Served(creates)
    table = Table("journal", journal.Entry, max_count=creates // 3)
    served.store.change(table, "new", lambda _: served.store.values(table)[0])
    assert served.store.count_forgotten(table) > creates / 2
    body = {"checks": [{"no_duplicate_charges": True}]} if path == "/verify" else None
    read = served.count("POST" if body else "GET", f"/_wanproof{path}", body)
    return sum(read.values())


def test_a_limit_of_running_tasks_reads_those_that_run() -> None:
    served = Served(3, Limits(running_tasks=4))
    for each in served.ids:
        for _ in range(3):
            served.http.get(f"{CREATE}/{each}").raise_for_status()
    served.ids += [served.create() for _ in range(4)]
    assert "None" not in served.ids
    served.store.read.clear()
    assert served.create() == "None"
    assert served.store.read["tasks"] == 4


def test_values_are_decoded_once_until_they_change() -> None:
    decoded, table = DecodedValues(), Table("numbers", float)
    first = decoded.decode(table, [b"1.5", b"2.5"])
    again = decoded.decode(table, [b"1.5", b"3.5"])
    assert (first, again) == ([1.5, 2.5], [1.5, 3.5])
    assert again[0] is first[0]


def test_decoded_values_take_a_limited_room() -> None:
    decoded, table = DecodedValues(max_bytes=10), Table("numbers", float)
    first = decoded.decode(table, [b"1.0"])
    decoded.decode(table, [b"%d.0" % nth for nth in range(10, 99)])
    assert decoded.decode(table, [b"1.0"]) == first
    assert decoded.decode(table, [b"1.0"])[0] is not first[0]


@pytest.mark.parametrize("value", [{}, [], {"a": [1, {"b": None}], "ü": {"c": "\ud800"}}, 1.5])
def test_json_in_parts_is_the_same_text(value: Any) -> None:
    import json

    assert encode_in_parts(value) == json.dumps(value)
