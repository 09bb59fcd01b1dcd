"""Opens the store that an option or a setting names."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode

from . import Store
from .memory import MemoryStore

__all__ = ["FORMS", "open_store"]

FORMS: Final = (
    "memory, sqlite:FILE, redis://HOST:PORT, rediss://HOST:PORT, valkey://HOST:PORT, "
    "valkeys://HOST:PORT or unix:///FILE, where ?prefix=NAME: at the end keeps one world apart "
    "from others on the same server"
)
"""The forms of a store's name, for messages and help."""


def open_store(text: str) -> Store:
    """Opens the store that *text* names in one of FORMS.

    Raises ValueError for other texts and for a place that cannot be used, StoreUnavailable if
    the server cannot be reached, and ModuleNotFoundError if an extra is not installed.
    """
    kind, _, place = text.partition(":")
    match kind:
        case "memory" if text == kind:
            return MemoryStore()
        case "sqlite" if place and not place.startswith("//"):
            from .sqlite import SqliteStore

            return SqliteStore(place)
        case "redis" | "rediss" | "valkey" | "valkeys" | "unix" if place.startswith("//"):
            return _open_redis(text)
    shown = f"{kind}:…" if "@" in text else text
    raise ValueError(f"{shown!r} is not a store; it must be {FORMS}")


def _open_redis(url: str) -> Store:
    from .redis import PREFIX, RedisStore

    address, _, query = url.partition("?")
    options = dict(parse_qsl(query))
    prefix = options.pop("prefix", PREFIX)
    return RedisStore(f"{address}?{urlencode(options)}" if options else address, prefix)
