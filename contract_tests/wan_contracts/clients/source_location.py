"""Finds the file and the line of a client, for reports that point into source code."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from ..results.report import SourceLocation

__all__ = ["find_command_source", "find_python_source"]

_PROBED_BYTES: Final = 1024
"""A program with a NUL in so many bytes is not a script."""


def find_python_source(place: str, target: Any) -> SourceLocation | None:
    """Returns where *target* is defined, which the command line names by *place*.

    If a library defines it, or nothing can be read, this is the line that binds the name.
    """
    home, _, name = place.rpartition(":")
    found = home if home.endswith(".py") else getattr(sys.modules.get(home), "__file__", None)
    named = Path(found).resolve() if found else None
    defined = _find_definition(target)
    if defined and (Path(defined.path) == named or _is_own(Path(defined.path))):
        return defined
    if named is None or not named.is_file():
        return None
    return SourceLocation(path=str(named), line=_find_binding(named, name.partition(".")[0]))


def find_command_source(argv: Sequence[str]) -> SourceLocation | None:
    """Returns the start of the script in the command *argv*, or None if it has none.

    A script in the working directory comes first, because an interpreter can be a script, too.
    """
    scripts = [path.resolve() for path in _list_files(argv) if _is_text(path)]
    chosen = next((path for path in scripts if _is_own(path)), next(iter(scripts), None))
    return SourceLocation(path=str(chosen)) if chosen else None


def _find_definition(target: Any) -> SourceLocation | None:
    while isinstance(target, partial):
        target = target.func
    named = inspect.isclass(target) or inspect.isroutine(target)
    try:
        definition: Any = target if named else type(target)
        file = inspect.getsourcefile(definition)
        _, line = inspect.getsourcelines(definition)
    except (OSError, TypeError, SyntaxError):
        return None
    return SourceLocation(path=str(Path(file).resolve()), line=line) if file else None


def _is_own(path: Path) -> bool:
    """Returns whether *path* is in the working directory, but not an installed library."""
    return path.is_relative_to(Path.cwd()) and "site-packages" not in path.parts


def _find_binding(file: Path, name: str) -> int:
    """Returns the line of *file* that defines, assigns or imports *name*; 1 if none does."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return 1
    return next((node.lineno for node in tree.body if name in _list_bound_names(node)), 1)


def _list_bound_names(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (alias.asname or alias.name for alias in aliases)
        case ast.Assign(targets=targets):
            yield from (each.id for each in targets if isinstance(each, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _list_files(argv: Sequence[str]) -> Iterator[Path]:
    """Yields the files that *argv* names: by their paths, or a module of Python after ``-m``."""
    for before, word in zip(("", *argv), argv, strict=False):
        paths = [Path(word)]
        if before == "-m":
            module = Path(*word.split("."))
            paths = [module.with_suffix(".py"), module / "__main__.py"]
        yield from (path for path in paths if path.is_file())


def _is_text(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"\0" not in file.read(_PROBED_BYTES)
    except OSError:
        return False
