"""Formats a report for programs and people, with one module for each format.

The module of a format has ``render_report(report) -> str``. It is imported at its first use.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from ..results.report import ContractReport

__all__ = ["FORMATS", "render"]

FORMATS: Final[Mapping[str, str]] = {
    "json": "json",
    "junit": "junit",
    "sarif": "sarif",
    "html": "html",
    "md": "markdown",
}
"""The module of each format by its name. ``terminal.write`` writes to a terminal."""


def render(format: str, report: ContractReport) -> str:
    """Returns *report* as one document, to be written as UTF-8.

    Raises ValueError if *format* is not in FORMATS, and ModuleNotFoundError if a library is not
    installed.
    """
    if format not in FORMATS:
        raise ValueError(f"there is no format {format!r}; allowed: {', '.join(FORMATS)}")
    document: str = import_module(f".{FORMATS[format]}", __name__).render_report(report)
    return document
