"""Reports of a run in the formats that other programs and people read: one module each.

The module of a format has ``render_report(report) -> str``; it is imported when it is asked for.
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
"""The formats by name, and the module of each. For a terminal there is ``terminal.write``."""


def render(format: str, report: ContractReport) -> str:
    """*report* as one document, to be written as UTF-8.

    Raises ValueError for a name that is not in FORMATS, and ModuleNotFoundError for a library
    that is not installed.
    """
    if format not in FORMATS:
        raise ValueError(f"there is no format {format!r}; allowed: {', '.join(FORMATS)}")
    document: str = import_module(f".{FORMATS[format]}", __name__).render_report(report)
    return document
