"""Reads the create requests in curl commands and HAR files, and takes out their payloads.

The command loads this module only for such files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .create_requests import find_create_url, find_header_model
from .source.curl import CURL, UnclosedQuote, find_commands
from .source.embedding import Piece, embed
from .source.files import Record, Skipped, Unreadable
from .source.har import find_requests
from .source.parser import decode_for_display
from .source.positions import Lines

__all__ = ["read_curl", "read_har"]


def read_har(record: Record) -> Iterator[Record | Skipped] | None:
    """Yields the payloads of the requests in a HAR file; returns None if *record* is none."""
    text = decode_for_display(record.data)
    requests = find_requests(text)
    if requests is None:
        return None
    reader = _Reader(record, text)
    return (
        reader.build(
            each.number, each.url, each.headers, None if each.method != "POST" else each.body
        )
        for each in requests
    )


def read_curl(record: Record) -> Iterator[Record | Unreadable | Skipped] | None:
    """Yields the payloads of curl commands; returns None if *record* has no command."""
    text = decode_for_display(record.data)
    return _read_commands(record, text) if CURL.search(text) else None


def _read_commands(record: Record, text: str) -> Iterator[Record | Unreadable | Skipped]:
    lines, reader = Lines(text), _Reader(record, text)
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
                yield reader.build(number, command.url, command.headers, body)
    except UnclosedQuote as error:
        line, column = lines.position(error.offset)
        yield Unreadable(record.source, f"line {line}, column {column}: {error}")


class _Reader:
    """Builds the records of the requests in the *text* of *record*."""

    def __init__(self, record: Record, text: str) -> None:
        self._source, self._text = record.source, text
        self._skipped = Skipped(record.source, "request")

    def build(
        self, number: int, url: str, headers: Mapping[str, str], body: Sequence[Piece] | None
    ) -> Record | Skipped:
        """Returns the payload in *body*, or Skipped if the request creates no task."""
        create = find_create_url(url)
        if not body:
            return self._skipped
        if create is None and '"model"' not in "".join(piece.text for piece in body):
            return self._skipped
        embedding, header = embed(self._text, body), find_header_model(headers)
        model = None if create is None else create.model or header
        has_header = model is not None and model == header
        return Record(self._source, number, embedding.payload, model, embedding, has_header)
