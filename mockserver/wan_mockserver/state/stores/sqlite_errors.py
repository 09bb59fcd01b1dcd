"""Says what is wrong with an SQLite file, and a remedy."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from wan_validators.messages.formatting import format_seconds

__all__ = ["describe_error"]


def describe_error(path: Path, error: sqlite3.Error, waited_s: float) -> str:
    """Describes what is wrong with the database at *path*, and a remedy.

    *waited_s* are the seconds that were waited for other processes.
    """
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF:
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            problem = "is not an SQLite database, or is damaged; name another file, or a new one"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            problem = "cannot be written; allow it, in its folder too, or name another file"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            waited = format_seconds(waited_s)
            problem = f"was held by another process for {waited}; end that process"
        case sqlite3.SQLITE_FULL:
            problem = "cannot grow, the disk is full; make room, or name a file on another disk"
        case sqlite3.SQLITE_IOERR:
            problem = (
                "cannot be read or written; see that its disk works, has room and is within its "
                "quota, or name a file on another disk"
            )
        case _:
            problem = "cannot be used"
    return f"{path} {problem} ({error})"
