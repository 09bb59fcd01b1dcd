"""Mistakes that somebody could make in a table, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple

from wan_validators.checks import BOOLEAN, STRING, Kind, View
from wan_validators.codes import TEXTS
from wan_validators.pointer import MISSING
from wan_validators.spec import Equals, ModelSpec, Rule, Severity


class Mutant(NamedTuple):
    """A spec with one mistake in it, and the mistake in words."""

    spec: ModelSpec
    mistake: str


def mutants(spec: ModelSpec) -> Iterator[Mutant]:
    """Every single mistake in *spec* that its tables would still be accepted with."""
    for index, rule in enumerate(spec.rules):
        where = f"{spec.id} {rule.id} at {rule.at or '/'}"
        for changed, mistake in _rule(rule):
            rules = [*spec.rules[:index], *changed, *spec.rules[index + 1 :]]
            try:
                yield Mutant(replace(spec, rules=tuple(rules)), f"{where}: {mistake}")
            except ValueError:
                continue  # refused when the table is loaded
    for changed, mistake in _values(spec.outputs):
        yield Mutant(replace(spec, outputs=changed), f"{spec.id} outputs: {mistake}")


def _rule(rule: Rule) -> Iterator[tuple[list[Rule], str]]:
    yield [], "row dropped"
    for changes, mistake in _changes(rule):
        yield [replace(rule, **changes)], mistake


def _changes(rule: Rule) -> Iterator[tuple[dict[str, Any], str]]:
    for check, mistake in _values(rule.check):
        yield {"check": check}, mistake
    yield {"required": not rule.required}, "required flipped"
    yield {"nullable": not rule.nullable}, "nullable flipped"
    for severity in set(Severity) - {rule.severity}:
        yield {"severity": severity}, f"severity {rule.severity} -> {severity}"
    for default in _other_defaults(rule.default):
        yield {"default": default}, f"default {rule.default!r} -> {default!r}"
    yield {"at": f"{rule.at}x"}, "place misspelt"
    if rule.code:
        for code in _neighbours(rule.code):
            yield {"code": code}, f"code {rule.code} -> {code}"
        yield {"says": f"{rule.says}!"}, "text changed"
    if rule.when:
        yield {"when": None}, "condition dropped"
        for when, mistake in _values(rule.when):
            yield {"when": when}, f"condition: {mistake}"
    if rule.severity is Severity.ERROR and not rule.when:
        yield {"when": Equals("/x", value=True, default=True)}, "condition added"


def _neighbours(code: str) -> list[str | None]:
    codes = list(TEXTS)
    at = codes.index(code)
    return [codes[at - 1], codes[(at + 1) % len(codes)], None]


def _other_defaults(default: Any) -> list[Any]:
    if default is MISSING:
        return [0]
    changed = not default if isinstance(default, bool) else _other(default)
    return [MISSING, changed]


def _other(value: Any) -> Any:
    return value + 1 if isinstance(value, int) else f"{value}x"


def _values(value: Any) -> Iterator[tuple[Any, str]]:
    """*value* with one number, text, flag or type in it changed, however deep."""
    if isinstance(value, bool):
        yield not value, f"{value} -> {not value}"
    elif isinstance(value, int):
        yield value + 1, f"{value} -> {value + 1}"
        yield value - 1, f"{value} -> {value - 1}"
    elif isinstance(value, str):
        yield f"{value}x", f"{value!r} -> {value + 'x'!r}"
    elif isinstance(value, tuple):
        yield from _items(value)
    elif isinstance(value, Kind):
        yield (STRING if value == BOOLEAN else BOOLEAN), f"{value.type.__name__} -> another type"
    elif is_dataclass(value) and not isinstance(value, type | View):
        for each in fields(value):
            if each.init and not isinstance(getattr(value, each.name), View):
                for other, mistake in _values(getattr(value, each.name)):
                    yield replace(value, **{each.name: other}), f"{each.name} {mistake}"


def _items(items: tuple[Any, ...]) -> Iterator[tuple[Any, str]]:
    for index, item in enumerate(items):
        if len(items) > 1 and isinstance(item, str):
            yield items[:index] + items[index + 1 :], f"{item!r} dropped"
        for other, mistake in _values(item):
            yield (*items[:index], other, *items[index + 1 :]), mistake
