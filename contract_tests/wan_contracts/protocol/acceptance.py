"""Compiles a JSON Schema to a function that recognizes valid documents fast."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

__all__ = ["build_acceptor"]

Accepts = Callable[[Any], bool]
Schema = Mapping[str, Any]

_NUMBERS: Final = (int, float)

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
    "number": _NUMBERS,
    "object": (dict,),
    "string": (str,),
}


def build_acceptor(schema: Schema) -> Accepts:
    """Returns a function that returns True only for values that match *schema*.

    It can return False for a valid value, such as 1.0 for a const of 1, but not for those that
    are usual. A validator decides about these. Raises KeyError for an unknown keyword.
    """
    checks = [
        check
        for name, limit in schema.items()
        if (check := _BUILDERS[name](limit, schema)) is not None
    ]

    def accepts(value: Any) -> bool:
        for check in checks:  # noqa: SIM110  (a generator takes twice as long)
            if not check(value):
                return False
        return True

    return accepts


def _ignore(_limit: Any, _schema: Schema) -> None:
    """Stands for a keyword without a check of its own."""


def _check_type(limit: str | list[str], _schema: Schema) -> Accepts:
    names = [limit] if isinstance(limit, str) else limit
    types = frozenset(each for name in names for each in _TYPES[name])
    if "integer" in names and float not in types:  # to JSON Schema, 1.0 is an integer
        return lambda value: type(value) in types or (type(value) is float and value.is_integer())
    return lambda value: type(value) in types


def _check_enum(limit: list[Any], _schema: Schema) -> Accepts:
    kept = frozenset((type(each), each) for each in limit)
    types = frozenset(map(type, limit))  # their values have a hash
    return lambda value: type(value) in types and (type(value), value) in kept


def _check_pattern(limit: str, _schema: Schema) -> Accepts:
    search = re.compile(limit).search
    return lambda value: type(value) is not str or search(value) is not None


def _check_number(is_kept: Callable[[Any, Any], bool]) -> Callable[[Any, Schema], Accepts]:
    return lambda limit, _schema: lambda value: type(value) not in _NUMBERS or is_kept(value, limit)


def _check_required(limit: list[str], _schema: Schema) -> Accepts:
    names = frozenset(limit)
    return lambda value: type(value) is not dict or names <= value.keys()


def _check_properties(limit: Schema, schema: Schema) -> Accepts:
    members = {name: build_acceptor(each) for name, each in limit.items()}
    is_closed = schema.get("additionalProperties", True) is False

    def accepts(value: Any) -> bool:
        if type(value) is not dict:
            return True
        for name, member in value.items():
            check = members.get(name)
            if is_closed if check is None else not check(member):
                return False
        return True

    return accepts


def _check_items(limit: Schema, _schema: Schema) -> Accepts:
    check = build_acceptor(limit)
    return lambda value: type(value) is not list or all(map(check, value))


def _check_any_of(limit: list[Schema], _schema: Schema) -> Accepts:
    checks = [*map(build_acceptor, limit)]
    return lambda value: any(check(value) for check in checks)


def _check_condition(limit: Schema, schema: Schema) -> Accepts:
    condition = build_acceptor(limit)
    then, other = (build_acceptor(schema.get(name, {})) for name in ("then", "else"))
    return lambda value: then(value) if condition(value) else other(value)


_BUILDERS: Final[Mapping[str, Callable[[Any, Schema], Accepts | None]]] = {
    **dict.fromkeys(("$schema", "$id", "title", "description"), _ignore),
    **dict.fromkeys(("additionalProperties", "then", "else"), _ignore),
    "type": _check_type,
    "enum": _check_enum,
    "const": lambda limit, schema: _check_enum([limit], schema),
    "pattern": _check_pattern,
    "maxLength": lambda limit, _schema: lambda value: type(value) is not str or len(value) <= limit,
    "minimum": _check_number(lambda value, limit: value >= limit),
    "maximum": _check_number(lambda value, limit: value <= limit),
    "exclusiveMinimum": _check_number(lambda value, limit: value > limit),
    "required": _check_required,
    "properties": _check_properties,
    "items": _check_items,
    "anyOf": _check_any_of,
    "if": _check_condition,
}
