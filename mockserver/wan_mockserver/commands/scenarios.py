"""``wanproof scenarios``: what can be called up by name, and in which words of TOML."""

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


def arguments(parser: ArgumentParser) -> None:
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
        "--format",
        choices=("text", "json", "toml"),
        default="text",
        help="toml is what a file of your own may consist of (default %(default)s)",
    )


def run(options: Namespace) -> int:
    known = _load_scenarios(options.file)
    try:
        chosen = [known.find(name) for name in options.names]
    except ValueError as error:
        raise UsageError(str(error)) from error
    match options.format:
        case "json":
            told = [as_dict(scenario) for scenario in chosen or known.values()]
            print(json.dumps({"version": 1, "scenarios": told}, indent=2))
        case "toml":
            print("\n".join(map(_toml, chosen or known.values())), end="")
        case _:
            bold = "\x1b[1m{}\x1b[0m" if wants_colour(sys.stdout, os.environ) else "{}"
            pages = [page(each, bold) for each in chosen] or groups(known.values(), bold)
            print("\n\n".join("\n".join(lines) for lines in pages))
    return EXIT_OK


def _load_scenarios(file: Path | None) -> Scenarios:
    from ..scenarios.registry import Scenarios
    from ..scenarios.toml_format import read_scenarios
    from .build_mock import read_option_file

    return Scenarios(None if file is None else read_option_file("--file", read_scenarios, file))


def as_dict(scenario: Scenario) -> dict[str, Any]:
    """Everything about *scenario*, as a JSON object; its parts are those of its TOML form."""
    from ..scenarios.toml_format import format_table

    told = format_table(scenario)
    return {
        "name": scenario.name,
        "group": scenario.group,
        "at": find_models_by_vendor(scenario),
        **told,
    }


def groups(scenarios: Iterable[Scenario], bold: str) -> Iterator[Iterable[str]]:
    """The lines of each group: its title, and a scenario a line."""
    from ..scenarios.catalogue import GROUPS

    scenarios = list(scenarios)
    width = max(len(scenario.name) for scenario in scenarios)
    for group, title in GROUPS.items():
        rows = [
            f"  {bold.format(f'{each.name:{width}}')}  {each.summary}{_format_vendor_restriction(each)}"
            for each in scenarios
            if each.group == group
        ]
        if rows:
            yield [bold.format(title), *rows]


def _format_vendor_restriction(scenario: Scenario) -> str:
    titles = [vendor.title for vendor in vendors() if vendor.name == scenario.vendor]
    return f" (only at {titles[0]})" if titles else ""


def page(scenario: Scenario, bold: str) -> Iterator[str]:
    """All about one: what it does, where it can happen, how to choose it, and its TOML form."""
    from ..simulator.scenario_selection import HEADER

    name = scenario.name
    yield bold.format(name)
    yield f"  {scenario.summary}"
    yield ""
    for vendor in vendors():
        yield f"  at {vendor.title}: {_models(scenario, vendor.name)}"
    yield ""
    yield f"  header   {HEADER}: {name}"
    yield f"  API key  wanproof.{name}, or wanproof.{name}.TENANT"
    yield f"  server   wanproof serve --scenario {quote(name)}"
    yield ""
    yield "In a file of your own, for wanproof serve --scenarios FILE (--format toml is just this):"
    yield ""
    yield _toml(scenario).rstrip("\n")


def _toml(scenario: Scenario) -> str:
    from ..scenarios.toml_format import format_scenario

    return format_scenario(scenario)


def find_models_by_vendor(scenario: Scenario) -> dict[str, list[str]]:
    """The models that *scenario* can happen to, by vendor."""
    from ..simulator.scenario_selection import find_inapplicability

    return {
        vendor.name: [
            model
            for model, spec in models_of(vendor).items()
            if find_inapplicability(scenario, vendor, spec) is None
        ]
        for vendor in vendors()
    }


def _models(scenario: Scenario, vendor: str) -> str:
    can = find_models_by_vendor(scenario)[vendor]
    everything = next(len(models_of(each)) for each in vendors() if each.name == vendor)
    return "all models" if len(can) == everything else ", ".join(can) or "cannot happen"


COMMAND = Command(
    name="scenarios",
    summary="List what the mock server can let go wrong, by name.",
    arguments=arguments,
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
  3  a fault of wanproof's own""",
)
