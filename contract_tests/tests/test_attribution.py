"""Requests count for the call that sent them, even if the server reads them late."""

from __future__ import annotations

import json

import pytest

from wan_contracts.cases.systematic import find_plain_payload
from wan_contracts.runner.recording_proxy import KEY_PREFIX, RecordedCall, RecordingProxy
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request
from wan_mockserver.service import Mock
from wan_mockserver.simulator.routing import FILES
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.tasks import TASKS
from wan_validators.catalog import model

IMAGES = model("wan2.5-i2i-preview")
KEY = f"{KEY_PREFIX}%d."


@pytest.fixture
def mock() -> Mock:
    return Mock(Simulator(clock=ManualClock()))


@pytest.fixture
def proxy(mock: Mock) -> RecordingProxy:
    return RecordingProxy(mock)


def begin(proxy: RecordingProxy, number: int) -> RecordedCall:
    return proxy.begin(KEY % number, "ok", deadline=100.0, max_polls=10)


def create_task(proxy: RecordingProxy, mock: Mock, call: RecordedCall) -> str:
    """Creates a task, and returns the path of a file of it."""
    path = f"/vendors/alibaba/v1/{IMAGES.name}/generation"
    headers = {"Authorization": f"Bearer {call.key}", "Content-Type": "application/json"}
    body = json.dumps(find_plain_payload(IMAGES)).encode()
    proxy.handle(Request(method="POST", path=path, headers=headers, body=body, peer="a:1"))
    (task,) = mock.store.values(TASKS, call.tenant)
    return f"/files/{task.id}/1.png"


def download(proxy: RecordingProxy, path: str, query: str = "") -> None:
    proxy.handle(Request(method="GET", path=path, query=query, peer="a:2"))


def list_paths(proxy: RecordingProxy, call: RecordedCall) -> list[str]:
    return [each.request.path for each in proxy.end(call)]


@pytest.mark.parametrize("is_reset", [True, False])
def test_a_download_of_an_earlier_call_does_not_count_for_the_only_call(
    mock: Mock, proxy: RecordingProxy, *, is_reset: bool
) -> None:
    earlier = begin(proxy, 1)
    file = create_task(proxy, mock, earlier)
    proxy.end(earlier)
    if is_reset:
        mock.reset()
    call = begin(proxy, 2)

    download(proxy, file)

    assert list_paths(proxy, call) == []


def test_a_repeated_call_has_the_task_of_the_earlier_one(mock: Mock, proxy: RecordingProxy) -> None:
    """The same key and the same seed give the task the same id."""
    earlier = begin(proxy, 1)
    file = create_task(proxy, mock, earlier)
    proxy.end(earlier)
    mock.reset()
    call = begin(proxy, 1)
    assert create_task(proxy, mock, call) == file

    download(proxy, file)

    assert list_paths(proxy, call)[1:] == [file]


def test_a_download_counts_for_the_only_call_if_no_call_has_its_task(
    mock: Mock, proxy: RecordingProxy
) -> None:
    call = begin(proxy, 1)
    create_task(proxy, mock, call)

    download(proxy, "/files/made-up/1.png")

    assert list_paths(proxy, call)[1:] == ["/files/made-up/1.png"]


@pytest.mark.parametrize("owner", [0, 1])
def test_a_download_counts_for_the_call_of_its_task(
    mock: Mock, proxy: RecordingProxy, owner: int
) -> None:
    calls = [begin(proxy, 1), begin(proxy, 2)]
    files = [create_task(proxy, mock, call) for call in calls]

    download(proxy, files[owner])

    assert [files[owner] in list_paths(proxy, call) for call in calls] == [owner == 0, owner == 1]


@pytest.mark.parametrize(("number", "counted"), [(1, 0), (2, 1)])
def test_a_key_in_the_query_decides(
    mock: Mock, proxy: RecordingProxy, number: int, counted: int
) -> None:
    """A client that keeps the files of earlier calls can put its new key into their URLs."""
    earlier = begin(proxy, 1)
    file = create_task(proxy, mock, earlier)
    proxy.end(earlier)
    call = begin(proxy, 2)

    download(proxy, file, query=f"key={KEY % number}")

    assert len(list_paths(proxy, call)) == counted


@pytest.mark.parametrize("small", [True, False])
def test_only_small_files_are_sent_without_a_thread(mock: Mock, small: bool) -> None:  # noqa: FBT001
    proxy = RecordingProxy(mock, small_files=small)

    assert proxy.is_quick(Request(method="GET", path=f"{FILES}a/b.png")) is small
    assert proxy.is_quick(Request(method="POST", path="/model/v1/generation"))
    assert not proxy.is_quick(Request(method="GET", path="/_wanproof/journal"))
