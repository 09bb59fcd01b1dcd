"""Serves thumbnails and files of results to the page, without entries in the journal."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final

from wan_validators.task import State

from ..artefacts import files
from ..artefacts.cache import Artefacts
from ..artefacts.plan import Artefact, content_type
from ..control import Control
from ..http.messages import Request, Response
from ..state.tasks import TASKS, state_at
from .rendering import SECURITY_HEADERS
from .static import respond_cached

__all__ = [
    "MAX_THUMBNAIL_PIXELS",
    "serve_file",
    "serve_thumbnail",
]

MAX_THUMBNAIL_PIXELS: Final = 240
"""The longer side of a thumbnail."""

_ARTEFACTS: Final = Artefacts(64 * 1024 * 1024)


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
