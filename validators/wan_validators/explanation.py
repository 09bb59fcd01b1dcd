"""Explains one rule: what it checks and why, with two payloads, and what a mistake costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .catalog import catalog
from .error_codes import LIFECYCLE, TEXTS
from .examples.payloads import Example, build_example
from .examples.texts import GENERAL_RULES, NOW, build_text_example
from .finding import Finding
from .linter import lint
from .messages.formatting import clip, format_usd
from .messages.reasons import describe_reason
from .spec import ModelSpec, Rule, Severity

__all__ = ["Explanation", "explain", "explain_general", "explain_lifecycle_code", "list_rule_names"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything that is known about *rule* of the model *spec*."""

    spec: ModelSpec
    rule: Rule
    example: Example

    @property
    def finding(self) -> Finding:
        """The finding in the payload that breaks the rule."""
        report = lint(self.example.failing, self.spec.qualified_name)
        return next(each for each in report.findings if each.rule == self.rule.id)

    @property
    def reason(self) -> str:
        return describe_reason(self.rule)

    @property
    def ambiguities(self) -> Sequence[str]:
        """What is contradictory in the documents, with the chosen interpretation."""
        return [
            f"{each.about}: {each.chosen}"
            for each in self.spec.ambiguities
            if self.rule.id in each.rules
        ]

    @property
    def consequence(self) -> str:
        """What the mistake costs, as far as it is documented."""
        match self.rule.severity:
            case Severity.INFO:
                return self._describe_difference()
            case Severity.WARNING:
                return _RUNS
        place = "A task that fails" if self.spec.vendor.lazy else "A refused request"
        if self.spec.outputs.billing is None:
            return f"{place} has no result. Whether it is billed is not documented."
        billing = self.spec.outputs.billing
        return f"{place} has no result. The page says that {billing}."

    def _describe_presence(self) -> str:
        return "it is given" if self.rule.required else "it is left out"

    def _describe_difference(self) -> str:
        failing, passing = (lint(each, self.spec.qualified_name).cost for each in self.example)
        if failing.high is None or passing.high is None or failing.high <= passing.high:
            return "Nothing: the member has no effect."
        more = format_usd(failing.high - passing.high)
        return f"Up to {more} for the payload below that breaks it: {failing} instead of {passing}."

    def as_dict(self) -> dict[str, Any]:
        """Returns the explanation as a JSON object; long strings of payloads are shortened."""
        finding = self.finding
        return {
            "model": self.spec.id,
            "vendor": self.spec.vendor.name,
            "source": self.spec.source,
            "rule": self.rule.id,
            "code": self.rule.code,
            "severity": str(self.rule.severity),
            "at": self.rule.pointer,
            "when": self.rule.when and self.rule.when.describe(),
            "message": finding.message,
            "allowed": finding.allowed or self._describe_presence(),
            "why": self.reason,
            "doubts": list(self.ambiguities),
            "failing": _shorten(self.example.failing),
            "passing": _shorten(self.example.passing),
            "cost": self.consequence,
        }


def explain(name: str, specs: Sequence[ModelSpec]) -> Iterator[Explanation]:
    """Yields an explanation for each of *specs* with a rule with the id or code *name*.

    A rule that a model has at several places is explained at the first of them.
    """
    for spec in specs:
        rules = [rule for rule in spec.all_rules if name in (rule.id, rule.code)]
        seen: set[str] = set()
        for rule in rules:
            if rule.id not in seen:
                seen.add(rule.id)
                yield Explanation(spec=spec, rule=rule, example=build_example(spec, rule))


def explain_lifecycle_code(name: str) -> dict[str, Any] | None:
    """Explains a code of a failed generation, which no payload causes; None for others."""
    if name not in LIFECYCLE:
        return None
    why = "no payload causes it: the API accepted the task, and the generation failed"
    return {"rule": None, "code": name, "message": TEXTS[name], "why": why}


def explain_general(name: str) -> dict[str, Any] | None:
    """Explains a rule of every model, or None if there is no such rule."""
    rule = GENERAL_RULES.get(name)
    if rule is None:
        return None
    example = build_text_example(name)
    report = lint(example.failing, example.model, now=NOW)
    finding = next(each for each in report.findings if each.rule == name)
    is_error = finding.severity is Severity.ERROR
    shown = example.failing if type(example.failing) is str else repr(example.failing)
    return {
        "model": None,
        "source": rule.source,
        "rule": name,
        "code": None,
        "severity": str(finding.severity),
        "at": finding.pointer,
        "allowed": finding.allowed,
        "message": finding.message,
        "why": rule.why,
        "failing": clip(shown),
        "passing": example.passing,
        "cost": "Whether a refused request is billed is not documented." if is_error else _RUNS,
    }


_RUNS = (
    "The documents do not forbid it, so the task runs and is billed, and its result may be useless."
)


def list_rule_names() -> list[str]:
    """Returns the ids and codes of all rules."""
    rules = [rule for spec in catalog() for rule in spec.all_rules]
    codes = [rule.code for rule in rules if rule.code]
    return list(dict.fromkeys([*(rule.id for rule in rules), *codes, *LIFECYCLE, *GENERAL_RULES]))


def _shorten(value: Any) -> Any:
    """Returns a payload in which long strings are cut to their start and their length."""
    match value:
        case str():
            return clip(value)
        case dict():
            return {name: _shorten(member) for name, member in value.items()}
        case list():
            return [_shorten(item) for item in value]
    return value
