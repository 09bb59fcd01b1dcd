"""Finds and reads the configuration file: ``wanproof.toml`` or ``pyproject.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from ..command import UsageError
from ..source.toml_text import parse_toml

__all__ = ["FILE", "PROJECT_FILE", "ConfigurationFile", "find_file", "read_file"]

FILE: Final = "wanproof.toml"
PROJECT_FILE: Final = "pyproject.toml"

_SECTION: Final = rb"(?m)tool[\s.\"']+wanproof|\[\s*tool\s*\]|^\s*tool\s*="
"""What every file with ``[tool.wanproof]`` has in some place."""


class ConfigurationFile(NamedTuple):
    """A file, the heading of its tables for messages, and its content."""

    path: Path
    heading: str
    content: Mapping[str, Any]


def find_file(folder: Path) -> ConfigurationFile | None:
    """Returns the configuration nearest to *folder*, up to the root of the repository.

    In each folder, ``wanproof.toml`` comes before ``pyproject.toml``. A ``pyproject.toml``
    without ``[tool.wanproof]`` is no configuration.
    """
    for each in _list_parents(folder):
        if (path := each / FILE).is_file():
            return read_file(path)
        if (path := each / PROJECT_FILE).is_file():
            # The parser of TOML takes long to load, and most projects do not need it.
            found = read_file(path) if re.search(_SECTION, _read_bytes(path)) else None
            if found is not None and found.content:
                return found
    return None


def read_file(path: Path) -> ConfigurationFile:
    """Reads *path*. Raises UsageError if it cannot be read or is not TOML."""
    try:
        document = parse_toml(_read_bytes(path).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error
    if path.name != PROJECT_FILE:
        return ConfigurationFile(path, "", document)
    tools = document.get("tool")
    content = tools.get("wanproof", {}) if isinstance(tools, dict) else {}
    if not isinstance(content, dict):
        raise UsageError(f"tool.wanproof in {path} must be a table")
    return ConfigurationFile(path, "tool.wanproof.", content)


def _list_parents(folder: Path) -> Iterator[Path]:
    for each in (folder, *folder.parents):
        yield each
        if (each / ".git").exists():
            return


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
