"""Formats findings for services: one line, and details."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..finding import Finding
from ..omitted import Omitted
from ..plain_finding import PlainFinding
from ..source.json_pointer import MISSING
from .excerpt import escape_controls

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "ReportedFinding",
    "format_details",
    "format_got",
    "format_headline",
    "format_more",
    "format_path",
]

ReportedFinding = Finding | PlainFinding


def format_headline(finding: ReportedFinding) -> str:
    """Returns the rule, its code and the message in one line."""
    code = f" [{finding.code}]" if finding.code else ""
    return f"{finding.rule}{code}: {escape_controls(finding.message)}"


def format_details(finding: ReportedFinding) -> Iterator[tuple[str, str]]:
    """Yields labels and texts: allowed values, value, hint and basis, if there are any."""
    if finding.allowed is not None:
        yield "allowed", escape_controls(finding.allowed)
    got = format_got(finding)
    if got is not None:
        yield "got", escape_controls(got)
    if finding.hint is not None:
        yield "hint", escape_controls(finding.hint)
    if finding.basis is not None:
        yield "basis", finding.basis


def format_more(omitted: Omitted) -> str:
    """Formats the findings over the limit of a payload, and how to see them."""
    return f"and {omitted}; --max-per-payload lists more of them"


def format_path(source: str, root: Path | None = None) -> str:
    """Returns the path *source* with slashes, relative to *root* if it is inside it.

    Otherwise, and without *root*, it is relative to the working directory if inside that.
    """
    from pathlib import Path

    path = Path(source)
    if root is not None and path.absolute().is_relative_to(root):
        return path.absolute().relative_to(root).as_posix()
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_posix()


def format_got(finding: ReportedFinding) -> str | None:
    """Formats the value itself as JSON, and a description of it as plain text.

    Returns None if nothing was given.
    """
    if isinstance(finding, PlainFinding):
        return finding.got_text
    if finding.value is MISSING:
        return None
    got = finding.got
    described = type(got) is str and got != finding.value
    return got if described else json.dumps(got, ensure_ascii=False)
