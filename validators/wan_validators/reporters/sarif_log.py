"""Builds logs in SARIF 2.1.0, the format of code scanning services.

A log has rules and results. The ``ruleIndex`` of a result is the position of its rule.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import Any, Final
from urllib.parse import quote

from ..documentation import DOCS_URL
from .excerpt import escape_controls

__all__ = [
    "SCHEMA_URL",
    "build_fingerprint",
    "build_location",
    "build_log",
    "build_rule",
    "format_log",
    "format_sentence",
    "format_uri",
]

SCHEMA_URL: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def build_log(
    command: str,
    subject: str,
    rules: Sequence[Mapping[str, Any]],
    results: Sequence[Mapping[str, Any]],
    properties: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Returns the log of one run of ``wanproof`` *command* on *subject*.

    A service keeps the results of each command and subject apart.
    """
    driver = {
        "name": "wanproof",
        "version": version("wanproof"),
        "semanticVersion": version("wanproof"),
        "informationUri": DOCS_URL,
        "rules": list(rules),
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "automationDetails": {
            "id": f"wanproof-{command}/{quote(escape_controls(subject), safe='')}/"
        },
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "results": list(results),
    }
    if properties:
        run["properties"] = dict(properties)
    return {"$schema": SCHEMA_URL, "version": "2.1.0", "runs": [run]}


def build_rule(
    id: str,
    *,
    name: str,
    level: str,
    summary: str,
    description: str,
    help: str,
    help_markdown: str,
    help_uri: str,
    tags: Sequence[str] = (),
) -> dict[str, Any]:
    """Returns a rule. *level* is ``error``, ``warning`` or ``note``."""
    return {
        "id": id,
        "name": name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": description},
        "help": {"text": help, "markdown": help_markdown},
        "helpUri": help_uri,
        "defaultConfiguration": {"level": level},
        "properties": {"tags": list(tags)},
    }


def build_location(path: str, line: int | None = None, column: int | None = None) -> dict[str, Any]:
    """Returns a location in the file *path*; *line* and *column* count from 1."""
    region = {"startLine": line, "startColumn": column}
    known = {name: value for name, value in region.items() if value is not None}
    place: dict[str, Any] = {"artifactLocation": {"uri": format_uri(path)}}
    return {"physicalLocation": {**place, "region": known} if known else place}


def build_fingerprint(*parts: str) -> str:
    """Returns a fingerprint of *parts*. Results with equal fingerprints are the same problem."""
    return sha256("\n".join(parts).encode("utf-8", "backslashreplace")).hexdigest()


def format_log(log: Mapping[str, Any]) -> str:
    """Returns *log* as JSON text in ASCII."""
    return json.dumps(log, allow_nan=False, indent=1) + "\n"


def format_uri(path: str) -> str:
    """Returns *path* as a URI, relative to the working directory if it is inside it."""
    file = PurePath(path)
    if file.is_absolute():
        if not file.is_relative_to(Path.cwd()):
            return file.as_uri()
        file = file.relative_to(Path.cwd())
    return quote(file.as_posix(), errors="backslashreplace")


def format_sentence(text: str) -> str:
    """Returns *text* with a full stop; the viewers of SARIF expect sentences."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
