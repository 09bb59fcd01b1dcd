"""How many values a filtered answer reads, in each store: those that it shows, and few others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.httpx_transport import BASE_URL, WanTransport
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.stores import Store, Table
from wan_mockserver.state.stores.decoded_values import DecodedValues

MULEROUTER = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
STUDIO = "/api/v1/services/aigc/image2image/image-synthesis"
IMAGES = ["https://example.com/a.jpg"]
DONE = 12
"""Tasks that are polled to their end, of 20 at each of two vendors."""


class Served:
    """A mock with tasks of two vendors, and the number of values that it has read."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: Counter[str] = Counter()
        self.store = store
        self._count_reads(monkeypatch)
        self.clock = ManualClock(store=store)
        mock = Mock(Simulator(clock=self.clock, store=store, listener=lambda _: None))
        self.http = httpx.Client(
            transport=WanTransport(mock),
            base_url=BASE_URL,
            headers={"Authorization": "Bearer wanproof.ok.team"},
        )
        self.ids: list[str] = []
        for nth in range(20):
            self._create(ended=nth < DONE)
            self.clock.advance(1)

    def _count_reads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kind: Any = type(self.store)
        for name in ("values", "select", "get"):
            usual = getattr(kind, name)

            def counting(
                store: Any, table: Table[Any], *given: Any, usual: Any = usual, **more: Any
            ) -> Any:
                found = usual(store, table, *given, **more)
                values = getattr(found, "values", found)
                self.read[table.name] += len(values) if isinstance(values, list) else 1
                return found

            monkeypatch.setattr(kind, name, counting)
        decode: Any = DecodedValues.decode

        def decode_counted(decoded: Any, table: Table[Any], contents: Iterable[bytes]) -> Any:
            values = decode(decoded, table, contents)
            self.read[f"decoded {table.name}"] += len(values)
            return values

        monkeypatch.setattr(DecodedValues, "decode", decode_counted)

    def _create(self, *, ended: bool) -> None:
        body: dict[str, Any] = {"prompt": "x", "images": IMAGES}
        created = self.http.post(MULEROUTER, json=body).json()["task_info"]["id"]
        for _ in range(3 if ended else 1):
            self.http.get(f"{MULEROUTER}/{created}").raise_for_status()
        body = {"model": "wan2.5-i2i-preview", "input": body}
        headers = {"X-DashScope-Async": "enable"}
        answer = self.http.post(STUDIO, json=body, headers=headers).json()
        self.ids.append(answer["output"]["task_id"])
        for _ in range(3 if ended else 1):
            self.http.get(f"/api/v1/tasks/{self.ids[-1]}").raise_for_status()

    def get(self, path: str) -> tuple[Any, int, int]:
        """Returns an answer, and how many tasks and exchanges were read for it."""
        self.read.clear()
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        for table in ("tasks", "journal"):
            assert self.read[f"decoded {table}"] <= self.read[table]
        return answer.json(), self.read["tasks"], self.read["journal"]


@pytest.fixture
def served(store: Store, monkeypatch: pytest.MonkeyPatch) -> Served:
    return Served(store, monkeypatch)


def test_filtered_tasks_are_counted_and_only_some_are_read(served: Served) -> None:
    unfinished = 2 * (20 - DONE)
    every = served.get("/_wanproof/tasks")[0]["tasks"]
    own = _select(every, model=every[0]["model"])
    assert len(own) == 20
    model = f"model={every[0]['model']}"
    for query, wanted, most_read in (
        ("state=done&limit=3", _select(every, state="done"), 3),
        ("state=failed&limit=3", [], 0),
        ("state=pending&limit=0", _select(every, state="pending"), 0),
        (f"{model}&limit=2", own, 2),
        (f"{model}&state=done&tenant=team&limit=1", _select(own, state="done"), 1),
        ("model=wan2.5-t2v-preview", [], 0),
        ("state=done&tenant=other", [], 0),
    ):
        body, tasks, entries = served.get(f"/_wanproof/tasks?{query}")
        limit = int(query.rpartition("limit=")[2]) if "limit" in query else 1000
        assert body["count"] == len(wanted), query
        assert body["tasks"] == wanted[len(wanted) - min(limit, len(wanted)) :], query
        assert tasks <= most_read + (unfinished if "state" in query else 0), query
        assert entries == 0


