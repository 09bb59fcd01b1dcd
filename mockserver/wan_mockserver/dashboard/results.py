"""Describes the results of tasks, with the paths of their previews."""

from __future__ import annotations

from dataclasses import dataclass

from wan_validators.task import State

from ..artefacts import files
from ..artefacts.plan import Artefact, Film, Words
from ..simulator.routing import ROOT
from ..state.tasks import TaskRecord

__all__ = ["ResultPreview", "list_results"]


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
