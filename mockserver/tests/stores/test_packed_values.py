"""Values that the memory store packs are the same when they are read."""

from __future__ import annotations

import gc
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wan_mockserver.http.messages import Request
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.journal import JOURNAL
from wan_mockserver.state.stores import Table
from wan_mockserver.state.stores.memory import MAX_UNPACKED, MemoryStore
from wan_mockserver.state.stores.packed_values import PackedValues
from wan_mockserver.state.tasks import TASKS

from .store_tables import Colour, Page
from .test_codec import KEPT

PACKED = Table("packed-pages", Page, max_count=3 * MAX_UNPACKED, packs=True)
CREATE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
HEADERS = {"authorization": "Bearer key", "content-type": "application/json"}


def send(mock: Mock, method: str, path: str, payload: Any = None) -> Any:
    body = json.dumps(payload).encode() if payload else b""
    return json.loads(
        mock.handle(Request(method=method, path=path, headers=HEADERS, body=body)).body
    )


def create(mock: Mock, nth: int) -> str:
    images = ["https://example.com/portrait.jpg"]
    payload = {"prompt": f"Paint {nth} houses", "images": images, "size": "1280*720", "n": 1}
    return str(send(mock, "POST", CREATE, payload)["task_info"]["id"])


def mark(page: Page | None) -> Page:
    assert page
    return Page(f"{page.text}!", colours=(*page.colours, Colour.RED))


@pytest.mark.parametrize("kind", KEPT, ids=lambda kind: kind.__name__)
@given(st.data())
def test_what_is_packed_is_read_as_it_was(kind: type[Any], data: st.DataObject) -> None:
    values = data.draw(st.lists(KEPT[kind], min_size=1, max_size=3))
    packed = PackedValues({str(nth): value for nth, value in enumerate(values)})
    keys = [*map(str, range(len(values)))][::-1]
    assert repr(packed.read(*keys)) == repr(values[::-1])
    assert repr(packed.read("0")) == repr(values[:1])


def test_one_object_at_several_keys_is_read_at_each() -> None:
    store, page = MemoryStore(), Page("same")
    for nth in range(MAX_UNPACKED + 1):
        store.put(PACKED, str(nth), page)
    assert store.values(PACKED) == [page] * (MAX_UNPACKED + 1)


def test_values_are_the_same_in_every_read() -> None:
    store = MemoryStore()
    pages = {str(nth): Page(text=f"page {nth}") for nth in range(5 * MAX_UNPACKED)}
    for key, page in pages.items():
        store.put(PACKED, key, page, f"tenant-{int(key) % 2}")
    kept = dict([*pages.items()][-PACKED.max_count :])
    assert store.values(PACKED) == [*kept.values()]
    assert {key: store.get(PACKED, key) for key in kept} == kept
    assert store.values(PACKED, "tenant-1", 2) == [*kept.values()][-3::2]
    assert store.count_forgotten(PACKED) == len(pages) - len(kept)


def test_a_packed_value_is_changed_in_its_place() -> None:
    store = MemoryStore()
    for nth in range(2 * MAX_UNPACKED):
        store.put(PACKED, str(nth), Page(text=str(nth)))
    for _ in range(2):
        changed = store.change(PACKED, "0", mark)
        assert store.values(PACKED)[0] == store.get(PACKED, "0") == changed
    assert changed == Page("0!!", colours=(Colour.RED, Colour.RED))
    for nth in range(2 * MAX_UNPACKED, 3 * MAX_UNPACKED):
        store.put(PACKED, str(nth), Page(text=str(nth)))
    assert store.values(PACKED)[0] == changed


def test_a_key_that_was_cleared_can_come_back() -> None:
    store = MemoryStore()
    for _ in range(2):
        for nth in range(2 * MAX_UNPACKED):
            store.put(PACKED, str(nth), Page(text=str(nth)), "tenant")
        assert [page.text for page in store.values(PACKED)] == [*map(str, range(2 * MAX_UNPACKED))]
        store.clear("tenant")
    store.put(PACKED, "1", Page(text="again"))
    assert store.values(PACKED) == [Page(text="again")]


def test_a_task_and_its_journal_entry_take_less_than_a_kilobyte() -> None:
    mock = Mock(Simulator(listener=lambda _: None))
    taken = []
    tracemalloc.start()
    try:
        for nth in range(451):
            if nth in (250, 450):
                gc.collect()
                taken.append(tracemalloc.get_traced_memory()[0])
            create(mock, nth)
    finally:
        tracemalloc.stop()
    assert (taken[1] - taken[0]) / 200 <= 1000


def test_a_task_that_was_packed_goes_on() -> None:
    mock = Mock(Simulator())
    task = create(mock, 0)
    states = []
    for _ in range(3):
        for nth in range(MAX_UNPACKED + 1):
            create(mock, nth)
        states.append(send(mock, "GET", f"{CREATE}/{task}")["task_info"]["status"])
    assert states == ["pending", "processing", "completed"]
    record = mock.store.get(TASKS, task)
    assert record
    assert (record.polls, record.visits) == (3, 3)
    assert mock.store.count(JOURNAL) == 3 * (MAX_UNPACKED + 2) + 1
