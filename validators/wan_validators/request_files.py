"""Takes the payloads out of curl commands and HAR files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .source.files import Record, Skipped, Unreadable

__all__ = ["open_record"]

_JSON_STARTS: Final = (b"{", b"[", b'"')
_HAR: Final = rb'(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:\s*\{'


def open_record(record: Record) -> Iterator[Record | Unreadable | Skipped]:
    """Yields the payloads of the requests in *record*, or *record* if it is a payload."""
    data = record.data
    assert isinstance(data, bytes)
    is_har = record.source[-4:].lower() == ".har"
    if data[:1] == b"{" and not is_har and b'"log"' not in data[:1024]:
        yield record  # the usual case, without a pattern
        return
    start = data[:1024].lstrip()
    if re.match(_HAR, data) or (is_har and start[:1] == b"{"):
        from .recorded_requests import read_har

        yield from read_har(record) or [record]
    elif start.startswith(_JSON_STARTS) or b"curl" not in data:
        yield record
    else:
        from .recorded_requests import read_curl

        yield from read_curl(record) or [record]
