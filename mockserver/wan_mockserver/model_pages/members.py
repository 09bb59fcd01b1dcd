"""Reads the members of a payload, with types and limits, from the rules of a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from wan_validators.constraints.basic import Absent, JsonType, Text
from wan_validators.json_schema import build_keywords, find_json_type
from wan_validators.messages.allowed_values import describe_allowed
from wan_validators.outputs import Images
from wan_validators.source.json_pointer import ANY, MISSING, Path, parse
from wan_validators.spec import ModelSpec, Rule, Severity

__all__ = ["BODY", "Member", "list_members"]

BODY: Final[Path] = ()
"""The path of the whole payload."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a payload: *members* are those below it, *item* is that of an array.

    *keywords* are its limits as keywords of JSON Schema, those of texts that the vendor cuts
    included. *default* is MISSING if there is none, or if sending it changes the result.
    """

    path: Path
    type: str
    required: bool
    default: Any
    keywords: dict[str, Any]
    description: str
    members: tuple[Member, ...]
    item: Member | None

    @property
    def name(self) -> str:
        return str(self.path[-1])


def list_members(spec: ModelSpec, below: Path = BODY) -> tuple[Member, ...]:
    """Returns the members of the object at *below*, in the order of the rules."""
    names = dict.fromkeys(
        rule.path[len(below)]
        for rule in spec.rules
        if len(rule.path) > len(below) and rule.path[: len(below)] == below
    )
    return tuple(
        _build_member(spec, (*below, name)) for name in names if name != ANY and type(name) is str
    )


def _build_member(spec: ModelSpec, path: Path) -> Member:
    rules = [rule for rule in spec.rules if rule.path == path]
    always = [rule for rule in rules if not rule.when and rule.severity is not Severity.INFO]
    keywords: dict[str, Any] = {}
    for rule in always:
        keywords |= build_keywords(rule.constraint) or {}
    items = {rule.path[len(path)] for rule in spec.rules if _is_below(rule.path, path)}
    item = next((each for each in items if each == ANY or type(each) is int), None)
    return Member(
        path=path,
        type=find_json_type(rules[0].constraint),
        required=rules[0].is_mandatory,
        default=MISSING if _changes_result(spec, path, rules) else _find_default(rules),
        keywords=keywords,
        description="; ".join(dict.fromkeys(_iter_limits(rules))),
        members=list_members(spec, path),
        item=None if item is None else _build_member(spec, (*path, item)),
    )


def _is_below(path: Path, above: Path) -> bool:
    return len(path) > len(above) and path[: len(above)] == above


def _find_default(rules: Iterable[Rule]) -> Any:
    return next((rule.default for rule in rules if rule.default is not MISSING), MISSING)


def _changes_result(spec: ModelSpec, path: Path, rules: Iterable[Rule]) -> bool:
    """Returns True if a payload with the default has another result than one without it.

    A member may be forbidden in one mode of the model. A size replaces the aspect of the image.
    """
    outputs = spec.outputs
    is_size = isinstance(outputs, Images) and outputs.keeps_aspect and path == parse(outputs.size)
    return is_size or any(
        isinstance(rule.constraint, Absent) and rule.when and rule.severity is Severity.ERROR
        for rule in rules
    )


def _iter_limits(rules: Iterable[Rule]) -> Iterator[str]:
    """Yields the limits in words; those of one mode of the model with their condition."""
    for rule in rules:
        allowed = describe_allowed(rule.constraint)
        is_limit = rule.severity is Severity.ERROR or isinstance(rule.constraint, Text)
        if allowed and is_limit and not isinstance(rule.constraint, JsonType):
            yield f"{allowed} if {rule.when.describe()}" if rule.when else allowed
