"""What is particular to the Redis store: rivals, lost connections, keys, and errors."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from redis import Redis

from wan_mockserver.state.stores import COUNTERS, Counter, StoreUnavailable, Table, redis
from wan_mockserver.state.stores.redis import TTL, RedisStore
from wan_mockserver.state.stores.redis_scripts import KEYS, MEMORY

PREFIX = "particular:"


@pytest.fixture
def admin(redis_url: str) -> Iterator[Redis]:
    """A client that sees, and may do, everything at the server."""
    with Redis.from_url(redis_url, protocol=2) as client:
        client.flushdb()
        yield client


@pytest.fixture
def store(redis_url: str, admin: Redis) -> Iterator[RedisStore]:
    with closing(RedisStore(redis_url, PREFIX)) as store:
        yield store


def count(store: RedisStore) -> float:
    return store.change(COUNTERS, "n", lambda old: (old or 0.0) + 1)


def keep(store: RedisStore, number: float) -> None:
    store.change(COUNTERS, str(number), lambda _: number)


def keys(admin: Redis) -> list[bytes]:
    found: Any = admin.keys("*")
    return sorted(found)


def test_a_change_is_repeated_if_another_was_faster(store: RedisStore, redis_url: str) -> None:
    seen: list[float | None] = []
    with closing(RedisStore(redis_url, PREFIX)) as rival:

        def change(old: float | None) -> float:
            seen.append(old)
            if len(seen) < 3:
                count(rival)
            return (old or 0.0) + 10

        assert store.change(COUNTERS, "n", change) == 12
    assert seen == [None, 1.0, 2.0]
    assert store.get(COUNTERS, "n") == 12


def test_a_change_is_repeated_if_the_store_was_cleared(store: RedisStore, redis_url: str) -> None:
    seen: list[float | None] = []
    count(store)
    with closing(RedisStore(redis_url, PREFIX)) as rival:

        def change(old: float | None) -> float:
            if not seen:
                rival.clear()
            seen.append(old)
            return (old or 0.0) + 10

        assert store.change(COUNTERS, "n", change, "alice") == 10
    assert seen == [1.0, None]
    assert store.values(COUNTERS, "alice") == [10.0]


def test_changes_of_other_keys_do_not_conflict(store: RedisStore) -> None:
    calls: list[float | None] = []

    def change(old: float | None) -> float:
        calls.append(old)
        store.change(COUNTERS, "other", lambda _: 1.0)
        return 2.0

    store.change(COUNTERS, "n", change)
    assert calls == [None]


def test_a_change_fails_after_endless_conflicts(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis, "LOCK_TIMEOUT_S", 0.05)

    def change(old: float | None) -> float:
        count(store)
        return 0.0

    with pytest.raises(StoreUnavailable, match=r"others changed counters 'n'.*send fewer"):
        store.change(COUNTERS, "n", change)


def test_a_change_that_is_sent_again_is_done_once(
    store: RedisStore, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the client does it when the connection died before the answer came."""
    script = store._change
    with closing(RedisStore(redis_url, PREFIX)) as rival:

        def twice(**given: Any) -> Any:
            assert script(**given)[0] == 1
            for _ in range(20):
                count(rival)
            return script(**given)

        monkeypatch.setattr(store, "_change", twice)
        for expected in (1.0, 22.0, 43.0):
            assert count(store) == expected
    assert store.get(COUNTERS, "n") == 63


