"""Says what is wrong with a Redis server, and a remedy; fails fast while one does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import Final

from wan_validators.messages.formatting import format_seconds
from wan_validators.optional_dependencies import explain_missing_extra

from . import StoreUnavailable

with explain_missing_extra():
    from redis import RedisError
    from redis import exceptions as errors

__all__ = ["RETRY_AFTER_S", "ErrorTranslator", "describe_error"]

RETRY_AFTER_S: Final = 1.0
"""Seconds after a failed connection in which no other request tries to connect."""

_REMEDIES: Final = (
    ("NOAUTH", errors.AuthenticationError, "see that user and password in its URL are right"),
    ("NOPERM", errors.NoPermissionError, "allow its user the commands and keys of wanproof"),
    ("LOADING", errors.BusyLoadingError, "it still reads its data; try again in a moment"),
    ("READONLY", errors.ReadOnlyError, "it is a replica, which takes no writes; name its primary"),
    ("OOM", errors.OutOfMemoryError, "its memory is full; raise its maxmemory, or reset the store"),
    ("MISCONF", None, "it cannot write its own files; make room on its disk"),
    ("NOREPLICAS", None, "too few of its replicas answer; see that they run"),
    ("MASTERDOWN", errors.MasterDownError, "it is a replica without a primary; name the primary"),
    ("MOVED", errors.MovedError, "it is a part of a cluster; name a server that is not"),
    ("CROSSSLOT", errors.ClusterCrossSlotError, "it is a part of a cluster; name one that is not"),
    ("WRONGTYPE", None, "another program uses the same keys; name another prefix"),
    (
        "ERR",
        errors.ResponseError,
        "a part of the data is missing or changed; use the policy noeviction, and reset the store",
    ),
)
"""Start of the server's message, class of the error, remedy; the first that fits counts."""


def describe_error(place: str, error: Exception, timeout_s: float | None) -> str:
    """Describes what is wrong with the server at *place*, and a remedy."""
    if isinstance(error, errors.TimeoutError):
        waited = f" for {format_seconds(timeout_s)}" if timeout_s else ""
        return (
            f"the Redis server at {place} gave no answer{waited}; see that it runs, and that "
            "neither it nor the network to it is overloaded"
        )
    text = str(error)
    for start, kind, remedy in _REMEDIES:
        if text.startswith(start) or (kind and isinstance(error, kind)):
            return f"the Redis server at {place} cannot be used ({text}); {remedy}"
    return (
        f"the Redis server at {place} cannot be used ({text}); see that it runs and that host, "
        "port, database and password are right"
    )


class ErrorTranslator:
    """Turns the errors of the server at *place* into StoreUnavailable.

    After a failed connection, others fail at once for RETRY_AFTER_S: a request makes several
    calls, and each would wait for *timeout_s* again.
    """

    def __init__(self, place: str, timeout_s: float | None) -> None:
        self._place = place
        self._timeout_s = timeout_s
        self._lock = Lock()
        self._failure: str | None = None
        self._retry_at = 0.0

    @contextmanager
    def translating(self) -> Iterator[None]:
        if self._failure:
            self._fail_fast()
        try:
            yield
        except (RedisError, OSError, EOFError) as error:
            message = describe_error(self._place, error, self._timeout_s)
            if isinstance(error, errors.ConnectionError | errors.TimeoutError | OSError):
                self._failure, self._retry_at = message, monotonic() + RETRY_AFTER_S
            raise StoreUnavailable(message) from error
        self._failure = None

    def _fail_fast(self) -> None:
        """Raises StoreUnavailable, but lets one request try again when it is time."""
        with self._lock:
            message, now = self._failure, monotonic()
            if message and now < self._retry_at:
                raise StoreUnavailable(message)
            self._retry_at = now + RETRY_AFTER_S
