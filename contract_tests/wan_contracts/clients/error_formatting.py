"""Formats exceptions of a client's code for its author."""

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

__all__ = [
    "MAX_ERROR_OUTPUT_CHARS",
    "clip_to_end",
    "find_error_location",
    "format_error",
    "format_traceback",
]

MAX_TRACEBACK_FRAMES: Final = 12
"""Number of innermost frames of a traceback that are shown."""

MAX_ERROR_OUTPUT_CHARS: Final = 4096
"""Number of last characters, or bytes of standard error, that are shown."""

OWN_PATHS: Final = (
    str(Path(__file__).parents[1]) + os.sep,
    *(each + os.sep for package in (wan_mockserver, wan_validators) for each in package.__path__),
    # The package beside the linter. It re-exports this package, so it cannot be imported here.
    str(Path(wan_validators.__path__[0]).with_name("wanproof")) + os.sep,
)
"""Paths of our own code, which is never shown as the location of a client's error."""


def format_error(error: BaseException) -> str:
    """Returns the class and message of *error* in one short line: ``ValueError: bad size``.

    Omits the location, which :func:`find_error_location` returns.
    """
    try:
        text = (
            error.msg
            if isinstance(error, SyntaxError) and _find_unparsed_file(error)
            else str(error)
        )
        message = clip(" ".join(text.split()))
    except Exception:  # noqa: BLE001  (the client's __str__ may raise anything)
        message = "its __str__ raised an exception"
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def find_error_location(error: BaseException) -> str:
    """Returns the file and line of *error*, ``client.py, line 3``; "" if there is none.

    Prefers the client's own code to that of libraries.
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
    """Returns the file with the syntax error; "" if the source was not a file."""
    name = error.filename or ""
    return "" if name.startswith("<") else name


@cache
def _find_library_folders() -> tuple[str, ...]:
    """Returns the folders of the standard library and of installed packages."""
    paths = sysconfig.get_paths()
    return tuple(paths[name] + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib"))


def format_traceback(error: BaseException) -> str:
    """Returns the end of the traceback, without frames of our own code."""
    summary = TracebackException.from_exception(error, compact=True)
    _drop_own_frames(summary)
    return clip_to_end("".join(summary.format()))


def _drop_own_frames(summary: TracebackException) -> None:
    summary.stack[:] = [each for each in summary.stack if not each.filename.startswith(OWN_PATHS)][
        -MAX_TRACEBACK_FRAMES:
    ]
    for inner in (summary.__cause__, summary.__context__, *(summary.exceptions or ())):
        if inner is not None:
            _drop_own_frames(inner)


def clip_to_end(text: str) -> str:
    """Returns the last characters of *text*, after an ellipsis if it is longer."""
    return text if len(text) <= MAX_ERROR_OUTPUT_CHARS else f"…{text[1 - MAX_ERROR_OUTPUT_CHARS :]}"
