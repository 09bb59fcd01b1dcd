"""``wanproof lint --fix`` and ``--diff``: writes or shows the corrected files."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..command import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE, UsageError
from ..messages.formatting import format_count
from ..reporters.excerpt import escape_controls
from ..source import files

__all__ = ["show_diffs", "write_fixes"]


FindModel = Callable[[str], str | None]
"""Returns the model of all payloads of a file, or None if each one names its own."""


class _FixedFile(NamedTuple):
    """The content of the file *name* before and after a number of *fixes*."""

    name: str
    before: bytes
    after: bytes
    fixes: int


def write_fixes(names: Sequence[str], find_model: FindModel, *, lined: bool) -> None:
    """Writes the corrected files, each one completely or not at all.

    Raises UsageError if one cannot be written.
    """
    if files.STDIN in names:
        raise UsageError("--fix cannot change standard input; name a file, or use --diff")
    fixed = [each for each in _fix_files(names, find_model, lined=lined) if each.fixes]
    for each in fixed:
        try:
            _replace_content(Path(each.name), each.after)
        except OSError as error:
            reason = error.strerror or error
            raise UsageError(f"cannot write {each.name}: {reason}") from error
    if fixed:
        count = format_count(sum(each.fixes for each in fixed), "correction")
        print(
            f"wanproof: made {count} in {format_count(len(fixed), 'file')}",
            file=sys.stderr,
        )


def show_diffs(names: Sequence[str], find_model: FindModel, *, lined: bool) -> int:
    """Prints what :func:`write_fixes` would change, and returns the exit code."""
    is_terminal = sys.stdout.isatty()
    code = EXIT_OK
    unreadable: list[files.Unreadable] = []
    for each in _fix_files(names, find_model, lined=lined, unreadable=unreadable):
        if each.fixes:
            code = EXIT_FINDINGS
            for line in _diff(each):
                # A patch needs the exact characters, a terminal must not interpret them.
                shown = escape_controls(line[:-1]) + "\n" if is_terminal else line
                sys.stdout.write(shown)
    for unread in unreadable:
        source = escape_controls(unread.source)
        print(f"wanproof: cannot read {source}: {escape_controls(unread.reason)}", file=sys.stderr)
    return EXIT_USAGE if unreadable else code


def _fix_files(
    names: Iterable[str],
    find_model: FindModel,
    *,
    lined: bool,
    unreadable: list[files.Unreadable] | None = None,
) -> Iterator[_FixedFile]:
    """Yields each file after its fixes; the linter reports a file that cannot be read."""
    from ..fixes import fix

    for name in names:
        content = files.read_content(name)
        if isinstance(content, files.Unreadable):
            if unreadable is not None:
                unreadable.append(content)
            continue
        is_lined = lined or name.lower().endswith(files.LINE_SUFFIXES)
        fixed = fix(content, find_model(name), lined=is_lined)
        yield _FixedFile(name, content, fixed.data, fixed.fixes)


def _diff(fixed: _FixedFile) -> Iterator[str]:
    from difflib import unified_diff

    before, after = (_split_lines(data) for data in (fixed.before, fixed.after))
    for line in unified_diff(before, after, fixed.name, fixed.name):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _split_lines(data: bytes) -> list[str]:
    return [line.decode(errors="replace") for line in io.BytesIO(data)]


def _replace_content(path: Path, data: bytes) -> None:
    """Replaces the content of the file at *path* in one step; a link stays a link."""
    import shutil
    import tempfile

    target = path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        shutil.copymode(target, name)
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
