"""Finds the payload files in folders, without those that git ignores."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from ..frozen import Frozen
from .files import LINE_SUFFIXES, STDIN

if TYPE_CHECKING:
    from pathlib import Path

    from .path_patterns import PathPatterns

__all__ = ["SUFFIXES", "InputFile", "InputPart", "find_files"]

SUFFIXES: Final = (".json", *LINE_SUFFIXES, ".har", ".curl")
"""The suffixes of files that are read in folders."""

_IGNORE_FILE: Final = ".gitignore"


class InputFile(Frozen):
    """A file to read. *is_found* is true if a folder was named, not the file."""

    name: str
    is_found: bool = False


class InputPart(Frozen):
    """The lines of a file that begin at *start* or later, and before *end*; or a whole file."""

    file: InputFile
    start: int = 0
    end: int | None = None


def find_files(names: Iterable[str], excluded: Iterable[PathPatterns] = ()) -> list[InputFile]:
    """Returns *names* with each folder replaced by its payload files, sorted.

    Subfolders are included; hidden files and folders are not, and neither is what a
    ``.gitignore`` ignores. Files that *excluded* matches are left out, even if named. A
    folder without payload files, or one that cannot be listed, is kept. Reading it reports
    the problem.
    """
    return [file for name in names for file in _find(name, [*excluded])]


def _find(name: str, excluded: list[PathPatterns]) -> list[InputFile]:
    if name != STDIN and any(each.match(name) for each in excluded):
        return []
    if not os.path.isdir(name):
        return [InputFile(name)]
    found = [*_walk(name, excluded)]
    return [each for each in found if each.name] if found else [InputFile(name)]


def _walk(name: str, excluded: list[PathPatterns]) -> Iterator[InputFile]:
    """Yields the files in the folder *name*, and one without a name for all that are left out."""
    from pathlib import Path

    errors: list[InputFile] = []
    # Folders that cannot be listed are kept: opening them reports the reason.
    walk = os.walk(name, onerror=lambda error: errors.append(InputFile(error.filename)))
    ignored = {name: [*_read_outer_patterns(Path(name))]}
    for folder, folders, files in walk:
        patterns = ignored.pop(folder, [])
        if _IGNORE_FILE in files:
            patterns = [*patterns, _read_patterns(Path(folder, _IGNORE_FILE), Path(folder))]
        folders[:] = sorted(
            each
            for each in folders
            if not each.startswith(".") and not _is_ignored(_join(folder, each), patterns)
        )
        ignored |= {_join(folder, each): patterns for each in folders}
        for file in sorted(files):
            path = _join(folder, file)
            if not file.lower().endswith(SUFFIXES) or file.startswith("."):
                continue
            is_left_out = _is_ignored(path, patterns, is_folder=False) or any(
                each.match(path) for each in excluded
            )
            yield InputFile("" if is_left_out else path, is_found=True)
    yield from errors


def _is_ignored(path: str, patterns: list[PathPatterns], *, is_folder: bool = True) -> bool:
    """Returns True if git ignores *path*; the innermost file with a matching line decides."""
    for each in reversed(patterns):
        decision = each.decide(path, is_folder=is_folder)
        if decision is not None:
            return decision
    return False


def _read_outer_patterns(folder: Path) -> Iterator[PathPatterns]:
    """Yields the patterns of the repository that are above *folder*, the outermost first."""
    folder = folder.absolute()
    parents = [folder, *folder.parents]
    root = next((each for each in parents if (each / ".git").exists()), None)
    if root is None:
        return
    yield _read_patterns(root / ".git" / "info" / "exclude", root)
    for each in reversed(parents[1 : parents.index(root) + 1]):
        yield _read_patterns(each / _IGNORE_FILE, each)


def _read_patterns(file: Path, folder: Path) -> PathPatterns:
    from .path_patterns import PathPatterns

    try:
        lines = file.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    except OSError:
        lines = []
    return PathPatterns(lines, folder)


def _join(folder: str, name: str) -> str:
    return os.path.join(folder, name)  # Path would drop a leading "./"
