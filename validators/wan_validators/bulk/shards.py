"""Divides the input of a run into shards by ranges of bytes, for several machines.

All files of the run count as one text. A record belongs to the shard that has its first byte, and
an empty or unreadable file to the one that has its place.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from ..source.walking import InputFile, InputPart

__all__ = ["Shard", "divide"]

_TEXT: Final = re.compile(r"(\d{1,6})/(\d{1,6})", re.ASCII)


class Shard(NamedTuple):
    """The shard *number* of *shards*, from 1. *total* is the size of the input in bytes."""

    number: int
    shards: int
    total: int = 0

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Parses ``2/8``. Raises ValueError for another text."""
        found = _TEXT.fullmatch(text)
        shard = Shard(*map(int, found.groups())) if found else Shard(0, 0)
        if not 1 <= shard.number <= shard.shards:
            raise ValueError(f"{text!r} is not a shard such as 1/8, the first of eight")
        return shard

    @property
    def start(self) -> int:
        return self.total * (self.number - 1) // self.shards

    @property
    def end(self) -> int:
        return self.total * self.number // self.shards

    @property
    def size(self) -> int:
        return self.end - self.start

    def as_dict(self) -> dict[str, Any]:
        """Returns the shard as a JSON object."""
        return {"number": self.number, "of": self.shards, "bytes": self.total}


def divide(
    files: Iterable[InputFile], shard: Shard, is_lined: Callable[[InputFile], bool]
) -> tuple[list[InputPart], Shard]:
    """Returns the parts of *files* in *shard*, and *shard* with the size of the input."""
    sizes = [(file, _get_size(file.name)) for file in files]
    shard = shard._replace(total=sum(size for _, size in sizes))
    start, end = shard.start, shard.end if shard.number < shard.shards else None
    parts = []
    offset = 0
    for file, size in sizes:
        first = start - offset
        last = None if end is None else end - offset
        has_start = first <= 0 and (last is None or last > 0)
        if not is_lined(file) or not size:
            parts += [InputPart(file)] if has_start else []
        elif first < size and (last is None or last > 0):
            # What was appended since belongs to the shard with the end of the file.
            parts.append(InputPart(file, max(0, first), None if (last or size) >= size else last))
        offset += size
    return parts, shard


def _get_size(name: str) -> int:
    try:
        return os.stat(name).st_size
    except OSError:
        return 0
