"""Changes values and names in JSON text, and keeps everything else as it is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from .positions import find_spans, token_end

__all__ = ["Edit", "edit_text"]


class Edit(NamedTuple):
    """A change of the member or item at *pointer*: a new *name*, a new scalar *value*, or both.

    They are tuples with one item, empty where nothing changes: each value may be None.
    """

    pointer: str
    name: tuple[str, ...] = ()
    value: tuple[Any, ...] = ()


def edit_text(text: str, edits: Sequence[Edit]) -> str | None:
    """Returns JSON *text* after *edits* of scalars, which must not overlap.

    Returns None if *text* has no value at a pointer.
    """
    spans = find_spans(text, [edit.pointer for edit in edits])
    replaced: list[tuple[int, str]] = []
    for edit in edits:
        if edit.pointer not in spans:
            return None
        span = spans[edit.pointer]
        replaced += [(span.name, json.dumps(name)) for name in edit.name]
        replaced += [(span.value, json.dumps(value)) for value in edit.value]
    for start, written in sorted(replaced, reverse=True):
        end = token_end(text, start)
        # As PHP writes it.
        styled = written.replace("/", "\\/") if "\\/" in text[start:end] else written
        text = text[:start] + styled + text[end:]
    return text
