"""Names the result files, builds their paths and answers downloads."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from wan_validators.optional_dependencies import explain_missing_extra

from ..http.messages import Request, Response
from .plan import Artefact, Part, Words, content_type, extension

with explain_missing_extra():
    from werkzeug.http import parse_if_range_header, parse_range_header, quote_etag

__all__ = ["PATH", "download", "find_artefact", "kind", "names", "path"]

PATH: Final = "/files/{task_id}/{name}"
"""The path of a file. Its parts are looked up in the store, never opened on the disk."""


def path(task_id: str, name: str) -> str:
    return PATH.format(task_id=task_id, name=name)


def names(parts: Sequence[Part], task_id: str = "", *, unsorted: bool = False) -> list[str]:
    """Returns the file name of each part, and "" for a text.

    The names depend on *task_id* and do not sort in order, as in an object store: no page
    documents names. Without a *task_id* they are numbers from 1. If *unsorted*, they sort in
    reverse.
    """
    return [
        ""
        if isinstance(part, Words)
        else f"{_build_stem(part, nth, task_id, unsorted)}.{extension(part)}"
        for nth, part in enumerate(parts, 1)
    ]


def _build_stem(part: Artefact, nth: int, task_id: str, unsorted: bool) -> str:  # noqa: FBT001
    if unsorted:
        return f"{-nth % 256:02x}{sha256(repr(part).encode()).hexdigest()[:14]}"
    if not task_id:
        return str(nth)
    digest = sha256(f"{task_id}/{nth}".encode()).hexdigest()
    return f"{digest[:8]}-X{digest[8:12].upper()}"


def find_artefact(
    parts: Sequence[Part], name: str, task_id: str = "", *, unsorted: bool = False
) -> Artefact | None:
    """Returns the part with the file *name*, or None; *unsorted* as in :func:`names`.

    If names need not be unsorted, the number of a part is another name of it, so that tools
    can reach the first file as ``1.png`` without the response of a poll.
    """
    every = [names(parts, task_id, unsorted=unsorted)]
    every += [] if unsorted else [names(parts)]
    for known in every:
        for part, file_name in zip(parts, known, strict=True):
            if file_name == name and not isinstance(part, Words):
                return part
    return None


def kind(artefact: Artefact) -> str:
    """Returns ``image`` or ``video``."""
    return content_type(artefact).partition("/")[0]


def download(
    request: Request, content: bytes, mime_type: str, *, has_ranges: bool = True
) -> Response:
    """Returns *content*, or the range of bytes that a GET asks for (RFC 9110, section 14).

    Returns all of it for several ranges, if If-Range names another version, and without
    *has_ranges*.
    """
    etag = sha256(content).hexdigest()[:32]
    headers = {"Content-Type": mime_type, "ETag": quote_etag(etag)}
    headers["Accept-Ranges"] = "bytes" if has_ranges else "none"
    length = len(content)
    span = _parse_range(request, length, etag) if has_ranges else None
    if span is None:
        headers["Content-Length"] = str(length)
        return Response(status=200, headers=headers, body=content)
    start, stop = span
    if start >= stop:
        headers |= {"Content-Range": f"bytes */{length}", "Content-Length": "0"}
        return Response(status=416, headers=headers)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{length}"
    headers["Content-Length"] = str(stop - start)
    return Response(status=206, headers=headers, body=content[start:stop])


def _parse_range(request: Request, length: int, etag: str) -> tuple[int, int] | None:
    """Returns start and stop of the requested range, or None for the whole.

    The range is empty if it starts after the last of *length* bytes.
    """
    requested = parse_range_header(request.headers.get("range"))
    if request.method != "GET" or requested is None or requested.units != "bytes":
        return None
    condition = request.headers.get("if-range")
    if condition is not None and parse_if_range_header(condition).etag != etag:
        return None
    if len(requested.ranges) != 1:
        return None
    start, stop = requested.ranges[0]
    if start < 0:
        start = max(length + start, 0)
    return start, length if stop is None else min(stop, length)
