"""Builds copies of a spec, each with one mistake in its tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from functools import singledispatch
from typing import Any, NamedTuple

from wan_validators.constraints.basic import BOOLEAN, STRING, JsonType, View
from wan_validators.error_codes import TEXTS
from wan_validators.outputs import Price
from wan_validators.source.json_pointer import MISSING
from wan_validators.spec import Equals, ModelSpec, Rule, Severity


class Mutant(NamedTuple):
    """A spec with one mistake, and its description."""

    spec: ModelSpec
    mistake: str


def mutants(spec: ModelSpec) -> Iterator[Mutant]:
    """Yields each mutant of *spec* that still loads."""
    for index, rule in enumerate(spec.rules):
        where = f"{spec.id} {rule.id} at {rule.pointer or '/'}"
        for changed, mistake in _rule(rule):
            rules = [*spec.rules[:index], *changed, *spec.rules[index + 1 :]]
            try:
                yield Mutant(replace(spec, rules=tuple(rules)), f"{where}: {mistake}")
            except ValueError:
                continue  # rejected when the table is loaded
    for changed, mistake in _values(spec.outputs):
        yield Mutant(replace(spec, outputs=changed), f"{spec.id} outputs: {mistake}")


def _rule(rule: Rule) -> Iterator[tuple[list[Rule], str]]:
    yield [], "row dropped"
    for changes, mistake in _changes(rule):
        yield [replace(rule, **changes)], mistake


def _changes(rule: Rule) -> Iterator[tuple[dict[str, Any], str]]:
    for check, mistake in _values(rule.constraint):
        yield {"constraint": check}, mistake
    yield {"required": not rule.required}, "required flipped"
    yield {"nullable": not rule.nullable}, "nullable flipped"
    for severity in set(Severity) - {rule.severity}:
        yield {"severity": severity}, f"severity {rule.severity} -> {severity}"
    for default in _other_defaults(rule.default):
        yield {"default": default}, f"default {rule.default!r} -> {default!r}"
    yield {"pointer": f"{rule.pointer}x"}, "place misspelt"
    if rule.code:
        for code in _neighbours(rule.code):
            yield {"code": code}, f"code {rule.code} -> {code}"
        yield {"message": f"{rule.message}!"}, "text changed"
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


@singledispatch
def _values(value: Any) -> Iterator[tuple[Any, str]]:
    """Yields copies of *value* with one number, text, flag or type changed, at any depth."""
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            if each.init and not isinstance(getattr(value, each.name), View):
                for other, mistake in _values(getattr(value, each.name)):
                    yield replace(value, **{each.name: other}), f"{each.name} {mistake}"


@_values.register
def _(value: bool) -> Iterator[tuple[Any, str]]:  # noqa: FBT001  (it is what is dispatched on)
    yield not value, f"{value} -> {not value}"


@_values.register
def _(value: int) -> Iterator[tuple[Any, str]]:
    yield value + 1, f"{value} -> {value + 1}"
    yield value - 1, f"{value} -> {value - 1}"


@_values.register
def _(value: str) -> Iterator[tuple[Any, str]]:
    yield f"{value}x", f"{value!r} -> {value + 'x'!r}"


@_values.register
def _(value: Decimal) -> Iterator[tuple[Any, str]]:
    yield value * 2, f"{value} -> {value * 2}"


@_values.register
def _(value: JsonType) -> Iterator[tuple[Any, str]]:
    yield (STRING if value == BOOLEAN else BOOLEAN), f"{value.type.__name__} -> another type"


@_values.register
def _(value: Price) -> Iterator[tuple[Any, str]]:
    # The other members describe the origin of a price; they are not limits of a page.
    for unit, usd in value.usd.items():
        for other, mistake in _values(usd):
            yield replace(value, usd={**value.usd, unit: other}), f"{unit} {mistake}"


@_values.register
def _(value: tuple) -> Iterator[tuple[Any, str]]:  # type: ignore[type-arg]  # dispatched on
    for index, item in enumerate(value):
        if len(value) > 1 and isinstance(item, str):
            yield value[:index] + value[index + 1 :], f"{item!r} dropped"
        for other, mistake in _values(item):
            yield (*value[:index], other, *value[index + 1 :]), mistake
