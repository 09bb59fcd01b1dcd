"""JSON Schemas of payloads, from the rows of their models' tables.

Rows of errors become keywords as far as JSON Schema has words for them; all others, and what
only warns, are told in descriptions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from itertools import groupby
from typing import Any

from wan_validators.constraints import basic as c
from wan_validators.constraints import media as m
from wan_validators.constraints import size as s
from wan_validators.messages.text import describe_allowed, describe_requirement
from wan_validators.source.json_pointer import ANY, MISSING
from wan_validators.spec import Equals, ModelSpec, Rule, Severity

__all__ = ["TYPES", "Keywords", "build_keywords", "build_request_schema", "json_type"]

TYPES: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
}

Keywords = dict[str, Any]


def build_request_schema(spec: ModelSpec) -> Keywords:
    """The schema of a body with an unwrapped payload for *spec*."""
    always = [rule for rule in spec.rules if not rule.when]
    made = _build_tree(always, spec.all_rules).json_schema
    conditions = [{"if": _condition(when), "then": then} for when, then in _iter_conditional(spec)]
    made["title"] = spec.title
    made["description"] = "\n".join((f"{spec.source}.", made.get("description", ""))).strip()
    return {**made, "allOf": conditions} if conditions else made


@singledispatch
def build_keywords(check: c.Constraint) -> Keywords | None:
    """What *check* is in JSON Schema, beside the type; None where it has no words for it."""
    return None


@build_keywords.register(c.JsonType)
@build_keywords.register(c.Anything)
def _(check: c.Constraint) -> Keywords:
    return {}


@build_keywords.register
def _(check: c.OneOf) -> Keywords:
    return {"enum": list(check.values)}


@build_keywords.register
def _(check: c.Between) -> Keywords:
    return {"minimum": check.low, "maximum": check.high}


@build_keywords.register
def _(check: c.BetweenIf) -> Keywords:
    return {"minimum": check.inner.low, "maximum": check.inner.high}


@build_keywords.register
def _(check: c.Text) -> Keywords:
    least = {"minLength": check.low} if check.low else {}
    return {**least, "maxLength": check.high}


@build_keywords.register
def _(check: c.Items) -> Keywords:
    return {"minItems": check.low, "maxItems": check.high}


@build_keywords.register
def _(check: c.ObjectCount) -> Keywords:
    having = {"type": "object", "required": [check.key]}
    return {"contains": having, "minContains": check.low, "maxContains": check.high}


@build_keywords.register
def _(check: c.Absent) -> Keywords:
    return {"not": {}}


@build_keywords.register
def _(check: s.TwoPartSize) -> Keywords:
    return {"pattern": r"^[^*]*\*[^*]*$"}


@build_keywords.register
def _(check: s.Size) -> Keywords:
    return {"pattern": r"^0*[1-9][0-9]*\*0*[1-9][0-9]*$"}


def json_type(check: c.Constraint) -> str | None:
    """The JSON type of the values that *check* speaks of; None for any."""
    match check:
        case c.JsonType():
            return TYPES[check.type]
        case c.OneOf():
            return TYPES[type(check.values[0])]
        case c.Between() | c.BetweenIf():
            return "integer"
        case c.Items() | c.ObjectCount():
            return "array"
        case c.MutuallyExclusive() | c.KnownMembers():
            return "object"
        case c.Anything() | c.Absent():
            return None
    return "string"


@dataclass(slots=True)
class _Node:
    """One place in a payload: the rows about it, and the places below."""

    rules: list[Rule] = field(default_factory=list)
    described_rules: list[Rule] = field(default_factory=list)
    below: dict[str | int, _Node] = field(default_factory=dict)

    def at(self, path: Iterable[str | int]) -> _Node:
        node = self
        for part in path:
            node = node.below.setdefault(part, _Node())
        return node

    @property
    def json_schema(self) -> Keywords:
        made = _build_own_keywords(self.rules)
        names = {str(name): node for name, node in self.below.items() if _is_name(name)}
        if names:
            made["properties"] = {name: node.json_schema for name, node in names.items()}
        required = [name for name, node in names.items() if node.required]
        if required:
            made["required"] = required
        if ANY in self.below:
            made["items"] = self.below[ANY].json_schema
        places = sorted(part for part in self.below if isinstance(part, int))
        if places:
            made["prefixItems"] = [self.below[place].json_schema for place in places]
        says = [_describe_rule(rule) for rule in self.described_rules]
        return {**made, "description": "\n".join(says)} if says else made

    @property
    def required(self) -> bool:
        return any(rule.required for rule in self.rules)


def _build_tree(rules: Iterable[Rule], described_rules: Iterable[Rule] = ()) -> _Node:
    """The places of *rules*; those of *described_rules* that no keyword says are put into words."""
    root = _Node()
    for rule in rules:
        node = root.at(rule.path)
        if rule.severity is Severity.ERROR:
            node.rules.append(rule)
    for rule in described_rules:
        if rule.severity is not Severity.ERROR or build_keywords(rule.constraint) is None:
            root.at(rule.path).described_rules.append(rule)
    return root


def _build_own_keywords(rules: list[Rule]) -> Keywords:
    """The keywords of one place; the first of its rows says of what type it must be."""
    made: Keywords = {}
    also: list[Keywords] = []
    for rule in rules:
        words = dict(build_keywords(rule.constraint) or {})
        if rule is rules[0] and not rule.when and (kind := json_type(rule.constraint)):
            words["type"] = kind
        if words.keys() & made.keys():
            also.append(words)
        else:
            made |= words
        if rule.default is not MISSING:
            made["default"] = rule.default
    if any(isinstance(rule.constraint, m.Reference) for rule in rules):
        made["minLength"] = 1  # the rest of a reference has no keywords
    if also:
        made["allOf"] = also
    return _allow_null(made) if any(rule.nullable for rule in rules) else made


def _allow_null(made: Keywords) -> Keywords:
    if "type" in made:
        made["type"] = [made["type"], "null"]
    if "enum" in made:
        made["enum"] = [*made["enum"], None]
    return made


def _iter_conditional(spec: ModelSpec) -> Iterable[tuple[Equals, Keywords]]:
    """What holds where a condition is met, of errors that JSON Schema has words for."""
    rules = [
        rule
        for rule in spec.rules
        if rule.when
        and rule.severity is Severity.ERROR
        and build_keywords(rule.constraint) is not None
    ]
    rules.sort(key=lambda rule: str(rule.when))
    for when, group in groupby(rules, key=lambda rule: rule.when):
        assert when
        yield when, _build_tree(group).json_schema


def _condition(when: Equals) -> Keywords:
    """The schema of the payloads in which *when* is met."""
    implied = when.value == when.default
    made: Keywords = {"const": when.value}
    for name in reversed(when.path):
        made = {"properties": {name: made}}
        if not implied:
            made["required"] = [name]
    return made


def _is_name(part: str | int) -> bool:
    return isinstance(part, str) and part != ANY


def _describe_rule(rule: Rule) -> str:
    """The row in words, and how bad it is to break it."""
    check = rule.constraint
    says = rule.message
    if isinstance(check, c.KnownMembers):
        says = f"documented members: {describe_allowed(check)}"
    elif says is None or check != c.Anything():
        says = describe_requirement(check)
    when = f", when {rule.when.pointer} is {rule.when.value!r}".lower() if rule.when else ""
    bad = "" if rule.severity is Severity.ERROR else f" ({rule.severity})"
    return f"{rule.id}: {says}{when}{bad}"
