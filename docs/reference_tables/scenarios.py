"""The scenarios that the mock server ships."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

from wan_mockserver.scenarios.toml_parts import list_members

from .commands import run_json
from .markdown import code, escape, table

__all__ = ["format_members", "format_scenarios"]

_TITLES: Final = {
    "outcome": "How the task ends",
    "states": "How a poll shows the task",
    "http": "HTTP errors",
    "transport": "Lost, late and broken responses",
    "download": "Downloads",
}


def format_scenarios() -> str:
    """Returns a section for each group of scenarios."""
    shipped = run_json("scenarios")["scenarios"]
    vendors = {vendor for each in shipped for vendor in each["at"]}
    sections = []
    for group, members in groupby(shipped, lambda each: each["group"]):
        rows = [_row(each, vendors) for each in members]
        sections.append(f"## {_TITLES[group]}\n\n{table(['scenario', 'what happens'], rows)}")
    return "\n".join(sections)


def format_members() -> str:
    """Returns a section for each kind of table in a scenario file."""
    sections = []
    for kind, fields in list_members().items():
        rows = [[code(field.name), field.doc] for field in fields]
        sections.append(f"## Members of {kind}\n\n{table(['member', 'meaning'], rows)}")
    return "\n".join(sections)


def _row(scenario: Mapping[str, Any], vendors: set[str]) -> list[str]:
    where = [vendor for vendor, models in scenario["at"].items() if models]
    only = f" Only at {', '.join(where)}." if {*where} < vendors else ""
    return [code(scenario["name"]), escape(scenario["summary"] + only)]