def test_filtered_exchanges_are_counted_and_only_some_are_read(served: Served) -> None:
    every = served.get("/_wanproof/requests")[0]["requests"]
    some = every[-7]
    for query, wanted in (
        ("action=create", _select(every, action="create")),
        ("action=poll&vendor=dashscope", _select(every, action="poll", vendor="dashscope")),
        ("status=202", _select(every, status=202)),
        ("refused=true", []),
        ("refused=false", every),
        (f"task={some['task']}", _select(every, task=some["task"])),
        (f"path={some['path']}", _select(every, path=some["path"])),
        (f"since={some['number']}", every[-6:]),
        (f"since={some['number']}&action=poll", _select(every[-6:], action="poll")),
        ("since=0&tenant=team", every),
        ("since=100000", []),
        (f"method=POST&model={some['model']}", _select(every, method="POST", model=some["model"])),
        (f"traceparent={some['answer']['headers']['traceparent']}", [some]),
        (f"traceparent={some['answer']['headers']['traceparent'].split('-')[1].upper()}", [some]),
    ):
        body, tasks, entries = served.get(f"/_wanproof/requests?{query}&limit=2")
        assert body["count"] == len(wanted), query
        assert body["requests"] == wanted[-2:], query
        assert (tasks, entries) == (0, min(2, len(wanted))), query
        body, tasks, entries = served.get(f"/_wanproof/requests/count?{query}")
        assert (body["count"], tasks, entries) == (len(wanted), 0, 0), query


def _select(entries: list[Any], **facts: Any) -> list[Any]:
    return [each for each in entries if all(each[name] == facts[name] for name in facts)]


def test_exchanges_are_found_by_the_ids_of_their_clients(served: Served) -> None:
    headers = {"X-Correlation-Id": "a\\b", "Idempotency-Key": "k1"}
    served.http.get("/api/v1/tasks/none", headers={"X-Request-Id": "k1"})
    served.http.get("/api/v1/tasks/none", headers=[*headers.items()])
    for wanted, count in (("k1", 2), ("a\\b", 1), ("k", 0)):
        body, tasks, entries = served.get(f"/_wanproof/requests?request_id={wanted}&limit=1")
        assert (body["count"], tasks, entries) == (count, 0, min(count, 1))


def test_a_page_of_model_studio_reads_its_tasks(served: Served) -> None:
    newest = served.ids[::-1]
    for query, total, shown, most_read in (
        ("", 20, newest[:10], 10),
        ("page_size=3", 20, newest[:3], 3),
        ("page_size=3&page_no=3", 20, newest[6:9], 3),
        ("page_size=3&page_no=7", 20, newest[18:], 2),
        ("page_size=3&page_no=8", 20, [], 0),
        ("model_name=wan2.5-i2i-preview&page_size=1", 20, newest[:1], 1),
        ("model_name=wan2.5-t2v-preview", 0, [], 0),
        ("model_name=unknown", 0, [], 0),
        (f"task_id={newest[4]}", 1, [newest[4]], 1),
        ("status=SUCCEEDED&page_size=2&page_no=2", DONE, newest[10:12], 4 + 20 - DONE),
        ("status=FAILED", 0, [], 20 - DONE),
        ("status=UNKNOWN", 0, [], 20 - DONE),
        ("status=PENDING&page_size=1", 20 - DONE, newest[:1], 20 - DONE),
    ):
        body, tasks, _ = served.get(f"/api/v1/tasks?{query}")
        assert [each["task_id"] for each in body["data"]] == shown, query
        assert body["total"] == total, query
        assert tasks <= most_read, query


def test_model_studio_lists_tasks_of_a_day(served: Served) -> None:
    served.clock.advance(24 * 3600 - 10)
    body, tasks, _ = served.get("/api/v1/tasks?page_size=100")
    assert [each["task_id"] for each in body["data"]] == served.ids[:9:-1]
    assert (body["total"], tasks) == (10, 10)
