"""The commands: their help and their exit codes, as they print them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from wan_validators.configuration.keys import get_keys

from .markdown import code, escape, table

__all__ = ["format_exit_codes", "format_help", "format_keys", "names", "run", "run_json"]


def names() -> list[str]:
    """Returns the names of all commands."""
    return sorted(point.name for point in entry_points(group="wanproof.commands"))


def format_help() -> str:
    """Returns a section for each command with the output of ``--help``."""
    return "\n".join(
        f"## wanproof {name}\n\n```text\n{_help(name).rstrip()}\n```\n" for name in names()
    )


def format_exit_codes() -> str:
    """Returns a table of the exit codes that each command documents."""
    rows = [
        [code(name), number, escape(meaning)]
        for name in names()
        for number, meaning in re.findall(r"^  (\d+)  (.+)$", _help(name), re.MULTILINE)
    ]
    return table(["command", "exit code", "meaning"], rows)


def format_keys() -> str:
    """Returns a table of the keys of the configuration."""
    rows = [
        [
            code(command),
            code(key.name),
            key.kind.replace("-", " "),
            ", ".join(map(code, key.choices)),
        ]
        for command, keys in get_keys().items()
        for key in keys.values()
    ]
    return table(["table", "key", "value", "choices"], rows)


def run_json(name: str) -> Any:
    """Returns the document that ``wanproof NAME --format json`` prints."""
    return json.loads(run(name, "--format", "json"))


def run(*arguments: str) -> str:
    """Returns what a wanproof command prints."""
    process = subprocess.run(
        [Path(sys.executable).with_name("wanproof"), *arguments],
        env={"COLUMNS": "88", "NO_COLOR": "1", "PYTHONUTF8": "1"},
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    return process.stdout


@cache
def _help(name: str) -> str:
    return run(name, "--help")
