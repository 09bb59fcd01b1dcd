"""A Redis server that hangs, has lost writes, or cannot do what it is asked."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import httpx
import pytest
from redis import Redis
from redis import exceptions as errors

from wan_mockserver.http.httpx_transport import BASE_URL, WanTransport
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.stores import COUNTERS, StoreUnavailable, redis_errors
from wan_mockserver.state.stores.redis import RedisStore
from wan_mockserver.state.stores.redis_errors import ErrorTranslator, describe_error
from wan_mockserver.state.tasks import TASKS

MULE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
EDIT = {"prompt": "x", "images": ["https://example.com/a.jpg"]}


@pytest.fixture
def admin(redis_place: str) -> Iterator[Redis]:
    with Redis.from_url(redis_place.partition("?")[0], protocol=2) as client:
        yield client


@pytest.fixture
def store(redis_place: str) -> Iterator[RedisStore]:
    address, _, prefix = redis_place.partition("?prefix=")
    with closing(RedisStore(address, prefix)) as store:
        yield store


@pytest.fixture
def prefix(redis_place: str) -> str:
    return redis_place.partition("?prefix=")[2]


def count(store: RedisStore) -> float:
    return store.change(COUNTERS, "n", lambda old: (old or 0.0) + 1)


def snapshot(admin: Redis, prefix: str) -> dict[bytes, bytes]:
    return {key: admin.dump(key) for key in admin.keys(f"{prefix}*")}  # type: ignore[misc]


def restore(admin: Redis, prefix: str, kept: dict[bytes, bytes]) -> None:
    """As after a stop in which the last writes were lost, or a flush."""
    for key in admin.keys(f"{prefix}*"):
        admin.delete(key)
    for key, content in kept.items():
        admin.restore(key, 0, content)


def create(http: httpx.Client) -> str:
    answer = http.post(MULE, json=EDIT, headers={"Authorization": "Bearer team"})
    return str(answer.json()["task_info"]["id"])


@pytest.mark.parametrize("others", [0, 50])
@pytest.mark.parametrize("flushed", [False, True])
def test_ids_do_not_repeat_after_lost_writes(
    store: RedisStore,
    admin: Redis,
    prefix: str,
    caplog: pytest.LogCaptureFixture,
    *,
    flushed: bool,
    others: int,
) -> None:
    """Another server may have written more, meanwhile, than was lost."""
    mock = Mock(Simulator(seed=5, store=store, listener=lambda _: None))
    with httpx.Client(transport=WanTransport(mock), base_url=BASE_URL) as http:
        before = [create(http) for _ in range(2)]
        kept = {} if flushed else snapshot(admin, prefix)
        lost = [create(http) for _ in range(3)]
        assert store.epoch == ""
        restore(admin, prefix, kept)
        with closing(RedisStore(store._place, prefix)) as other:
            for _ in range(others):
                count(other)
            assert other.epoch == ""
        after = [create(http) for _ in range(8)]
    assert len({*before, *lost, *after}) == 13
    assert store.epoch
    assert "new ids do not repeat earlier ones; run it with --appendonly yes" in caplog.text
    assert caplog.text.count("has lost") == 1


def test_a_reset_is_no_loss_and_ids_start_again(store: RedisStore) -> None:
    mock = Mock(Simulator(seed=5, store=store, listener=lambda _: None))
    with httpx.Client(transport=WanTransport(mock), base_url=BASE_URL) as http:
        first = [create(http) for _ in range(2)]
        mock.reset()
        assert [create(http) for _ in range(2)] == first
    assert store.epoch == ""


def test_a_loss_of_another_server_is_its_own(redis_place: str) -> None:
    address, _, prefix = redis_place.partition("?prefix=")
    with closing(RedisStore(address, prefix)) as one, closing(RedisStore(address, prefix)) as two:
        for _ in range(3):
            count(one)
            two.increment()
            count(two)
        assert (one.epoch, two.epoch) == ("", "")


def test_a_hanging_server_is_tried_once() -> None:
    """It takes connections, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        url = f"redis://127.0.0.1:{server.getsockname()[1]}/0?socket_timeout=0.05"
        with pytest.raises(StoreUnavailable, match=r"no answer for 0\.05 s; see that it runs"):
            RedisStore(url)
        server.accept()[0].close()
        with pytest.raises(BlockingIOError):
            server.accept()


