"""The names that the pytest plugins add: fixtures, markers, options, and what fixtures return."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final

import pytest
from _pytest.config import get_config

from wan_contracts import pytest_plugin as contract_plugin
from wan_mockserver import WanMock, World, lint_plugin
from wan_mockserver import pytest_plugin as mock_plugin
from wan_mockserver.testing.fake_time import PatchingClock

from .markdown import code, escape, from_docstring, table
from .python_api import format_members_of

__all__ = ["format_fixtures", "format_markers", "format_members", "format_options"]

HANDLES: Final = {"wan_server": World, "wan_mock": WanMock, "wan_clock": PatchingClock}
"""The class of the object that each fixture returns."""


def format_fixtures() -> str:
    """Returns a table of all fixtures."""
    rows = [
        [code(name), from_docstring(fixture.__doc__ or "")]
        for plugin in (mock_plugin, contract_plugin)
        for name, fixture in _fixtures(plugin)
    ]
    return table(["fixture", "what it is"], rows)


def format_markers() -> str:
    """Returns a table of all markers."""
    rows = []
    for name, read in mock_plugin.MARKERS.items():
        names = ", ".join(
            each.name if each.default is each.empty else f"{each.name}=None"
            for each in inspect.signature(read).parameters.values()
        )
        rows.append([code(f"@pytest.mark.{name}({names})"), from_docstring(read.__doc__ or "")])
    rows.append([code(f"@pytest.mark.{lint_plugin.MARKER}"), lint_plugin.MARKER_HELP])
    return table(["marker", "what it sets"], rows)


def format_options() -> str:
    """Returns a table of the options that the plugins add to pytest."""
    parser = get_config()._parser  # noqa: SLF001 - pytest has no public way to list options
    for plugin in (mock_plugin, lint_plugin, contract_plugin):
        plugin.pytest_addoption(parser)
    group = parser.getgroup("wanproof")
    rows = [
        [code(" ".join(filter(None, (each.names()[0], each.attrs().get("metavar"))))), _help(each)]
        for each in group.options
    ]
    return table(["option", "what it does"], rows)


def _help(option: Any) -> str:
    text = option.attrs().get("help", "")
    return "" if text is argparse.SUPPRESS else escape(text)


def format_members() -> str:
    """Returns a section for each object that a fixture returns."""
    return "\n".join(
        f"## {fixture}\n\n{from_docstring(handle.__doc__ or '')}\n\n{format_members_of(handle)}"
        for fixture, handle in HANDLES.items()
    )


def _fixtures(plugin: ModuleType) -> Iterator[tuple[str, Any]]:
    for name, value in vars(plugin).items():
        if isinstance(value, pytest.FixtureDef | type(mock_plugin.wan_clock)) and name[0] != "_":
            yield name, value
