"""Takes the payloads out of curl commands and HAR files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from .source.files import Record, Unreadable

if TYPE_CHECKING:
    from .source.curl import CurlCommand
    from .source.embedding import Piece
    from .source.har import HarRequest

__all__ = ["Skipped", "open_record"]

_JSON_STARTS: Final = (b"{", b"[", b'"')
_HAR: Final = rb'(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:\s*\{'


class Skipped(NamedTuple):
    """Input that is not a payload: a file in a folder, or a request that creates no task."""

    source: str
    kind: str


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
        yield from _read_har(record)
    elif start.startswith(_JSON_STARTS) or b"curl" not in data:
        yield record
    else:
        yield from _read_curl(record)


def _read_har(record: Record) -> Iterator[Record | Skipped]:
    from .source.har import find_requests
    from .source.parser import decode_for_display

    text = decode_for_display(record.data)
    requests = find_requests(text)
    if requests is None:
        yield record
        return
    for request in requests:
        body = None if request.method != "POST" else request.body
        yield _build(record, request, request.number, body, text)


def _read_curl(record: Record) -> Iterator[Record | Unreadable | Skipped]:
    from .source.curl import CURL, UnclosedQuote, find_commands
    from .source.parser import decode_for_display
    from .source.positions import Lines

    text = decode_for_display(record.data)
    if not CURL.search(text):
        yield record
        return
    lines = Lines(text)
    try:
        for command in find_commands(text):
            number = lines.position(command.offset).line
            if command.file is not None:
                reason = (
                    f"the command in line {number} sends the file {command.file}; "
                    "lint that file, with --model"
                )
                yield Unreadable(record.source, reason)
            else:
                body = None if command.method not in ("", "POST") else command.data
                yield _build(record, command, number, body, text)
    except UnclosedQuote as error:
        line, column = lines.position(error.offset)
        yield Unreadable(record.source, f"line {line}, column {column}: {error}")


def _build(
    record: Record,
    request: CurlCommand | HarRequest,
    number: int,
    body: list[Piece] | None,
    text: str,
) -> Record | Skipped:
    """Returns the payload in *body*, or Skipped if *request* creates no task."""
    from .create_requests import find_create_url, find_header_model
    from .source.embedding import embed

    create, embedding = find_create_url(request.url), embed(text, body or ())
    if not body or (create is None and '"model"' not in embedding.payload):
        return Skipped(record.source, "request")
    header = find_header_model(request.headers)
    model = None if create is None else create.model or header
    has_header = model is not None and model == header
    return Record(record.source, number, embedding.payload, model, embedding, has_header)
