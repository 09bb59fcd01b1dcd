"""``wanproof rules``: shows the documented rules and ambiguities of models."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..ambiguity import Ambiguity
from ..catalog import UnknownModel, catalog, find_page, model
from ..command import EXIT_OK, Command, UsageError
from ..editions import add_edition_argument
from ..messages.allowed_values import describe_allowed
from ..messages.suggestions import find_nearest
from ..reporters.excerpt import escape_controls
from ..source.json_pointer import MISSING
from ..spec import ModelSpec, Rule

__all__ = ["COMMAND", "as_dict", "collect_ambiguities", "lines", "row"]


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a model, a path that contains it, or a vendor's page, S0 to S4 (default: all "
        "models); or a rule or an error code, which is then explained",
    )
    parser.add_argument("-f", "--format", choices=("text", "json"), default="text")
    add_edition_argument(parser)


def run(options: Namespace) -> int:
    specs, rules = _sort_names(options.names)
    if rules:
        return _explain(rules, specs, options.format)
    if options.format == "json":
        print(json.dumps({"version": 1, "models": [as_dict(spec) for spec in specs]}, indent=2))
    else:
        print("\n\n".join("\n".join(lines(spec)) for spec in specs))
    return EXIT_OK


def _sort_names(names: Sequence[str]) -> tuple[list[ModelSpec], list[str]]:
    """Returns the models and the rules that *names* are; without a model, all models.

    Raises UsageError for any other name.
    """
    specs: list[ModelSpec] = []
    rules: list[str] = []
    for name in names:
        try:
            specs.append(find_page(name) or model(name))
        except UnknownModel as error:
            from ..explanation import list_rule_names

            known = list_rule_names()
            if name not in known:
                nearest = find_nearest(name, known, cutoff=0.8)
                meant = f"there is no model and no rule {name!r}; did you mean {nearest}?"
                raise UsageError(meant if nearest else str(error)) from error
            rules.append(name)
    return specs or list(catalog()), rules


def _explain(names: Sequence[str], specs: Sequence[ModelSpec], format: str) -> int:
    """Prints an explanation of each rule that *names* name, for each of the models."""
    from ..explanation import explain, explain_general, explain_lifecycle_code

    shown: list[dict[str, Any]] = []
    for name in names:
        alone = explain_lifecycle_code(name) or explain_general(name)
        found = [alone] if alone else [each.as_dict() for each in explain(name, specs)]
        if not found:
            models = ", ".join(spec.id for spec in specs)
            raise UsageError(f"there is no rule {name} in {models}; leave the model out")
        shown += found
    if format == "json":
        print(json.dumps({"version": 1, "rules": shown}, indent=2))
    else:
        print("\n\n".join(map(_format_explanation, shown)))
    return EXIT_OK


def _format_explanation(facts: Mapping[str, Any]) -> str:
    rows = [
        ("checks", f"{facts['at'] or '/'}: {facts['allowed']}" if facts.get("allowed") else None),
        ("only when", facts.get("when")),
        ("message", facts["message"]),
        ("why", facts["why"]),
        *(("in doubt", doubt) for doubt in facts.get("doubts", ())),
        ("source", facts.get("source")),
        ("a mistake costs", facts.get("cost")),
        *((label, _format_payload(facts[name])) for label, name in _PAYLOADS if name in facts),
    ]
    names = [facts["rule"], f"[{facts['code']}]" if facts["code"] else None]
    kind = f"  {facts['severity']}, {facts['model'] or 'every model'}" if facts["rule"] else ""
    head = " ".join(filter(None, names)) + kind
    return "\n".join([head, *(f"  {label}: {text}" for label, text in rows if text)])


_PAYLOADS: Final = (("breaks it", "failing"), ("keeps it", "passing"))


def _format_payload(payload: Any) -> str:
    text = payload if type(payload) is str else json.dumps(payload, ensure_ascii=False)
    return escape_controls(text)


def as_dict(spec: ModelSpec) -> dict[str, Any]:
    """Returns all rules and ambiguities of a model as a JSON object."""
    return {
        "model": spec.id,
        "vendor": spec.vendor.name,
        "title": spec.title,
        "source": spec.source,
        "on": spec.on,
        "confidence": spec.confidence,
        "create": spec.create_path,
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
        "gaps": list(spec.gaps),
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
        "when": rule.when and rule.when.describe(),
        **default,
    }


def lines(spec: ModelSpec) -> Iterator[str]:
    """Yields the lines of a page about one model."""
    yield f"{spec.id}  ({spec.title})"
    yield f"  {spec.basis}"
    yield f"  POST {spec.create_path}"
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
    yield from (f"  not known: {gap}" for gap in spec.gaps)


COMMAND = Command(
    name="rules",
    summary="Show the documented rules of models with their ambiguities, or explain one rule.",
    arguments=arguments,
    run=run,
    examples=(
        "wanproof rules wan26_i2i",
        "wanproof rules n-range",
        "wanproof rules 001021011",
        "wanproof rules --format json",
    ),
    notes="""exit codes:
  0  the rules were shown
  2  wrong usage, or a name of no model, rule or code""",
)
