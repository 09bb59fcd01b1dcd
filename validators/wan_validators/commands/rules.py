"""``wanproof rules``: what the documents say, row by row, and where they are in doubt."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from ..ambiguity import Ambiguity
from ..catalog import catalog, model
from ..command import EXIT_OK, Command
from ..messages.text import describe_allowed
from ..source.json_pointer import MISSING
from ..spec import Equals, ModelSpec, Rule


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "models", nargs="*", metavar="MODEL", help="a model's name, or a path with it; all if none"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(options: Namespace) -> int:
    specs = [model(name) for name in options.models] or list(catalog())
    if options.format == "json":
        print(json.dumps({"version": 1, "models": [as_dict(spec) for spec in specs]}, indent=2))
    else:
        print("\n\n".join("\n".join(lines(spec)) for spec in specs))
    return EXIT_OK


def as_dict(spec: ModelSpec) -> dict[str, Any]:
    """Everything that is known of a model, as a JSON object."""
    return {
        "model": spec.id,
        "vendor": spec.vendor.name,
        "title": spec.title,
        "source": spec.source,
        "create": spec.vendor.create.format(model=spec.id),
        "rules": [row(rule) for rule in spec.all_rules],
        "doubts": [
            {
                "about": doubt.about,
                "readings": list(doubt.interpretations),
                "taken": doubt.chosen,
                "rules": list(doubt.rules),
            }
            for doubt in collect_ambiguities(spec)
        ],
    }


def collect_ambiguities(spec: ModelSpec) -> tuple[Ambiguity, ...]:
    """Those about the model's own page, then those about its vendor."""
    return spec.ambiguities + spec.vendor.ambiguities


def row(rule: Rule) -> dict[str, Any]:
    """One rule as a JSON object; *default* is left out where none is documented."""
    default = {} if rule.default is MISSING else {"default": rule.default}
    return {
        "rule": rule.id,
        "at": rule.pointer,
        "code": rule.code,
        "severity": str(rule.severity),
        "allowed": describe_allowed(rule.constraint),
        "required": rule.required,
        "nullable": rule.nullable,
        "when": rule.when and condition(rule.when),
        **default,
    }


def condition(when: Equals) -> str:
    """*when* in words, such as ``enable_interleave = true``."""
    implied = " or left out" if when.value == when.default else ""
    return f"{when.path[-1]} = {json.dumps(when.value)}{implied}"


def lines(spec: ModelSpec) -> Iterator[str]:
    """A page about one model."""
    yield f"{spec.id}  ({spec.title})"
    yield f"  {spec.source}"
    yield f"  POST {spec.vendor.create.format(model=spec.id)}"
    yield ""
    for rule in spec.all_rules:
        facts = row(rule)
        marks = [mark for mark in ("required", "nullable") if facts[mark]]
        if "default" in facts:
            marks.append(f"default {json.dumps(facts['default'])}")
        if facts["when"]:
            marks.append(f"when {facts['when']}")
        yield f"  {rule.id:24} {rule.code or '-':9} {rule.severity:7} {rule.pointer or '/'}"
        yield f"      {'; '.join([facts['allowed'] or 'given', *marks])}"
    yield ""
    for doubt in collect_ambiguities(spec):
        concerns = f" ({', '.join(doubt.rules)})" if doubt.rules else ""
        yield f"  in doubt: {doubt.about}{concerns}"
        yield from (f"      - {reading}" for reading in doubt.interpretations)
        yield f"      taken: {doubt.chosen}"


COMMAND = Command(
    name="rules",
    summary="Show every documented rule of a model, and where the documents are in doubt.",
    arguments=arguments,
    run=run,
    examples=("wanproof rules wan26_i2i", "wanproof rules --format json"),
)
