"""Finds and reads the configuration file: ``wanproof.toml`` or ``pyproject.toml``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from ..command import UsageError
from ..frozen import Frozen

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FILE", "PROJECT_FILE", "ConfigurationFile", "find_file", "read_file"]

FILE: Final = "wanproof.toml"
PROJECT_FILE: Final = "pyproject.toml"

_SECTION: Final = rb"(?m)tool[\s.\"']+wanproof|\[\s*tool\s*\]|^\s*tool\s*="
"""What every file with ``[tool.wanproof]`` has in some place."""


class ConfigurationFile(Frozen):
    """A file, the heading of its tables for messages, and its content."""

    path: Path
    heading: str
    content: Mapping[str, Any]


def find_file(folder: str) -> ConfigurationFile | None:
    """Returns the configuration nearest to *folder*, up to the root of the repository.

    In each folder, ``wanproof.toml`` comes before ``pyproject.toml``. A ``pyproject.toml``
    without ``[tool.wanproof]`` is no configuration.
    """
    for each in _list_parents(folder):
        if os.path.isfile(path := os.path.join(each, FILE)):
            return read_file(path)
        if os.path.isfile(path := os.path.join(each, PROJECT_FILE)):
            # The parser of TOML takes long to load, and most projects do not need it.
            found = read_file(path) if re.search(_SECTION, _read_bytes(path)) else None
            if found is not None and found.content:
                return found
    return None


def read_file(name: str) -> ConfigurationFile:
    """Reads the file *name*. Raises UsageError if it cannot be read or is not TOML."""
    from pathlib import Path

    from ..source.toml_text import parse_toml

    path = Path(name).absolute()
    try:
        document = parse_toml(_read_bytes(name).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error
    if path.name != PROJECT_FILE:
        return ConfigurationFile(path, "", document)
    tools = document.get("tool")
    content = tools.get("wanproof", {}) if isinstance(tools, dict) else {}
    if not isinstance(content, dict):
        raise UsageError(f"tool.wanproof in {path} must be a table")
    return ConfigurationFile(path, "tool.wanproof.", content)


def _list_parents(folder: str) -> Iterator[str]:
    yield folder
    parent = os.path.dirname(folder)
    if parent != folder and not os.path.exists(os.path.join(folder, ".git")):
        yield from _list_parents(parent)


def _read_bytes(name: str) -> bytes:
    try:
        with open(name, "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from error
