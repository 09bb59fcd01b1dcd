"""The store that keeps values in Redis or Valkey, shared by servers on several machines."""

from __future__ import annotations

import logging
import random
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from secrets import token_hex
from threading import Lock
from typing import Any, Final, cast
from urllib.parse import urlsplit

from wan_validators.messages.formatting import format_count, format_seconds
from wan_validators.optional_dependencies import explain_missing_extra

from . import COUNTERS, Counter, StoreUnavailable, Table, Value
from .codec import Codec, codec, from_octets, octets
from .decoded_values import DecodedValues
from .index import Query, QueryResult
from .redis_errors import ErrorTranslator
from .redis_scripts import (
    CHANGE,
    CLEAR,
    INCREMENT,
    KEYS,
    MARK,
    PLACE,
    SELECT,
    TENANTS,
    VALUES,
)

with explain_missing_extra():
    from redis import BlockingConnectionPool, Redis
    from redis.backoff import ExponentialBackoff
    from redis.commands.core import Script
    from redis.exceptions import ConnectionError as Disconnected
    from redis.retry import Retry

__all__ = ["FORMS", "LOCK_TIMEOUT_S", "PREFIX", "SCHEMES", "TTL", "RedisStore"]

log = logging.getLogger("wan_mockserver")

PREFIX: Final = "wanproof:"
"""The default prefix of the names of all keys."""

TTL: Final = 7 * 24 * 3600
"""Seconds after its last change at which Redis deletes a world that nobody uses any more.

Nothing else expires by the clock of Redis.
"""

LOCK_TIMEOUT_S: Final = 5.0
"""Seconds for which a change is repeated while other clients write first."""

SCHEMES: Final = ("redis", "rediss", "valkey", "valkeys", "unix")

FORMS: Final = (
    "redis://HOST:PORT/NUMBER or valkey://…, with TLS rediss://… or valkeys://…, or "
    "unix:///FILE; special characters of a password must be percent-encoded"
)
"""The forms of a server's URL, for messages."""

_OPTIONS: Final = {
    "protocol": 2,
    "max_connections": 32,
    "timeout": LOCK_TIMEOUT_S,
    "socket_connect_timeout": 2.0,
    "socket_timeout": 3.0,
    "retry_on_error": [Disconnected],
}