def test_a_change_that_is_sent_again_after_all_was_cleared_stays_cleared(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = store._change

    def around(**given: Any) -> Any:
        script(**given)
        store.clear()
        return script(**given)

    monkeypatch.setattr(store, "_change", around)
    count(store)
    assert store.get(COUNTERS, "n") is None


def test_an_increment_that_is_sent_again_is_done_once(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = store._increment
    one, two = Counter("one", "alice"), Counter("two")

    def send_twice(**options: Any) -> Any:
        answer = script(**options)
        monkeypatch.undo()
        store.increment(one)
        store.clear("alice")
        assert script(**options)[0] == answer[0]
        return answer

    for expected in ([1, 1], [1, 2]):
        monkeypatch.setattr(store, "_increment", send_twice)
        assert store.increment(one, two) == expected
    assert store.values(COUNTERS) == [2.0]


def test_closed_connections_lose_no_change(store: RedisStore, admin: Redis) -> None:
    count(store)
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(lambda: [count(store) for _ in range(60)]) for _ in range(4)]
        for pause in (60, 120, 180):  # not more often than a command is tried again
            while (store.get(COUNTERS, "n") or 0) < pause:
                pass
            admin.client_kill_filter(_type="normal", skipme=True)
        numbers = sorted(number for job in jobs for number in job.result())
    assert numbers == [float(number) for number in range(2, 242)]


def test_scripts_are_loaded_again_if_the_server_lost_them(store: RedisStore, admin: Redis) -> None:
    count(store)
    admin.script_flush()
    assert count(store) == 2
    admin.script_flush()
    assert store.values(COUNTERS) == [2.0]


def test_worlds_share_a_server(store: RedisStore, redis_url: str, admin: Redis) -> None:
    admin.set("somebody else's", "1")
    with closing(RedisStore(redis_url, "other:")) as other:
        count(store)
        other.change(COUNTERS, "n", lambda _: 7.0, "alice")
        store.clear("alice")
        store.clear()
        assert store.get(COUNTERS, "n") is None
        assert other.values(COUNTERS) == [7.0]
    assert keys(admin) == [
        b"other:marks",
        b"other:order",
        b"other:tenants",
        b"other:totals",
        b"other:values",
        b"other:writers",
        b"particular:marks",
        b"particular:writers",
        b"somebody else's",
    ]


def test_the_keys_of_a_world_expire_together(store: RedisStore, admin: Redis) -> None:
    store.change(Table("first", float), "a", lambda _: 1.0, "alice")
    for key in keys(admin):
        admin.expire(key, 100)
    count(store)
    left: dict[str, Any] = {name: admin.ttl(PREFIX + name) for name in KEYS}
    assert 0 < left.pop("marks") <= MEMORY
    assert all(TTL - 60 < seconds <= TTL for seconds in left.values())


def test_a_forgotten_value_leaves_nothing_behind(store: RedisStore, admin: Redis) -> None:
    table = Table("short", float, max_count=2)
    for nth in range(50):
        store.change(table, str(nth), lambda _: 1.0, str(nth))
    sizes = (admin.hlen(PREFIX + "values"), admin.zcard(PREFIX + "order"))
    assert (*sizes, admin.zcard(PREFIX + "tenants")) == (2, 2, 2)
    store.clear("49")
    store.clear("48")
    kept = [b"particular:marks", b"particular:totals", b"particular:writers"]
    assert keys(admin) == kept
    store.clear()
    store.clear("49")
    assert keys(admin) == [b"particular:marks", b"particular:writers"]


def test_old_marks_of_writes_are_dropped(store: RedisStore, admin: Redis) -> None:
    admin.zadd(PREFIX + "marks", {"old": 1.0})
    count(store)
    count(store)
    assert admin.zcard(PREFIX + "marks") == 2


def test_the_order_holds_beyond_the_precision_of_a_lua_number(
    store: RedisStore, admin: Redis
) -> None:
    admin.hset(PREFIX + "totals", "places", 10**15 - 2)
    numbers = [4.0, 3.0, 2.0, 1.0]
    for number in numbers:
        keep(store, number)
    assert store.values(COUNTERS) == numbers


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def test_an_unreachable_server_is_reported() -> None:
    port = free_port()
    with pytest.raises(StoreUnavailable) as raised:
        RedisStore(f"redis://me:secret@127.0.0.1:{port}/0?socket_timeout=3")
    says = str(raised.value)
    assert f"the Redis server at redis://127.0.0.1:{port}/0 cannot be used" in says
    assert "refused" in says
    assert "see that it runs" in says
    assert "secret" not in says


def test_a_stopped_server_is_reported_by_every_method(
    mortal_redis: tuple[str, Callable[[], None]],
) -> None:
    """All that can go wrong with the server comes out in one form, whatever was asked."""
    url, kill = mortal_redis
    store = RedisStore(url)
    count(store)
    kill()
    calls: tuple[Callable[[], object], ...] = (
        lambda: store.get(COUNTERS, "n"),
        lambda: count(store),
        lambda: store.values(COUNTERS, "a"),
        lambda: store.tenants(COUNTERS),
        store.revision,
        lambda: store.count_forgotten(COUNTERS),
        store.clear,
        lambda: store.clear("a"),
    )
    for call in calls:
        with pytest.raises(StoreUnavailable, match=r"cannot be used.*see that it runs"):
            call()
    store.close()


def test_a_wrong_password_is_not_shown(redis_url: str) -> None:
    with pytest.raises(StoreUnavailable) as raised:
        RedisStore(redis_url.replace("//", "//:s3cret%40@"))
    assert "password" in str(raised.value)
    assert "s3cret" not in str(raised.value)
    assert redis_url in str(raised.value)


def test_an_unknown_option_is_rejected(redis_url: str) -> None:
    with pytest.raises(ValueError, match=r"unknown option after the \?.*colour"):
        RedisStore(f"{redis_url}?colour=red")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:6379",
        "http://:secret@localhost",
        "redis://localhost:port",
        "redis://localhost:99999",
        "redis://:half/secret@localhost",
        "redis://:half#secret@localhost",
        "redis://:half?secret@localhost",
        "redis://[::1",
        "redis://localhost/name",
        "unix://",
        "unix://folder/file",
    ],
)
def test_an_invalid_url_is_rejected_without_showing_it(url: str) -> None:
    with pytest.raises(
        ValueError, match="this is not the URL of a Redis server; it must be"
    ) as raised:
        RedisStore(url)
    assert "secret" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_valkey_urls_are_accepted(redis_url: str) -> None:
    RedisStore(redis_url.replace("redis://", "valkey://")).close()


def test_a_socket_file_is_accepted(redis_url: str, admin: Redis) -> None:
    config: Any = admin.config_get("unixsocket")
    with closing(RedisStore(f"unix://{config['unixsocket']}", PREFIX)) as store:
        assert count(store) == 1
    assert b"particular:values" in keys(admin)


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "redis"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "redis", None)
    monkeypatch.delitem(sys.modules, "wan_mockserver.state.stores.redis")
    monkeypatch.setattr(
        "wan_mockserver.state.stores.redis", None
    )  # undone with the test, as all is
    from wan_mockserver.state.stores.opening import open_store

    with pytest.raises(ModuleNotFoundError, match=r'pip install "wanproof\[redis\]"') as raised:
        open_store("redis://127.0.0.1:1")
    assert raised.value.name == "redis"
