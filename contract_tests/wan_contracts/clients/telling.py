"""Errors of a client's own code, told to its author."""

from __future__ import annotations

import os
import sysconfig
import traceback
from functools import cache
from pathlib import Path
from typing import Final

from wan_validators.wording import clip

FRAMES: Final = 12
"""Of a traceback, the innermost ones, that are shown."""

LONGEST: Final = 4096
"""Characters, or bytes of standard error, that are shown: the last ones."""

Scope = tuple[str, ...]
"""Files that are ours, so that a traceback does not begin with them."""


def said(error: BaseException) -> str:
    """The class of *error*, and its message in one short line: ``ValueError: bad size``."""
    try:
        words = clip(" ".join(str(error).split()))
    except Exception:  # noqa: BLE001  (it is the client's class that cannot say what it is)
        words = "it has no message, for its __str__ fails"
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def where(error: BaseException) -> str:
    """File and line at which *error* was raised, ``client.py, line 3``; "" if nowhere.

    Of code that is not a library's, where there is any.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}, line {error.lineno}"
    places = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith("<frozen ")
    ]
    own = [place for place in places if not place[0].startswith(_libraries())]
    file, line = (own or places or [("", 0)])[-1]
    return f"{Path(file).name}, line {line}" if file else ""


@cache
def _libraries() -> tuple[str, ...]:
    """The folders that hold Python's own modules and installed ones."""
    paths = sysconfig.get_paths()
    return tuple(paths[name] + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib"))


def trace(error: BaseException, ours: Scope) -> str:
    """The end of the traceback, without the frames of *ours* that it begins with."""
    start = error.__traceback__
    while start is not None and start.tb_frame.f_code.co_filename in ours:
        start = start.tb_next
    lines = traceback.format_exception(type(error), error, start, limit=-FRAMES)
    return ending("".join(lines))


def ending(text: str) -> str:
    """The last characters of *text*, after an ellipsis where that is not all."""
    return text if len(text) <= LONGEST else f"…{text[1 - LONGEST :]}"
