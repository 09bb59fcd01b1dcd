"""Reads values as other languages and APIs write them: ``"5s"``, ``5.0``, ``"1280x720"``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import singledispatch
from typing import Any
from unicodedata import normalize

from ..constraints import basic as c
from ..constraints import items as i
from ..constraints import relations as r
from .sizes import find_listed_size, parse_short_side

__all__ = ["MAX_HINT_CHARACTERS", "propose_values", "unwrap_url"]

MAX_HINT_CHARACTERS = 200
"""Longer strings are data, not typing errors."""

_NUMBER = re.compile(
    r"\+?(-?[0-9]{1,10})(?:[.,]0*)?\s*(?:s|secs?|seconds?|images?|pictures?|x)?\.?"
)
_TRUE = ("true", "yes", "on", "1", "y", "t", "enabled", "enable")
_FALSE = ("false", "no", "off", "0", "n", "f", "disabled", "disable")
_URL_NAMES = ("url", "image_url", "audio_url", "uri", "image", "audio", "src", "href", "data")


@singledispatch
def propose_values(constraint: c.Constraint, value: Any) -> Iterator[tuple[Any, str]]:
    """Yields the values that *value* may mean, each with an imperative sentence."""
    return iter(())


@propose_values.register
def _(constraint: c.Between, value: Any) -> Iterator[tuple[Any, str]]:
    number = _parse_number(value)
    if number is not None and constraint.is_satisfied(number):
        yield number, f"write {number}, without {_describe_excess(value)}"


@propose_values.register
def _(constraint: c.BetweenIf, value: Any) -> Iterator[tuple[Any, str]]:
    yield from propose_values(constraint.inner, value)
    if constraint.applies_to(value):
        nearest = min(max(value, constraint.inner.low), constraint.inner.high)
        less = "" if constraint.inner.low == constraint.inner.high else " or less"
        yield nearest, f"write {nearest}{less}"


@propose_values.register
def _(constraint: r.LimitWithItem, value: Any) -> Iterator[tuple[Any, str]]:
    if isinstance(constraint.inner, c.Between):
        yield constraint.inner.high, f"write {constraint.inner.high} or less"


@propose_values.register
def _(constraint: c.OneOf, value: Any) -> Iterator[tuple[Any, str]]:
    if type(value) is list and len(value) == 1:
        value = value[0]
    if type(constraint.values[0]) is int:
        number = _parse_number(value)
        if number in constraint.values:
            fraction = ", without a fraction" if type(value) is float else ""
            yield number, f"write {number}{fraction}"
        return
    text = value.strip().lower() if _is_short(value) else None
    same = [known for known in constraint.values if str(known).lower() == text]
    lines = parse_short_side(value)
    same += [known for known in constraint.values if lines and str(known)[:-1] == str(lines)]
    size = find_listed_size(constraint.values, value)
    same += [] if size is None else [size]
    if not same and len(constraint.values) == 1:
        same = [*constraint.values]
    yield from ((known, f"write {json.dumps(known)}") for known in same[:1])


@propose_values.register
def _(constraint: c.JsonType, value: Any) -> Iterator[tuple[Any, str]]:
    kind = constraint.type
    if kind is bool:
        word = str(value).strip().lower() if _is_short(value) or type(value) is int else ""
        if word in _TRUE + _FALSE:
            quotes = ", without quotes" if type(value) is str else ""
            yield word in _TRUE, f"write {json.dumps(word in _TRUE)}{quotes}"
    elif kind is str:
        url = unwrap_url(value)
        if type(url) is str:
            yield url, "write the string itself, not an array or an object"
    else:
        yield from _propose_containers(kind, value)


@propose_values.register(c.Items)
@propose_values.register(c.ObjectCount)
@propose_values.register(i.TypeSets)
def _(constraint: c.Constraint, value: Any) -> Iterator[tuple[Any, str]]:
    yield from _propose_containers(list, value)


def _propose_containers(kind: type, value: Any) -> Iterator[tuple[Any, str]]:
    if type(value) is kind:
        return
    if type(value) is str and value.lstrip()[:1] in ("[", "{") and len(value) < 10**6:
        try:
            parsed = json.loads(value)
        except (ValueError, RecursionError):
            parsed = None
        if type(parsed) is kind:
            yield parsed, "write the JSON value itself, not its text in a string"
    if kind is list and value is not None:
        url = unwrap_url(value)
        if (
            type(value) is str
            and "," in value
            and len(value) <= 4096
            and not value.startswith("data:")
        ):
            yield [each.strip() for each in value.split(",")], "write it as an array of strings"
        yield [value], "write it as an array: put it into [ ]"
        if type(url) is str:
            yield [url], "write it as an array of strings"
            yield [{"text": value}], 'write it as an array of objects: [{"text": …}, {"image": …}]'
    if kind is dict and type(value) is list and len(value) == 1 and type(value[0]) is dict:
        yield value[0], "write the object itself, not an array"


def unwrap_url(value: Any) -> Any:
    """Returns the string in ``[text]`` or ``{"url": text}``, or *value*."""
    for _ in range(3):
        if type(value) is list and len(value) == 1:
            value = value[0]
        elif type(value) is dict:
            names = [name for name in _URL_NAMES if name in value]
            value = value[names[0]] if names else value
    return value


def _parse_number(value: Any) -> int | None:
    if type(value) is float and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if not _is_short(value):
        return None
    text = normalize("NFKC", value).strip().lower()
    found = _NUMBER.fullmatch(text)
    return int(found[1]) if found else None


def _is_short(value: Any) -> bool:
    return type(value) is str and len(value) <= MAX_HINT_CHARACTERS


def _describe_excess(value: Any) -> str:
    return "a fraction" if type(value) is float else "quotes"
