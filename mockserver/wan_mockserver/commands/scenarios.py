"""Implements ``wanproof scenarios``, which lists scenarios and shows their TOML form."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from wan_validators.catalog import models_of, vendors
from wan_validators.command import EXIT_OK, Command, UsageError
from wan_validators.reporters.text import wants_colour

if TYPE_CHECKING:
    from ..scenarios.registry import Scenarios
    from ..scenarios.scenario import Scenario


__all__ = [
    "COMMAND",
    "add_arguments",
    "build_scenario_json",
    "find_models_by_vendor",
    "format_groups",
    "format_page",
    "run",
]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a scenario to show in full, or a composition: NAME:COUNT, A+B; lists all if none",
    )
    parser.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help="a TOML file with scenarios of your own, which is checked and listed, too",
    )
    parser.add_argument(
        "-f",
        "--format",
        choices=("text", "json", "toml"),
        default="text",
        help="toml is what a file of your own may consist of (default %(default)s)",
    )


def run(options: Namespace) -> int:
    known = _load_scenarios(options.file)
    try:
        selected = [known.find(name) for name in options.names]
    except ValueError as error:
        raise UsageError(str(error)) from error
    match options.format:
        case "json":
            objects = [build_scenario_json(scenario) for scenario in selected or known.values()]
            print(json.dumps({"version": 1, "scenarios": objects}, indent=2))
        case "toml":
            print("\n".join(map(_format_toml, selected or known.values())), end="")
        case _:
            bold = "\x1b[1m{}\x1b[0m" if wants_colour(sys.stdout, os.environ) else "{}"
            pages = [format_page(each, bold) for each in selected] or format_groups(
                known.values(), bold
            )
            print("\n\n".join("\n".join(lines) for lines in pages))
    return EXIT_OK


def _load_scenarios(file: Path | None) -> Scenarios:
    from ..scenarios.registry import Scenarios
    from ..scenarios.toml_format import read_scenarios
    from .build_mock import read_option_file

    return Scenarios(None if file is None else read_option_file("--file", read_scenarios, file))


def build_scenario_json(scenario: Scenario) -> dict[str, Any]:
    """Returns *scenario* as a JSON object, with the members of its TOML form."""
    from ..scenarios.toml_format import format_table

    table = format_table(scenario)
    return {
        "name": scenario.name,
        "group": scenario.group,
        "at": find_models_by_vendor(scenario),
        **table,
    }


def format_groups(scenarios: Iterable[Scenario], bold: str) -> Iterator[Iterable[str]]:
    """Yields the lines of each group: its title, and one line for each scenario."""
    from ..scenarios.catalogue import GROUPS

    scenarios = list(scenarios)
    width = max(len(scenario.name) for scenario in scenarios)
    for group, title in GROUPS.items():
        rows = [
            f"  {bold.format(each.name.ljust(width))}  {_describe(each)}"
            for each in scenarios
            if each.group == group
        ]
        if rows:
            yield [bold.format(title), *rows]


def _describe(scenario: Scenario) -> str:
    titles = [vendor.title for vendor in vendors() if vendor.name == scenario.vendor]
    return scenario.summary + (f" (only at {titles[0]})" if titles else "")


def format_page(scenario: Scenario, bold: str) -> Iterator[str]:
    """Yields the lines of one scenario: effect, models, how to select it, and TOML form."""
    from ..simulator.scenario_selection import HEADER

    name = scenario.name
    yield bold.format(name)
    yield f"  {scenario.summary}"
    yield ""
    for vendor in vendors():
        yield f"  at {vendor.title}: {_describe_models(scenario, vendor.name)}"
    yield ""
    yield f"  header   {HEADER}: {name}"
    yield f"  API key  wanproof.{name}, or wanproof.{name}.TENANT"
    yield f"  server   wanproof serve --scenario {quote(name)}"
    yield ""
    yield "In a file of your own, for wanproof serve --scenarios FILE (--format toml is just this):"
    yield ""
    yield _format_toml(scenario).rstrip("\n")


def _format_toml(scenario: Scenario) -> str:
    from ..scenarios.toml_format import format_scenario

    return format_scenario(scenario)


def find_models_by_vendor(scenario: Scenario) -> dict[str, list[str]]:
    """Returns the models to which *scenario* applies, by vendor."""
    from ..simulator.applicability import find_inapplicability

    return {
        vendor.name: [
            model
            for model, spec in models_of(vendor).items()
            if find_inapplicability(scenario, vendor, spec) is None
        ]
        for vendor in vendors()
    }


def _describe_models(scenario: Scenario, vendor: str) -> str:
    supported = find_models_by_vendor(scenario)[vendor]
    count_of_all = next(len(models_of(each)) for each in vendors() if each.name == vendor)
    return (
        "all models" if len(supported) == count_of_all else ", ".join(supported) or "cannot happen"
    )


COMMAND = Command(
    name="scenarios",
    summary="List what the mock server can let go wrong, by name.",
    arguments=add_arguments,
    run=run,
    examples=(
        "wanproof scenarios",
        "wanproof scenarios accept-lost",
        "wanproof scenarios --format toml rate-limited:3+expired-urls >> scenarios.toml",
        "wanproof scenarios --file scenarios.toml",
        "wanproof scenarios --format json",
    ),
    notes="""exit codes:
  0  done
  2  wrong usage, a scenario that there is not, or a file that cannot be used
  3  internal error in wanproof""",
)
