"""The members of a TOML table: how each is read, what is refused, and how it is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from wan_validators.messages.formatting import clip, summarize_value
from wan_validators.messages.suggestions import suggest

Reader = Callable[[Any, str], Any]
"""From a TOML value, and its path for messages, to what it stands for; raises Wrong."""

Kind = TypeVar("Kind", bound=Enum)


class InvalidMember(ValueError):
    """A value that cannot be used; the message begins with its path and says what can."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member that stands for *field* of a value; *write* undoes what *read* does."""

    field: str
    read: Reader
    write: Callable[[Any], Any] = lambda value: value


Members = Mapping[str, Member]


def parse_fields(members: Members, given: Any, path: str) -> dict[str, Any]:
    """What the table *given* says, by field; raises Wrong for a member that there is not."""
    if type(given) is not dict:
        raise wrong_value(given, path, "a table")
    for name in given:
        if name not in members:
            raise InvalidMember(
                f"{path}: there is no member {clip(repr(name))}; {_offer(name, members)}"
            )
    return {
        member.field: member.read(given[name], f"{path}.{name}")
        for name, member in members.items()
        if name in given
    }


def build_table(members: Members, value: object, default: object) -> dict[str, Any]:
    """*value* as a table, without what it has in common with *default*."""
    return {
        name: member.write(said)
        for name, member in members.items()
        if (said := getattr(value, member.field)) != getattr(default, member.field)
    }


def wrong_value(given: Any, path: str, allowed: str) -> InvalidMember:
    """The error for a value other than the *allowed* ones."""
    shown = summarize_value(given)
    described = type(given) is not str and type(shown) is str
    return InvalidMember(
        f"{path}: {shown if described else repr(shown)} will not do; allowed: {allowed}"
    )


def integer_reader(low: int, high: int) -> Reader:
    """Whole numbers from *low* to *high*, both included."""

    def read(given: Any, path: str) -> int:
        if type(given) is not int or not low <= given <= high:
            raise wrong_value(given, path, f"a whole number from {low} to {high}")
        return given

    return read


def number_reader(low: float, high: float) -> Reader:
    """Numbers from *low* to *high*, both included."""

    def read(given: Any, path: str) -> float:
        if type(given) not in (int, float) or not low <= given <= high:
            raise wrong_value(given, path, f"a number from {low:g} to {high:g}")
        return given  # type: ignore[no-any-return]

    return read


def parse_flag(given: Any, path: str) -> bool:
    """``true`` or ``false``."""
    if type(given) is not bool:
        raise wrong_value(given, path, "true or false")
    return given


def string_reader(is_valid: Callable[[str], object], description: str) -> Reader:
    """Strings that *is_valid* is true of, which *description* in words."""

    def read(given: Any, path: str) -> str:
        if type(given) is not str or not is_valid(given):
            raise wrong_value(given, path, description)
        return given

    return read


def enum_reader(kind: type[Kind]) -> Reader:
    """The values of an enumeration."""
    known = {str(each.value): each for each in kind}

    def read(given: Any, path: str) -> Kind:
        if type(given) is not str or given not in known:
            raise wrong_value(given, path, list_allowed(given, known))
        return known[given]

    return read


def array_reader(item: Reader) -> Reader:
    """Arrays of items; gives a tuple."""

    def read(given: Any, path: str) -> tuple[Any, ...]:
        if type(given) is not list:
            raise wrong_value(given, path, "an array, in brackets")
        return tuple(item(each, f"{path}[{nth}]") for nth, each in enumerate(given))

    return read


def list_allowed(given: Any, known: Mapping[str, object]) -> str:
    """All that are *known*, and which of them is likely to have been meant."""
    meant = suggest(given, known) if type(given) is str else ""
    hint = f" ({meant})" if meant else ""
    return f"{', '.join(map(toml_string, known))}{hint}"


def toml_string(text: str) -> str:
    """*text* as a TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml(value: Any, indent: str = "    ") -> str:
    """A JSON value other than null as TOML, on one line, but for arrays of several tables."""
    match value:
        case bool() | int() | float():
            return json.dumps(value)
        case str():
            return toml_string(value)
        case dict():
            inside = ", ".join(f"{name} = {toml(each)}" for name, each in value.items())
            return f"{{{inside}}}"
        case [dict(), _, *_]:
            inside = "".join(f"{indent}{toml(each)},\n" for each in value)
            return f"[\n{inside}]"
        case _:
            return f"[{', '.join(map(toml, value))}]"


def _offer(name: str, members: Members) -> str:
    return suggest(name, members, f"members: {', '.join(members)}")
