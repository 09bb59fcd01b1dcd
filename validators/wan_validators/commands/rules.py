"""``wanproof rules``: shows the documented rules and ambiguities of models."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from ..ambiguity import Ambiguity
from ..catalog import catalog, find_page, model
from ..command import EXIT_OK, Command
from ..messages.text import describe_allowed
from ..source.json_pointer import MISSING
from ..spec import Equals, ModelSpec, Rule

__all__ = ["COMMAND", "as_dict", "collect_ambiguities", "condition", "lines", "row"]


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "models",
        nargs="*",
        metavar="MODEL",
        help="a model, a path that contains it, or a vendor's page, S0 to S4 (default: all models)",
    )
    parser.add_argument("-f", "--format", choices=("text", "json"), default="text")


def run(options: Namespace) -> int:
    specs = [find_page(name) or model(name) for name in options.models] or list(catalog())
    if options.format == "json":
        print(json.dumps({"version": 1, "models": [as_dict(spec) for spec in specs]}, indent=2))
    else:
        print("\n\n".join("\n".join(lines(spec)) for spec in specs))
    return EXIT_OK


def as_dict(spec: ModelSpec) -> dict[str, Any]:
    """Returns all rules and ambiguities of a model as a JSON object."""
    return {
        "model": spec.id,
        "vendor": spec.vendor.name,
        "title": spec.title,
        "source": spec.source,
        "create": spec.vendor.create.format(model=spec.id),
        "rules": [row(rule) for rule in spec.all_rules],
        "doubts": [
            {
                "about": ambiguity.about,
                "readings": list(ambiguity.interpretations),
                "taken": ambiguity.chosen,
                "rules": list(ambiguity.rules),
            }
            for ambiguity in collect_ambiguities(spec)
        ],
    }


def collect_ambiguities(spec: ModelSpec) -> tuple[Ambiguity, ...]:
    """Returns the ambiguities of the model's page, then those of its vendor."""
    return spec.ambiguities + spec.vendor.ambiguities


def row(rule: Rule) -> dict[str, Any]:
    """Returns one rule as a JSON object; *default* is absent if none is documented."""
    default = {} if rule.default is MISSING else {"default": rule.default}
    return {
        "rule": rule.id,
        "at": rule.pointer,
        "code": rule.code,
        "severity": str(rule.severity),
        "allowed": describe_allowed(rule.constraint),
        "required": rule.is_mandatory,
        "nullable": rule.nullable,
        "when": rule.when and condition(rule.when),
        **default,
    }


def condition(when: Equals) -> str:
    """Formats *when*, for example ``enable_interleave = true``."""
    implied = " or left out" if when.value == when.default else ""
    return f"{when.path[-1]} = {json.dumps(when.value)}{implied}"


def lines(spec: ModelSpec) -> Iterator[str]:
    """Yields the lines of a page about one model."""
    yield f"{spec.id}  ({spec.title})"
    yield f"  {spec.source}"
    yield f"  POST {spec.vendor.create.format(model=spec.id)}"
    yield ""
    for rule in spec.all_rules:
        facts = row(rule)
        marks = [mark for mark in ("required", "nullable") if facts[mark]]
        if "default" in facts:
            marks.append(f"default {json.dumps(facts['default'])}")
        if rule.required and not rule.is_mandatory:
            marks.append("reported if left out")
        if facts["when"]:
            marks.append(f"when {facts['when']}")
        yield f"  {rule.id:24} {rule.code or '-':9} {rule.severity:7} {rule.pointer or '/'}"
        yield f"      {'; '.join([facts['allowed'] or 'any value', *marks])}"
    yield ""
    for ambiguity in collect_ambiguities(spec):
        concerns = f" ({', '.join(ambiguity.rules)})" if ambiguity.rules else ""
        yield f"  ambiguity: {ambiguity.about}{concerns}"
        yield from (f"      - {interpretation}" for interpretation in ambiguity.interpretations)
        yield f"      chosen: {ambiguity.chosen}"


COMMAND = Command(
    name="rules",
    summary="Show every documented rule of a model, and the ambiguities of the documents.",
    arguments=arguments,
    run=run,
    examples=("wanproof rules wan26_i2i", "wanproof rules --format json"),
)
