"""What tasks made, as the page shows it: looking at it leaves no trace in the journal."""

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
from .rendering import SAFE
from .static import respond_cached

SIDE: Final = 240
"""Pixels of a thumbnail's longer side."""

_ARTEFACTS: Final = Artefacts(64 * 1024 * 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPreview:
    """One part of a task's output. *what* is ``image``, ``video`` or ``text``.

    *says* is the text, or what a file is; *thumbnail* and *file* are paths.
    """

    what: str
    says: str
    thumbnail: str = ""
    file: str = ""


def results(record: TaskRecord) -> tuple[ResultPreview, ...]:
    """What *record*, as it stands, has to show."""
    if record.state is not State.DONE or record.results:
        return ()
    names = zip(record.parts, files.names(record.parts), strict=True)
    return tuple(
        ResultPreview(what="text", says=part.text)
        if isinstance(part, Words)
        else _result(part, f"{record.id}/{name}")
        for part, name in names
    )


def thumbnail(control: Control, request: Request, name: str) -> Response:
    """A small picture of the file *name*, in the form TASK/FILE."""
    artefact = _artefact(control, name)
    if artefact is None:
        return _missing(name)
    longer = max(artefact.width, artefact.height)
    sides = (max(1, side * SIDE // longer) for side in (artefact.width, artefact.height))
    return respond_cached(request, _small(*sides, artefact.seed), {"Content-Type": "image/jpeg"})


def file(control: Control, request: Request, name: str) -> Response:
    """The file *name*, in the form TASK/FILE, whatever its scenario does to downloads."""
    artefact = _artefact(control, name)
    if artefact is None:
        return _missing(name)
    content = _ARTEFACTS.bytes_of(artefact)
    return files.download(request, content, content_type(artefact)).with_headers(SAFE)


def _result(part: Artefact, name: str) -> ResultPreview:
    # One id may have other contents after a reset, and browsers keep images by their URLs.
    version = f"{part.seed}-{part.width}x{part.height}"
    sides = f"{part.width} × {part.height}"
    says = f"{part.seconds} s video, {sides}" if isinstance(part, Film) else f"image, {sides}"
    return ResultPreview(
        what="video" if isinstance(part, Film) else "image",
        says=says,
        thumbnail=f"{ROOT}/ui/thumbnails/{name}?{version}",
        file=f"{ROOT}/ui/files/{name}?{version}",
    )


def _artefact(control: Control, name: str) -> Artefact | None:
    """What is called *name*; None if there is no such file, or not yet."""
    task, _, own = name.partition("/")
    record = control.store.get(TASKS, task)
    if record is None:
        return None
    now = state_at(record, control.clock.now())
    shown = now.state is State.DONE and now.results is None
    return files.find_artefact(now.parts, own) if shown else None


def _missing(name: str) -> Response:
    return Response.json(404, {"message": f"there is no file {name} (any more, or yet)"})


@lru_cache(maxsize=500)
def _small(width: int, height: int, seed: int) -> bytes:
    from ..artefacts.pictures import scene

    content = io.BytesIO()
    scene(width, height, seed).save(content, "JPEG", quality=80)
    return content.getvalue()
