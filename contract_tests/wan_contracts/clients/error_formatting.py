"""Errors of a client's own code, told to its author."""

from __future__ import annotations

import os
import sysconfig
import traceback
from functools import cache
from pathlib import Path
from traceback import TracebackException
from typing import Final

import wan_mockserver
import wan_validators
from wan_validators.messages.formatting import clip

MAX_TRACEBACK_FRAMES: Final = 12
"""Of a traceback, the innermost ones, that are shown."""

MAX_ERROR_OUTPUT_CHARS: Final = 4096
"""Characters, or bytes of standard error, that are shown: the last ones."""

OWN_PATHS: Final = (
    str(Path(__file__).parents[1]) + os.sep,
    *(each + os.sep for package in (wan_mockserver, wan_validators) for each in package.__path__),
    # Beside the linter; it re-exports this package, so this package cannot import it.
    str(Path(wan_validators.__path__[0]).with_name("wanproof")) + os.sep,
)
"""Where our own code stands, which is never shown as a place of a client's errors."""


def format_error(error: BaseException) -> str:
    """The class of *error*, and its message in one short line: ``ValueError: bad size``.

    Without the place that :func:`where` tells.
    """
    try:
        text = (
            error.msg
            if isinstance(error, SyntaxError) and _find_unparsed_file(error)
            else str(error)
        )
        words = clip(" ".join(text.split()))
    except Exception:  # noqa: BLE001  (it is the client's class that cannot say what it is)
        words = "it has no message, for its __str__ fails"
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def find_error_location(error: BaseException) -> str:
    """File and line at which *error* was raised, ``client.py, line 3``; "" if nowhere.

    Of code that is not a library's, where there is any.
    """
    if isinstance(error, SyntaxError) and _find_unparsed_file(error):
        return f"{Path(_find_unparsed_file(error)).name}, line {error.lineno}"
    places = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith(("<frozen ", *OWN_PATHS))
    ]
    own = [place for place in places if not place[0].startswith(_find_library_folders())]
    file, line = (own or places or [("", 0)])[-1]
    return f"{Path(file).name}, line {line}" if file else ""


def _find_unparsed_file(error: SyntaxError) -> str:
    """The file that cannot be read; "" if it was no file."""
    name = error.filename or ""
    return "" if name.startswith("<") else name


@cache
def _find_library_folders() -> tuple[str, ...]:
    """The folders that hold Python's own modules and installed ones."""
    paths = sysconfig.get_paths()
    return tuple(paths[name] + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib"))


def format_traceback(error: BaseException) -> str:
    """The end of the traceback, without the frames that are ours."""
    told = TracebackException.from_exception(error, compact=True)
    _drop_own_frames(told)
    return clip_to_end("".join(told.format()))


def _drop_own_frames(summary: TracebackException) -> None:
    summary.stack[:] = [each for each in summary.stack if not each.filename.startswith(OWN_PATHS)][
        -MAX_TRACEBACK_FRAMES:
    ]
    for inner in (summary.__cause__, summary.__context__, *(summary.exceptions or ())):
        if inner is not None:
            _drop_own_frames(inner)


def clip_to_end(text: str) -> str:
    """The last characters of *text*, after an ellipsis where that is not all."""
    return text if len(text) <= MAX_ERROR_OUTPUT_CHARS else f"…{text[1 - MAX_ERROR_OUTPUT_CHARS :]}"
