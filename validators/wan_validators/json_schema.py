"""Builds JSON Schemas of payloads from the tables of their models.

Rules of errors become keywords if JSON Schema can express them. All other rules are in the
descriptions. JSON Schema counts 1.0 as an integer, the linter does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from itertools import groupby
from typing import Any

from .constraints import basic as c
from .constraints import items as i
from .constraints import media as m
from .constraints import size as s
from .messages.allowed_values import describe_allowed
from .messages.formatting import format_range
from .messages.text import describe_requirement
from .source.json_pointer import ANY, MISSING
from .spec import Equals, ModelSpec, Rule, Severity

__all__ = [
    "DRAFTS",
    "TYPES",
    "Keywords",
    "build_document",
    "build_keywords",
    "build_payload_schema",
    "find_json_type",
    "format_schema_id",
]

DRAFTS: Mapping[str, str] = {
    "2020-12": "https://json-schema.org/draft/2020-12/schema",
    "07": "http://json-schema.org/draft-07/schema#",
}
"""The supported drafts of JSON Schema, and what ``$schema`` calls them."""

TYPES: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
}

Keywords = dict[str, Any]

WHOLE_NUMBERS = "Write integers without a fraction: 1.0 is rejected, which no schema can say."


def format_schema_id(name: str) -> str:
    """Returns the ``$id`` of the schema *name*. It is a name, not an address."""
    return f"urn:wanproof:schema:{name}"


def build_document(spec: ModelSpec, draft: str) -> Keywords:
    """Builds the schema of payloads for *spec* as a document in one of the DRAFTS."""
    schema = build_payload_schema(spec)
    head = {"$schema": DRAFTS[draft], "$id": format_schema_id(f"{spec.id}:{draft}")}
    return {**head, **(_convert_to_draft_07(schema) if draft == "07" else schema)}


def build_payload_schema(spec: ModelSpec) -> Keywords:
    """Builds the schema of an unwrapped payload for *spec*, in draft 2020-12."""
    always = [rule for rule in spec.rules if not rule.when]
    made = _build_tree(always, spec.all_rules).json_schema
    pairs = _iter_conditional(spec)
    conditions = [{"if": _build_condition(when), "then": then} for when, then in pairs]
    made["title"] = spec.title
    lines = (f"{spec.source}.", WHOLE_NUMBERS, made.get("description", ""))
    made["description"] = "\n".join(lines).strip()
    return {**made, "allOf": conditions} if conditions else made


@singledispatch
def build_keywords(check: c.Constraint) -> Keywords | None:
    """Returns the keywords of *check* except the type, or None if there are none."""
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
    return {"pattern": _allow_tokens(check.tokens, r"[^*]*\*[^*]*")}


@build_keywords.register
def _(check: s.Size) -> Keywords:
    return {"pattern": _allow_tokens(check.tokens, r"0*[1-9][0-9]*\*0*[1-9][0-9]*")}


@build_keywords.register
def _(check: i.Percentage) -> Keywords:
    return {"pattern": r"^[0-9]{1,3}\.[0-9]{2}%$"}


def _allow_tokens(tokens: tuple[str, ...], pattern: str) -> str:
    """Returns the pattern of a whole text that has *pattern* or is one of *tokens*."""
    return f"^({'|'.join((*tokens, pattern))})$" if tokens else f"^{pattern}$"


def find_json_type(check: c.Constraint) -> str:
    """Returns the JSON type of the values of *check*, which is the first rule of a place."""
    match check:
        case c.JsonType():
            return TYPES[check.type]
        case c.OneOf():
            return TYPES[type(check.values[0])]
        case c.Between() | c.BetweenIf():
            return "integer"
        case c.Items() | c.ObjectCount() | i.TypeSets():
            return "array"
    return "string"


@dataclass(slots=True)
class _Node:
    """A place in a payload, with its rules and the places below it."""

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
        lines = [_describe_rule(rule) for rule in self.described_rules]
        return {**made, "description": "\n".join(lines)} if lines else made

    @property
    def required(self) -> bool:
        return any(rule.required for rule in self.rules)


def _build_tree(rules: Iterable[Rule], described_rules: Iterable[Rule] = ()) -> _Node:
    """Builds the tree of *rules*; describes *described_rules* that have no keywords."""
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
    """Builds the keywords of one place; its first rule determines the type."""
    made: Keywords = {}
    also: list[Keywords] = []
    for rule in rules:
        words = dict(build_keywords(rule.constraint) or {})
        if rule is rules[0] and not rule.when:
            words["type"] = find_json_type(rule.constraint)
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
    made["type"] = [made["type"], "null"]
    if "enum" in made:
        made["enum"] = [*made["enum"], None]
    return made


def _iter_conditional(spec: ModelSpec) -> Iterable[tuple[Equals, Keywords]]:
    """Yields each condition with the schema of its rules that have keywords."""
    rules = [
        rule
        for rule in spec.rules
        if rule.when
        and rule.severity is Severity.ERROR
        and build_keywords(rule.constraint) is not None
    ]
    rules.sort(key=lambda rule: str(rule.when))
    for when, group in groupby(rules, lambda rule: rule.when):
        assert when
        yield when, _build_tree(group).json_schema


def _build_condition(when: Equals) -> Keywords:
    """Builds the schema of the payloads that fulfil *when*."""
    implied = when.value == when.default
    made: Keywords = {"const": when.value}
    for name in reversed(when.path):
        made = {"properties": {name: made}}
        if not implied:
            made["required"] = [name]
    return made


def _convert_to_draft_07(value: Any) -> Any:
    """Returns *value*, a schema or a part of one, in the keywords of draft 07.

    Draft 07 cannot count the items that match ``contains``; the description says the count.
    """
    if isinstance(value, list):
        return [_convert_to_draft_07(each) for each in value]
    if not isinstance(value, dict):
        return value
    made = {name: _convert_to_draft_07(each) for name, each in value.items()}
    if "prefixItems" in made:
        made["additionalItems"] = made.pop("items", True)
        made["items"] = made.pop("prefixItems")
    if "minContains" in made:
        low, high = made.pop("minContains"), made.pop("maxContains")
        counted = made["contains"] if low else made.pop("contains")
        count = f"{format_range(low, high, 'object')} with {counted['required'][0]}"
        made["description"] = "\n".join(filter(None, (made.get("description"), count)))
    return made


def _is_name(part: str | int) -> bool:
    return isinstance(part, str) and part != ANY


def _describe_rule(rule: Rule) -> str:
    """Describes a rule and its severity in words."""
    check = rule.constraint
    text = rule.message
    if isinstance(check, c.KnownMembers):
        text = f"documented members: {describe_allowed(check)}"
    elif text is None or check != c.Anything():
        text = describe_requirement(check)
    when = f", when {rule.when.pointer} is {rule.when.value!r}".lower() if rule.when else ""
    severity = "" if rule.severity is Severity.ERROR else f" ({rule.severity})"
    return f"{rule.id}: {text}{when}{severity}"
