"""Scenarios of the user's own, from a TOML file, and any scenario as such a file.

Each table of the file is a scenario, and the table's name is the scenario's::

    [flaky-monday]
    summary = "Two 503s, a lost answer, one image of several, and URLs that are dead on arrival."
    use = ["http-503:2", "partial"]
    create = [{transport = "reset"}]
    poll.words = {running = "archiving"}
    download.lifetime = -1

==========  =====================================================================================
member      what it says
==========  =====================================================================================
summary     one sentence, for lists; the only member that must be there
use         scenarios that this one consists of, by name, with counts and ``+`` as anywhere: the
            shipped ones and others of the file, in any order. The own parts are added: their
            steps come last, and what they say besides must not contradict
vendor      the only vendor it can happen at
create      what happens to creates, one after the other: an array of steps, after the last of
            which one create passes and all begin anew
poll        what happens to the polls of one task: an array of steps, or a table with ``steps``,
            ``words`` (what is on the wire for ``pending``, ``running``, ``done`` and ``failed``;
            "" leaves the status out), ``other-words`` (the vendor's other vocabulary),
            ``upper-case``, ``backwards`` and ``integer-codes``
outcome     how the task ends: a table with ``lifecycle`` (when, as ``--lifecycle`` takes it),
            ``fail`` (a code of the vendor's, or any with a ``message``), ``message``,
            ``moderated``, ``images`` (so many succeed), ``results`` ("none" or "empty") and
            ``interleaved``
download    what happens to the downloads of one file: an array of steps, or a table with
            ``steps`` and ``lifetime`` (seconds that the files are there, -1 for not at all)
==========  =====================================================================================

What a step may say stands in :mod:`wan_mockserver.scenarios.toml_steps`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Final

from wan_validators.messages.formatting import clip
from wan_validators.messages.suggestions import suggest

from .members import (
    InvalidMember,
    Member,
    array_reader,
    build_table,
    parse_fields,
    string_reader,
    toml,
)
from .registry import Scenarios
from .scenario import Scenario, combine
from .toml_parts import SCENARIO, find_problems

USE: Final = Member(
    "use", array_reader(string_reader(bool, 'the name of a scenario, such as "http-503:2"'))
)

NAME: Final = re.compile("[a-z0-9][a-z0-9-]{0,63}").fullmatch


class BadScenarios(ValueError):
    """A file of scenarios that cannot be used; the message says where in it and why."""


def read_scenarios(file: Path) -> dict[str, Scenario]:
    """The scenarios of *file*, by name, in its order.

    One with the name of a shipped one is meant to take its place. Raises BadScenarios for
    what cannot be used, and OSError.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadScenarios(f"{file} is no TOML: {error}") from error
    try:
        made = _scenarios({name: _read_table(name, given) for name, given in tables.items()})
    except InvalidMember as error:
        raise BadScenarios(f"{file}: {error}") from error
    return {name: made[name] for name in tables}


def format_scenario(scenario: Scenario) -> str:
    """*scenario* as :func:`read` takes it, a composition under a name made of those of its parts.

    What is read differs in nothing but the group, such a name, and steps that were never
    reached.
    """
    name = re.sub("[^a-z0-9]+", "-", scenario.name.lower()).strip("-")[:64] or "own"
    lines = (f"{key} = {toml(value)}\n" for key, value in _flatten(format_table(scenario)))
    return f"[{name}]\n{''.join(lines)}"


def format_table(scenario: Scenario) -> dict[str, Any]:
    """*scenario* as a table of plain values, the form of it in TOML and in JSON."""
    return build_table(SCENARIO, scenario, Scenario(name="", summary=""))


def _flatten(table_values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """A line's key and value for each thing that is told."""
    for part, value in table_values.items():
        if type(value) is dict:
            yield from ((f"{part}.{name}", each) for name, each in value.items())
        else:
            yield part, value


def _read_table(name: str, given: Any) -> dict[str, Any]:
    """What the table *given* says, by field of a scenario, and its use."""
    if not NAME(name):
        rule = "a small letter or a digit, then up to 63 of these and hyphens"
        raise InvalidMember(f"{clip(repr(name))} cannot be the name of a scenario; allowed: {rule}")
    said = parse_fields({"use": USE, **SCENARIO}, given, name)
    if "summary" not in said:
        raise InvalidMember(
            f'{name}: the member summary is missing: summary = "What happens, briefly."'
        )
    return said


def _scenarios(all_said: Mapping[str, dict[str, Any]]) -> dict[str, Scenario]:
    """Made in such an order that those which others use come before them."""
    known = Scenarios({name: Scenario(name=name, summary="") for name in all_said})
    needs = {
        name: _find_used_names(name, said, known) & {*all_said} for name, said in all_said.items()
    }
    made: dict[str, Scenario] = {}
    try:
        for name in TopologicalSorter(needs).static_order():
            made[name] = _build_scenario(name, all_said[name], Scenarios(made))
    except CycleError as error:
        cycle = " uses ".join(reversed(error.args[1]))
        raise InvalidMember(
            f"{cycle}: a scenario cannot consist of itself; break the circle"
        ) from error
    return made


def _find_used_names(name: str, said: Mapping[str, Any], known: Scenarios) -> set[str]:
    """The names in the use of *name*; raises Wrong where one of them is of no scenario."""
    names = set()
    for nth, composition in enumerate(said.get("use", ())):
        for part in composition.split("+"):
            used = part.strip().partition(":")[0]
            if used not in known:
                raise InvalidMember(
                    f"{name}.use[{nth}]: there is no scenario {_format_suggestion(used, known)}"
                )
            names.add(used)
    return names


def _format_suggestion(name: str, known: Scenarios) -> str:
    hint = suggest(name, known, "`wanproof scenarios` lists those that are shipped")
    return f"{clip(repr(name))}; {hint}"


def _build_scenario(name: str, said: dict[str, Any], known: Scenarios) -> Scenario:
    own = {field: value for field, value in said.items() if field != USE.field}
    made = Scenario(name=name, **own)
    used = [
        _resolve_use(each, f"{name}.use[{nth}]", known)
        for nth, each in enumerate(said.get("use", ()))
    ]
    try:
        made = replace(combine(name, (*used, made), made.summary), group=made.group)
    except ValueError as error:
        raise InvalidMember(
            f"{error}, and none of them is stronger; leave one out of {name}"
        ) from error
    for trouble in find_problems(made.outcome, made.vendor):
        raise InvalidMember(f"{name}.outcome: {trouble}")
    return made


def _resolve_use(composition: str, path: str, known: Scenarios) -> Scenario:
    try:
        return known.find(composition)
    except ValueError as error:
        raise InvalidMember(f"{path}: {error}") from error
