"""The files that tasks make: their names, their paths, and the answer to a download."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from wan_validators.optional_dependencies import explain_missing_extra

from ..http.messages import Request, Response
from .cache import Artefact, content_type, extension
from .plan import Part, Words

with explain_missing_extra():
    from werkzeug.http import parse_if_range_header, parse_range_header, quote_etag

PATH: Final = "/files/{task_id}/{name}"
"""Where files are served; the parts of such a path are looked up, never opened."""


def path(task_id: str, name: str) -> str:
    return PATH.format(task_id=task_id, name=name)


def names(parts: Sequence[Part]) -> list[str]:
    """The file name of every part, counted from 1; a text has a number but no file."""
    return [
        "" if isinstance(part, Words) else f"{nth}.{extension(part)}"
        for nth, part in enumerate(parts, 1)
    ]


def find_artefact(parts: Sequence[Part], name: str) -> Artefact | None:
    """The part whose file is called *name*, or None."""
    for part, own in zip(parts, names(parts), strict=True):
        if own == name and not isinstance(part, Words):
            return part
    return None


def kind(artefact: Artefact) -> str:
    """``image`` or ``video``."""
    return content_type(artefact).partition("/")[0]


def download(request: Request, content: bytes, mime_type: str) -> Response:
    """All of *content*, or the one range of bytes that a GET asks for (RFC 9110, 14).

    Several ranges at once, and a range of a version that is not this one, are answered with
    the whole.
    """
    etag = sha256(content).hexdigest()[:32]
    headers = {"Content-Type": mime_type, "Accept-Ranges": "bytes", "ETag": quote_etag(etag)}
    length = len(content)
    span = _range(request, length, etag)
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


def _range(request: Request, length: int, etag: str) -> tuple[int, int] | None:
    """Where the wanted part starts and stops; None if the whole is wanted.

    An empty part is one that *length* bytes do not have.
    """
    wanted = parse_range_header(request.headers.get("range"))
    if request.method != "GET" or wanted is None or wanted.units != "bytes":
        return None
    condition = request.headers.get("if-range")
    if condition is not None and parse_if_range_header(condition).etag != etag:
        return None
    if len(wanted.ranges) != 1:
        return None
    start, stop = wanted.ranges[0]
    if start < 0:
        start = max(length + start, 0)
    return start, length if stop is None else min(stop, length)
