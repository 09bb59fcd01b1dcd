"""Decodes all values of a table, each one only once as long as it does not change."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Any, Final

from ...time_slices import in_slices
from . import Table, Value
from .codec import codec

__all__ = ["MAX_BYTES", "DecodedValues"]

MAX_BYTES: Final = 32 * 1024 * 1024
"""Encoded bytes of the values that are kept decoded."""


class DecodedValues:
    """Values by their bytes, so that none can be out of date; safe under threads.

    Decoding takes most of the time of a read of all, and other threads wait for it.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._lock = Lock()
        self._max_bytes = max_bytes
        self._known: dict[tuple[str, bytes], Any] = {}
        self._size = 0

    def decode(self, table: Table[Value], contents: Iterable[bytes]) -> list[Value]:
        """Returns the values of *table* that *contents* encode."""
        decode = codec(table.type).decode
        values = []
        for content in in_slices(contents):
            key = table.name, content
            value = self._known.get(key)
            if value is None:
                value = decode(content)
                self._keep(key, value)
            values.append(value)
        return values

    def _keep(self, key: tuple[str, bytes], value: Any) -> None:
        with self._lock:
            if self._size > self._max_bytes:
                self._known, self._size = {}, 0
            self._known[key] = value
            self._size += len(key[1])