def test_after_a_failure_others_fail_at_once_and_one_tries_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, tried = 0.0, []
    monkeypatch.setattr(redis_errors, "monotonic", lambda: now)
    translator = ErrorTranslator("redis://here", 3.0)

    def call(error: Exception | None = None) -> None:
        with translator.translating():
            tried.append(now)
            if error:
                raise error

    with pytest.raises(StoreUnavailable, match="gave no answer for 3 s"):
        call(errors.TimeoutError("Timeout reading"))
    now = 0.9
    with pytest.raises(StoreUnavailable, match="gave no answer for 3 s"):
        call()
    now = 1.1
    with pytest.raises(StoreUnavailable, match="refused"):
        call(errors.ConnectionError("refused"))
    with pytest.raises(StoreUnavailable, match="refused"):
        call()
    now = 2.2
    call()
    call()
    with pytest.raises(StoreUnavailable, match="memory is full"):
        call(errors.OutOfMemoryError("OOM"))
    call()
    assert tried == [0.0, 1.1, 2.2, 2.2, 2.2, 2.2]


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (errors.TimeoutError("Timeout"), "gave no answer for 3 s"),
        (errors.ConnectionError("Error 111"), "see that it runs and that host, port"),
        (errors.AuthenticationError("NOAUTH needed"), "user and password"),
        (errors.ReadOnlyError("You can't write"), "it is a replica, which takes no writes"),
        (errors.OutOfMemoryError("command not allowed"), "raise its maxmemory"),
        (errors.ResponseError("MISCONF no disk"), "make room on its disk"),
        (errors.ResponseError("WRONGTYPE Operation"), "name another prefix"),
        (errors.ResponseError("ERR user_script:9: attempt"), "use the policy noeviction"),
        (errors.BusyLoadingError("Redis is loading"), "try again in a moment"),
        (OSError("Bad file descriptor"), "see that it runs"),
    ],
)
def test_each_failure_says_what_to_do(error: Exception, remedy: str) -> None:
    message = describe_error("redis://here", error, 3.0)
    assert message.startswith("the Redis server at redis://here ")
    assert remedy in message


def test_a_failure_in_the_middle_of_a_request_is_the_error_of_the_store(
    store: RedisStore, admin: Redis, prefix: str
) -> None:
    """Formerly some were called internal errors."""
    mock = Mock(Simulator(store=store, listener=lambda _: None))
    with httpx.Client(transport=WanTransport(mock), base_url=BASE_URL) as http:
        create(http)
        calls: list[Callable[[], httpx.Response]] = [
            lambda: http.post(MULE, json=EDIT, headers={"Authorization": "Bearer team"}),
            lambda: http.get(f"{MULE}/1", headers={"Authorization": "Bearer team"}),
            lambda: http.get("/_wanproof/ledger"),
        ]
        for key in ("order", "values"):
            admin.delete(f"{prefix}{key}")
            admin.set(f"{prefix}{key}", "somebody else's")
        for call in calls:
            answer = call()
            assert answer.status_code == 503
            assert "the mock server cannot use its store: the Redis" in answer.json()["message"]
            assert "another program uses the same keys" in answer.json()["message"]


def test_an_unreadable_value_is_the_error_of_the_store(
    store: RedisStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    mock = Mock(Simulator(store=store, listener=lambda _: None))
    with httpx.Client(transport=WanTransport(mock), base_url=BASE_URL) as http:
        task = create(http)
        store._run(
            store._change, "tasks", task, store._read_entry(TASKS, task)[:16], "f" * 16, 0,  # type: ignore[index]
            "", 9, "", "{}", "x", 9,
        )  # fmt: skip
        answer = http.get(f"{MULE}/{task}", headers={"Authorization": "Bearer team"})
    assert answer.status_code == 503
    assert "a stored TaskRecord cannot be read by this version" in answer.json()["message"]
