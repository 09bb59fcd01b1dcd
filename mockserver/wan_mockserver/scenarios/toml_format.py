"""Reads scenarios from a TOML file, and writes any scenario as such a file.

Each table of the file is a scenario, and the name of the table is its name::

    [flaky-monday]
    summary = "Two 503s, a lost response, one image of several, and URLs that have expired."
    use = ["http-503:2", "partial"]
    create = [{transport = "reset"}]
    poll.words = {running = "archiving"}
    download.lifetime = -1

The modules ``toml_parts`` and ``toml_steps`` describe the members.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Final

from wan_validators.fields import FieldType, InvalidField, invalid_value, read_toml, unknown_name

from .catalogue import load_shipped_scenarios
from .registry import Scenarios
from .scenario import Scenario, combine
from .toml_parts import REPLACES, SCENARIO, SCENARIO_IN_FILE, USE, find_problems

__all__ = ["format_scenario", "format_table", "format_toml", "read_scenarios"]

_NAME: Final = re.compile("[a-z0-9][a-z0-9-]{0,63}").fullmatch


def read_scenarios(file: Path) -> dict[str, Scenario]:
    """Reads the scenarios of *file*, by name, in its order.

    A scenario with the name of a shipped one must say that it replaces it. Raises
    InvalidField and OSError.
    """
    scenarios: dict[str, Scenario] = read_toml(file, _FileType())
    return scenarios


def format_scenario(scenario: Scenario) -> str:
    """Formats *scenario* as :func:`read_scenarios` reads it.

    A composition gets a name that is made of the names of its parts. Steps that no request
    can reach are left out.
    """
    name = re.sub("[^a-z0-9]+", "-", scenario.name.lower()).strip("-")[:64] or "own"
    lines = (f"{key} = {format_toml(value)}\n" for key, value in _flatten(format_table(scenario)))
    replaces = "replaces = true\n" if name in load_shipped_scenarios() else ""
    return f"[{name}]\n{replaces}{''.join(lines)}"


def format_table(scenario: Scenario) -> dict[str, Any]:
    """Returns *scenario* as a table of plain values, for TOML and JSON."""
    return SCENARIO.write_changes(scenario, Scenario(name="", summary=""))


def format_toml(value: Any, indent: str = "    ") -> str:
    """Formats a JSON value other than null as TOML, on one line except for arrays of tables."""
    match value:
        case bool() | int() | float():
            return json.dumps(value)
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case dict():
            inside = ", ".join(f"{name} = {format_toml(each)}" for name, each in value.items())
            return f"{{{inside}}}"
        case [dict(), _, *_]:
            inside = "".join(f"{indent}{format_toml(each)},\n" for each in value)
            return f"[\n{inside}]"
        case _:
            return f"[{', '.join(map(format_toml, value))}]"


def _flatten(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields the key and the value of each line."""
    for part, value in table.items():
        if type(value) is dict:
            yield from ((f"{part}.{name}", each) for name, each in value.items())
        else:
            yield part, value


class _FileType(FieldType):
    """All tables of a file, each of which is a scenario."""

    def parse(self, value: Any, path: str) -> dict[str, Scenario]:
        tables = {name: _parse_table(name, table) for name, table in value.items()}
        scenarios = _build_scenarios(tables)
        return {name: scenarios[name] for name in tables}


def _parse_table(name: str, value: Any) -> dict[str, Any]:
    if not _NAME(name):
        allowed = "a small letter or a digit, then up to 63 of these and hyphens"
        raise invalid_value(name, "the name of the scenario", allowed)
    table: dict[str, Any] = SCENARIO_IN_FILE.parse(value, name)
    replaces, is_shipped = table.pop(REPLACES.key, False), name in load_shipped_scenarios()
    if is_shipped and not replaces:
        reason = "is the name of a shipped scenario; choose another name, or add replaces = true"
        raise InvalidField(name, reason)
    if replaces and not is_shipped:
        reason = "there is no shipped scenario of that name to replace; remove it"
        raise InvalidField(f"{name}.replaces", reason)
    return table


def _build_scenarios(tables: Mapping[str, dict[str, Any]]) -> dict[str, Scenario]:
    """Builds each scenario after those that it uses."""
    known = Scenarios({name: Scenario(name=name, summary="") for name in tables})
    needs = {
        name: _find_used_names(name, table, known) & {*tables} for name, table in tables.items()
    }
    scenarios: dict[str, Scenario] = {}
    try:
        for name in TopologicalSorter(needs).static_order():
            scenarios[name] = _build_scenario(name, tables[name], Scenarios(scenarios))
    except CycleError as error:
        cycle = " uses ".join(reversed(error.args[1]))
        raise InvalidField(cycle, "a scenario cannot use itself; remove one use") from error
    return scenarios


def _find_used_names(name: str, table: Mapping[str, Any], known: Scenarios) -> set[str]:
    """Returns the names that a table uses; raises InvalidField if one is not known."""
    names = set()
    for index, composition in enumerate(table.get(USE.key, ())):
        for part in composition.split("+"):
            used = part.strip().partition(":")[0]
            if used not in known:
                hint = "`wanproof scenarios` lists the shipped ones"
                raise unknown_name(used, f"{name}.use[{index}]", "scenario", known, hint)
            names.add(used)
    return names


def _build_scenario(name: str, table: dict[str, Any], known: Scenarios) -> Scenario:
    members = {key: value for key, value in table.items() if key != USE.key}
    own = Scenario(name=name, **members)
    used = [
        _find_scenario(each, f"{name}.use[{index}]", known)
        for index, each in enumerate(table.get(USE.key, ()))
    ]
    try:
        scenario = replace(combine(name, (*used, own), own.summary), group=own.group)
    except ValueError as error:
        raise InvalidField("", f"{error}; no scenario has priority: remove one use") from error
    for problem in find_problems(scenario.outcome, scenario.vendor):
        raise InvalidField(f"{name}.outcome", problem)
    return scenario


def _find_scenario(composition: str, path: str, known: Scenarios) -> Scenario:
    try:
        return known.find(composition)
    except ValueError as error:
        raise InvalidField(path, str(error)) from error
