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
from wan_validators.constraints import size as s
from wan_validators.messages.text import describe_wanted
from wan_validators.source.json_pointer import ANY, MISSING
from wan_validators.spec import Equals, ModelSpec, Rule, Severity

TYPES: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
}

Keywords = dict[str, Any]


def request_schema(spec: ModelSpec) -> Keywords:
    """The schema of a body with an unwrapped payload for *spec*."""
    always = [rule for rule in spec.rules if not rule.when]
    made = _tree(always, spec.every_rule).schema
    conditions = [{"if": _condition(when), "then": then} for when, then in _conditional(spec)]
    made["title"] = spec.title
    made["description"] = "\n".join((f"{spec.source}.", made.get("description", ""))).strip()
    return {**made, "allOf": conditions} if conditions else made


@singledispatch
def keywords(check: c.Check) -> Keywords | None:
    """What *check* is in JSON Schema, beside the type; None where it has no words for it."""
    return None


@keywords.register(c.Kind)
@keywords.register(c.Given)
def _(check: c.Check) -> Keywords:
    return {}


@keywords.register
def _(check: c.OneOf) -> Keywords:
    return {"enum": list(check.values)}


@keywords.register
def _(check: c.Between) -> Keywords:
    return {"minimum": check.low, "maximum": check.high}


@keywords.register
def _(check: c.Within) -> Keywords:
    return {"minimum": check.inner.low, "maximum": check.inner.high}


@keywords.register
def _(check: c.Text) -> Keywords:
    least = {"minLength": check.low} if check.low else {}
    return {**least, "maxLength": check.high}


@keywords.register
def _(check: c.Items) -> Keywords:
    return {"minItems": check.low, "maxItems": check.high}


@keywords.register
def _(check: c.Parts) -> Keywords:
    having = {"type": "object", "required": [check.key]}
    return {"contains": having, "minContains": check.low, "maxContains": check.high}


@keywords.register
def _(check: c.Absent) -> Keywords:
    return {"not": {}}


@keywords.register
def _(check: s.Pair) -> Keywords:
    return {"pattern": r"^[^*]*\*[^*]*$"}


@keywords.register
def _(check: s.Size) -> Keywords:
    return {"pattern": r"^0*[1-9][0-9]*\*0*[1-9][0-9]*$"}


def json_type(check: c.Check) -> str | None:
    """The JSON type of the values that *check* speaks of; None for any."""
    match check:
        case c.Kind():
            return TYPES[check.type]
        case c.OneOf():
            return TYPES[type(check.values[0])]
        case c.Between() | c.Within():
            return "integer"
        case c.Items() | c.Parts():
            return "array"
        case c.Alone() | c.Members():
            return "object"
        case c.Given() | c.Absent():
            return None
    return "string"


@dataclass(slots=True)
class _Node:
    """One place in a payload: the rows about it, and the places below."""

    rules: list[Rule] = field(default_factory=list)
    told: list[Rule] = field(default_factory=list)
    below: dict[str | int, _Node] = field(default_factory=dict)

    def at(self, path: Iterable[str | int]) -> _Node:
        node = self
        for part in path:
            node = node.below.setdefault(part, _Node())
        return node

    @property
    def schema(self) -> Keywords:
        made = _own(self.rules)
        names = {str(name): node for name, node in self.below.items() if _is_name(name)}
        if names:
            made["properties"] = {name: node.schema for name, node in names.items()}
        required = [name for name, node in names.items() if node.required]
        if required:
            made["required"] = required
        if ANY in self.below:
            made["items"] = self.below[ANY].schema
        places = sorted(part for part in self.below if isinstance(part, int))
        if places:
            made["prefixItems"] = [self.below[place].schema for place in places]
        says = [_says(rule) for rule in self.told]
        return {**made, "description": "\n".join(says)} if says else made

    @property
    def required(self) -> bool:
        return any(rule.required for rule in self.rules)


def _tree(rules: Iterable[Rule], told: Iterable[Rule] = ()) -> _Node:
    """The places of *rules*; those of *told* that no keyword says are put into words."""
    root = _Node()
    for rule in rules:
        node = root.at(rule.path)
        if rule.severity is Severity.ERROR:
            node.rules.append(rule)
    for rule in told:
        if rule.severity is not Severity.ERROR or keywords(rule.check) is None:
            root.at(rule.path).told.append(rule)
    return root


def _own(rules: list[Rule]) -> Keywords:
    """The keywords of one place; the first of its rows says of what type it must be."""
    made: Keywords = {}
    also: list[Keywords] = []
    for rule in rules:
        words = dict(keywords(rule.check) or {})
        if rule is rules[0] and not rule.when and (kind := json_type(rule.check)):
            words["type"] = kind
        if words.keys() & made.keys():
            also.append(words)
        else:
            made |= words
        if rule.default is not MISSING:
            made["default"] = rule.default
    if also:
        made["allOf"] = also
    return _with_null(made) if any(rule.nullable for rule in rules) else made


def _with_null(made: Keywords) -> Keywords:
    if "type" in made:
        made["type"] = [made["type"], "null"]
    if "enum" in made:
        made["enum"] = [*made["enum"], None]
    return made


def _conditional(spec: ModelSpec) -> Iterable[tuple[Equals, Keywords]]:
    """What holds where a condition is met, of errors that JSON Schema has words for."""
    rules = [
        rule
        for rule in spec.rules
        if rule.when and rule.severity is Severity.ERROR and keywords(rule.check) is not None
    ]
    rules.sort(key=lambda rule: str(rule.when))
    for when, group in groupby(rules, key=lambda rule: rule.when):
        assert when
        yield when, _tree(group).schema


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


def _says(rule: Rule) -> str:
    """The row in words, and how bad it is to break it."""
    check = rule.check
    says = rule.says
    if isinstance(check, c.Members):
        says = f"documented members: {describe_wanted(check)}"
    elif says is None or check != c.Given():
        says = f"must be {describe_wanted(check)}"
    when = f", when {rule.when.at} is {rule.when.value!r}".lower() if rule.when else ""
    bad = "" if rule.severity is Severity.ERROR else f" ({rule.severity})"
    return f"{rule.id}: {says}{when}{bad}"
