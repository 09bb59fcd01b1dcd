"""Serves thumbnails and files of results to the page, without entries in the journal."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from wan_validators.vendor import State

from ..artefacts import files
from ..artefacts.cache import Artefact, Artefacts, content_type
from ..artefacts.plan import Film, Words
from ..control import ROOT, Control
from ..http.messages import Request, Response
from ..state.tasks import TASKS, TaskRecord, state_at
from .rendering import SECURITY_HEADERS
from .static import respond_cached

__all__ = [
    "MAX_THUMBNAIL_PIXELS",
    "ResultPreview",
    "list_results",
    "serve_file",
    "serve_thumbnail",
]

MAX_THUMBNAIL_PIXELS: Final = 240
"""The longer side of a thumbnail."""

_ARTEFACTS: Final = Artefacts(64 * 1024 * 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPreview:
    """One part of a task's output; *kind* is ``image``, ``video`` or ``text``.

    *description* is the text itself, or describes a file. *thumbnail* and *file* are paths.
    """

    kind: str
    description: str
    thumbnail: str = ""
    file: str = ""


def list_results(record: TaskRecord) -> tuple[ResultPreview, ...]:
    """Returns previews of the results that *record* has in its current state."""
    if record.state is not State.DONE or record.results:
        return ()
    names = zip(record.parts, files.names(record.parts), strict=True)
    return tuple(
        ResultPreview(kind="text", description=part.text)
        if isinstance(part, Words)
        else _build_preview(part, f"{record.id}/{name}")
        for part, name in names
    )


def serve_thumbnail(control: Control, request: Request, name: str) -> Response:
    """Serves a small image of the file *name*, which has the form TASK/FILE."""
    artefact = _find_artefact(control, name)
    if artefact is None:
        return _not_found(name)
    sides = artefact.width, artefact.height
    small = (max(1, side * MAX_THUMBNAIL_PIXELS // max(sides)) for side in sides)
    content = _draw_thumbnail(*small, artefact.seed)
    return respond_cached(request, content, {"Content-Type": "image/jpeg"})


def serve_file(control: Control, request: Request, name: str) -> Response:
    """Serves the file *name*, which has the form TASK/FILE; scenarios do not affect it."""
    artefact = _find_artefact(control, name)
    if artefact is None:
        return _not_found(name)
    content = _ARTEFACTS.bytes_of(artefact)
    return files.download(request, content, content_type(artefact)).with_headers(SECURITY_HEADERS)


def _build_preview(part: Artefact, name: str) -> ResultPreview:
    # After a reset an id may have other contents, and browsers cache images by their URLs.
    version = f"{part.seed}-{part.width}x{part.height}"
    sides = f"{part.width} × {part.height}"
    seconds = part.seconds if isinstance(part, Film) else None
    return ResultPreview(
        kind=files.kind(part),
        description=f"{seconds} s video, {sides}" if seconds else f"image, {sides}",
        thumbnail=f"{ROOT}/ui/thumbnails/{name}?{version}",
        file=f"{ROOT}/ui/files/{name}?{version}",
    )


def _find_artefact(control: Control, name: str) -> Artefact | None:
    """Returns the artefact called *name*, or None if it does not exist or is not ready."""
    task, _, file_name = name.partition("/")
    record = control.store.get(TASKS, task)
    if record is None:
        return None
    current = state_at(record, control.clock.now())
    is_ready = current.state is State.DONE and current.results is None
    return files.find_artefact(current.parts, file_name) if is_ready else None


def _not_found(name: str) -> Response:
    message = f"there is no file {name}: its task has no such file, has not ended, or was deleted"
    return Response.json(404, {"message": message})


@lru_cache(maxsize=500)
def _draw_thumbnail(width: int, height: int, seed: int) -> bytes:
    from ..artefacts.pictures import scene

    content = io.BytesIO()
    scene(width, height, seed).save(content, "JPEG", quality=80)
    return content.getvalue()
