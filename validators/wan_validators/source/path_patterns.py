"""Matches paths with patterns as in ``.gitignore``, for every option that takes patterns."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

__all__ = ["PathPatterns"]

_PART: Final = r"(?s)\*+|\?|\[[!^]?\]?(?:\\.|[^\]\\])*\]|\\.|."


class _Pattern(NamedTuple):
    """One line: *regex* for relative paths. *negated* lines include a path again."""

    regex: re.Pattern[str]
    negated: bool
    only_folders: bool


class PathPatterns:
    """Patterns as in ``.gitignore`` that are relative to *folder*; the last match decides.

    A pattern with a slash, other than one at the end, starts at *folder*. Any other pattern
    is for names at every level.
    """

    def __init__(self, lines: Iterable[str], folder: Path) -> None:
        self._folder = os.path.abspath(folder)  # noqa: PTH100  (faster than Path, many files)
        self._patterns = [each for each in map(_parse, lines) if each is not None]

    def decide(self, path: str, *, is_folder: bool) -> bool | None:
        """Returns whether *path* itself is matched; None if no pattern is about it."""
        relative = self._relative(path)
        for pattern in reversed(self._patterns):
            if (is_folder or not pattern.only_folders) and pattern.regex.fullmatch(relative):
                return not pattern.negated
        return None

    def match(self, path: str) -> bool:
        """Returns True if the file *path* is matched, or a folder that contains it."""
        parts = Path(self._relative(path)).parts
        folders = (os.path.join(self._folder, *parts[:end]) for end in range(1, len(parts)))  # noqa: PTH118
        return any(self.decide(each, is_folder=True) for each in folders) or bool(
            self.decide(path, is_folder=False)
        )

    def _relative(self, path: str) -> str:
        return Path(os.path.relpath(path, self._folder)).as_posix()


def _parse(line: str) -> _Pattern | None:
    """Parses one line of ``.gitignore``; None for a comment or an empty line."""
    line = re.sub(r"(?<!\\)[ \t\r\n]+$", "", line)
    negated = line.startswith("!")
    line = line.removeprefix("!") if negated else line
    if not line or (line.startswith("#") and not negated):
        return None
    only_folders = line.endswith("/")
    line = line[:-1] if only_folders else line
    anywhere = "/" not in line
    body = "".join(_translate(line.removeprefix("/")))
    try:
        regex = re.compile(rf"(?:.*/)?{body}" if anywhere else body, re.DOTALL)
    except re.error:
        return None  # as git: a damaged class matches nothing
    return _Pattern(regex, negated, only_folders)


def _translate(pattern: str) -> Iterator[str]:
    """Yields the parts of *pattern* as a regular expression; ``**`` stands for any folders."""
    first, *rest = pattern.split("/")
    # Several ** in a row are one.
    segments = [first, *(new for old, new in pairwise((first, *rest)) if (old, new) != ("**",) * 2)]
    for number, segment in enumerate(segments, 1):
        is_last = number == len(segments)
        if segment == "**":
            yield ".+" if is_last else "(?:.*/)?"
        else:
            yield from map(_translate_part, re.findall(_PART, segment))
            yield "" if is_last else "/"


def _translate_part(part: str) -> str:
    if part[0] == "*":
        return "[^/]*"
    if part == "?":
        return "[^/]"
    if part[0] == "[" and len(part) > 1:
        inner = part[1:-1].replace("[", "\\[")
        inner = f"^{inner[1:]}" if inner[0] in "!^" else inner
        inner = inner.replace("]", "\\]") if inner.strip("^")[:1] == "]" else inner
        return f"(?!/)[{inner}]"
    return re.escape(part.removeprefix("\\") or part)