class RedisStore:
    """A store at the server *url*, under *prefix*; safe for threads and several machines.

    Any number of worlds may share a server, each under its own prefix. After a lost
    connection a write is sent again, but done only once. If that fails too, StoreUnavailable
    is raised, and the write may have been done. If the server has lost writes of this store, a
    new epoch begins.
    Raises ValueError if *url* is not valid and StoreUnavailable if the server cannot be used.
    Neither message shows the password.
    """

    is_local = False

    def __init__(self, url: str, prefix: str = PREFIX) -> None:
        self._place = _place(url)
        self._keys = [octets(prefix + name) for name in KEYS]
        self._client = _client(url)
        timeout = self._client.connection_pool.connection_kwargs.get("socket_timeout")
        self._errors = ErrorTranslator(self._place, timeout)
        self.epoch = ""
        self._writer = token_hex(8)
        self._writes = 0
        self._lock = Lock()
        self._decoded = DecodedValues()
        self._change = self._client.register_script(CHANGE)
        self._increment = self._client.register_script(INCREMENT)
        self._values = self._client.register_script(VALUES)
        self._select = self._client.register_script(SELECT)
        self._tenants = self._client.register_script(TENANTS)
        self._clear = self._client.register_script(CLEAR)
        try:
            with self._translate_errors():
                self._client.ping()
        except TypeError as error:
            raise ValueError(f"{self._place} has an unknown option after the ?: {error}") from error

    def get(self, table: Table[Value], key: str) -> Value | None:
        return _read(codec(table.type), self._read_entry(table, key))

    def change(
        self,
        table: Table[Value],
        key: str,
        change: Callable[[Value | None], Value],
        tenant: str = "",
    ) -> Value:
        coded, deadline = codec(table.type), time.monotonic() + LOCK_TIMEOUT_S
        while time.monotonic() < deadline:
            kept = self._read_entry(table, key)
            value = change(_read(coded, kept))
            written = self._write(
                self._change,
                table.name,
                octets(key),
                (kept or b"")[:MARK],
                _mark(),
                table.weigh(value),
                _hex(tenant),
                table.max_count,
                "" if table.bytes is None else table.bytes,
                coded.encode(value),
                self._writer,
                TTL,
                "" if table.index is None else "{}{}".format(*table.index(value)),
            )
            if written:
                return value
            time.sleep(random.random() / 500)  # noqa: S311  (only so that not all try at once)
        raise StoreUnavailable(
            f"others changed {table.name} {key!r} at {self._place} for "
            f"{format_seconds(LOCK_TIMEOUT_S)}, so this change was not done; "
            "send fewer requests at a time"
        )

    def put(self, table: Table[Value], key: str, value: Value, tenant: str = "") -> Value:
        return self.change(table, key, lambda _: value, tenant)

    def increment(self, *counters: Counter) -> list[int]:
        places = [part for key, tenant in counters for part in (octets(key), _hex(tenant))]
        limits = COUNTERS.max_count, self._writer, TTL
        answer = self._write(self._increment, COUNTERS.name, _mark(), *limits, *places)
        return [int(number) for number in answer.split()]

    def batch(self) -> AbstractContextManager[object]:
        """Returns a context without effect: each write is a step of its own."""
        return nullcontext()

    def values(
        self, table: Table[Value], tenant: str | None = None, newest: int | None = None
    ) -> list[Value]:
        of_tenant = [] if tenant is None else [_hex(tenant)]
        limit = -1 if newest is None else newest
        found = self._run(self._values, table.name, limit, *of_tenant)
        return self._decode(table, found)

    def select(self, table: Table[Value], query: Query) -> QueryResult[Value]:
        of_tenant = ("", "") if query.tenant is None else ("of", _hex(query.tenant))
        above = max(query.above, -sys.float_info.max)  # Lua does not read every infinity
        limit = -1 if query.newest is None else query.newest
        limits = f"{above:.17g}", limit, query.skip
        count, found = self._run(self._select, table.name, *limits, *of_tenant, *query.parts)
        return QueryResult(count, self._decode(table, found))

    def _decode(self, table: Table[Value], found: Sequence[bytes]) -> list[Value]:
        """Returns the values of stored lines, the newest of which comes first."""
        contents = (kept.partition(b"\n")[2] for kept in reversed(found))
        return self._decoded.decode(table, contents)

    def count(self, table: Table[Any], tenant: str | None = None) -> int:
        name = table.name.encode()
        with self._translate_errors():
            if tenant is None:
                return int(self._client.hget(self._keys[3], b"count\0" + name) or 0)
            prefix = _hex(tenant).encode() + b"\0" + name + b"\0"
            return int(
                self._client.zlexcount(self._keys[2], b"[" + prefix, b"(" + prefix + b"\xff")
            )

    def tenants(self, table: Table[Any]) -> list[str]:
        found = sorted(self._run(self._tenants, table.name))
        return [from_octets(bytes.fromhex(placed[PLACE:].decode())) for placed in found]

    def revision(self) -> str:
        with self._translate_errors():
            latest = self._client.hget(self._keys[3], "latest")
        return cast("bytes", latest or b"").decode()

    def count_forgotten(self, table: Table[Value]) -> int:
        with self._translate_errors():
            return int(self._client.hget(self._keys[3], f"forgotten\0{table.name}") or 0)

    def clear(self, tenant: str | None = None) -> None:
        if tenant is not None:
            self._run(self._clear, _hex(tenant), _mark())
            return
        with self._translate_errors():
            self._client.delete(*self._keys[:-2])
        self.epoch = ""

    def close(self) -> None:
        self._client.connection_pool.disconnect()

    def _read_entry(self, table: Table[Any], key: str) -> bytes | None:
        """Returns facts and value; the first MARK bytes identify the last write."""
        with self._translate_errors():
            field = table.name.encode() + b"\0" + octets(key)
            return cast("bytes | None", self._client.hget(self._keys[0], field))

    def _run(self, script: Script, *args: str | float | bytes) -> Any:
        with self._translate_errors():
            return script(keys=self._keys, args=args)

    def _write(self, script: Script, *args: str | float | bytes) -> Any:
        """Runs a script that writes, and finds out whether earlier writes were lost."""
        known = self._writes
        answer, writes = self._run(script, *args)
        with self._lock:
            if writes <= known:
                self._begin_epoch(known + 1 - writes)
                self._writes = writes
            else:
                self._writes = max(writes, self._writes)
        return answer

    def _begin_epoch(self, lost: int) -> None:
        self.epoch = f"~{token_hex(8)}"
        log.error(
            "the Redis server at %s has lost %s or more of this server: it was flushed, failed "
            "over, or stopped before it had written them to its disk; tasks, journal and ledger "
            "may be incomplete, new ids do not repeat earlier ones; run it with --appendonly yes "
            "--appendfsync always",
            self._place,
            format_count(lost, "write"),
        )

    def _translate_errors(self) -> AbstractContextManager[None]:
        return self._errors.translating()


def _mark() -> str:
    """Returns a new mark, which no other write has."""
    return token_hex(MARK // 2)


def _hex(tenant: str) -> str:
    """Encodes *tenant* without any character that separates the parts of a member."""
    return octets(tenant).hex()


def _value(coded: Codec[Value], kept: bytes) -> Value:
    return coded.decode(kept.partition(b"\n")[2])


def _read(coded: Codec[Value], kept: bytes | None) -> Value | None:
    return None if kept is None else _value(coded, kept)


def _client(url: str) -> Redis:
    """Builds a client that does not connect yet."""
    # A server that hangs is not tried again: each try takes the whole time-out.
    retry = Retry(ExponentialBackoff(cap=0.5, base=0.01), 3, supported_errors=(Disconnected,))
    plain = url.replace("valkey", "redis", 1) if url.startswith("valkey") else url
    return Redis(connection_pool=BlockingConnectionPool.from_url(plain, retry=retry, **_OPTIONS))


def _place(url: str) -> str:
    """Returns *url* without its secrets. Raises ValueError, without them too, if invalid."""
    with suppress(ValueError):  # the message of urlsplit could show half a password
        parts = urlsplit(url)
        host, path = parts.netloc.rpartition("@")[2], parts.path
        if parts.scheme == "unix":
            valid = bool(path) and not host
        else:
            valid = parts.port != 0 and (path.strip("/") or "0").isdigit()
        if valid and parts.scheme in SCHEMES and "@" not in path + parts.query + parts.fragment:
            return f"{parts.scheme}://{host}{path}"
    raise ValueError(f"this is not the URL of a Redis server; it must be {FORMS}")
