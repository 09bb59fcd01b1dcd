"""Constraints as small frozen values that describe what a JSON value must be.

A constraint reads a value through its *view*: by default the value itself, for a size its
two sides. ``applies_to`` is true if the extracted value is of the constraint's kind. Then
``is_satisfied`` is true if the value is within the limit. Messages, schemas, generated values
and compiled code are derived in tables keyed on these classes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, Protocol

from ..frozen import Frozen

__all__ = [
    "ARRAY",
    "BOOLEAN",
    "IDENTITY_VIEW",
    "MEMBER_NAMES_VIEW",
    "OBJECT",
    "STRING",
    "Absent",
    "Anything",
    "Between",
    "BetweenIf",
    "Constraint",
    "Items",
    "Json",
    "JsonType",
    "KnownMembers",
    "MutuallyExclusive",
    "NotBlank",
    "ObjectCount",
    "OneOf",
    "Text",
    "Undocumented",
    "View",
    "collect_member_names",
    "parse_integer",
]

Json = Any
"""Any value that ``json.loads`` can return."""


class View(Frozen):
    """The part of a value that a constraint checks.

    If *kind* is set, ``extract(value)`` returns None if and only if ``type(value) is not
    kind``. ``extract`` returns *known_good* for a value that satisfies all constraints of
    this view, so that an engine may skip them. *cacheable* is true if the same few strings occur
    repeatedly, so that an engine may remember those without faults.
    """

    extract: Callable[[Json], Any]
    kind: type | None = None
    known_good: Any = NotImplemented
    cacheable: bool = False


def _return_value(value: Json) -> Any:
    return value


IDENTITY_VIEW: Final = View(_return_value)


class Constraint(Protocol):
    """One limit. Both methods take ``view.extract(value)`` and never raise."""

    @property
    def view(self) -> View: ...

    def applies_to(self, seen: Any, /) -> bool: ...
    def is_satisfied(self, seen: Any, /) -> bool: ...


class JsonType(Frozen):
    """A JSON value of one Python type without further limits; ``True`` is not an integer."""

    view: ClassVar[View] = IDENTITY_VIEW
    type: type

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is self.type

    def is_satisfied(self, seen: Any) -> bool:
        return True


OBJECT, ARRAY, STRING, BOOLEAN = JsonType(dict), JsonType(list), JsonType(str), JsonType(bool)


class Anything(Frozen):
    """Any value that is present."""

    view: ClassVar[View] = IDENTITY_VIEW

    def applies_to(self, seen: Any) -> bool:
        return True

    def is_satisfied(self, seen: Any) -> bool:
        return True


class Absent(Frozen):
    """A member that must be absent."""

    view: ClassVar[View] = IDENTITY_VIEW

    def applies_to(self, seen: Any) -> bool:
        return True

    def is_satisfied(self, seen: Any) -> bool:
        return False


class Undocumented(Absent):
    """A member that no table has: reported unless another rule reports the same value.

    It applies to no value, as a limit on another type, so an engine reports it last.
    """

    def applies_to(self, seen: Any) -> bool:
        return False


class OneOf(Frozen):
    """One of *values*, which all have one type."""

    view: ClassVar[View] = IDENTITY_VIEW
    values: tuple[str, ...] | tuple[int, ...]

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is type(self.values[0])

    def is_satisfied(self, seen: Any) -> bool:
        return seen in self.values


class Between(Frozen):
    """An integer from *low* to *high*, both included."""

    view: ClassVar[View] = IDENTITY_VIEW
    low: int
    high: int

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is int

    def is_satisfied(self, seen: Any) -> bool:
        return bool(self.low <= seen <= self.high)


class BetweenIf(Frozen):
    """The range *inner* for integers within *outer*; other values are ignored."""

    view: ClassVar[View] = IDENTITY_VIEW
    outer: Between
    inner: Between

    def applies_to(self, seen: Any) -> bool:
        return self.outer.applies_to(seen) and self.outer.is_satisfied(seen)

    def is_satisfied(self, seen: Any) -> bool:
        return self.inner.is_satisfied(seen)


class Text(Frozen):
    """A string of *low* to *high* characters, counted in code points."""

    view: ClassVar[View] = IDENTITY_VIEW
    low: int
    high: int

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is str

    def is_satisfied(self, seen: Any) -> bool:
        return self.low <= len(seen) <= self.high


class NotBlank(Frozen):
    """A string that is not blank. If *empty* is true, the empty string is allowed."""

    view: ClassVar[View] = IDENTITY_VIEW
    empty: bool = False

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is str

    def is_satisfied(self, seen: Any) -> bool:
        return bool(not seen.isspace() and (self.empty or seen))


class Items(Frozen):
    """An array of *low* to *high* items."""

    view: ClassVar[View] = IDENTITY_VIEW
    low: int
    high: int

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is list

    def is_satisfied(self, seen: Any) -> bool:
        return self.low <= len(seen) <= self.high


def collect_member_names(value: Json) -> list[str] | None:
    """Returns the member names of all objects in an array; None if not an array."""
    if type(value) is not list:
        return None
    return [name for part in value if type(part) is dict for name in part]


MEMBER_NAMES_VIEW: Final = View(collect_member_names, kind=list)


class ObjectCount(Frozen):
    """An array in which *low* to *high* objects have the member *key*."""

    view: ClassVar[View] = MEMBER_NAMES_VIEW
    key: str
    low: int
    high: int

    def applies_to(self, seen: Any) -> bool:
        return seen is not None

    def is_satisfied(self, seen: Any) -> bool:
        return bool(self.low <= seen.count(self.key) <= self.high)


class MutuallyExclusive(Frozen):
    """An object that is not empty and has at most one of *keys*."""

    view: ClassVar[View] = IDENTITY_VIEW
    keys: tuple[str, ...]

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is dict

    def is_satisfied(self, seen: Any) -> bool:
        return bool(seen and len(seen.keys() & set(self.keys)) <= 1)


class KnownMembers(Frozen):
    """An object whose members are all in *known*; each other member is one finding."""

    view: ClassVar[View] = IDENTITY_VIEW
    known: frozenset[str]

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is dict

    def is_satisfied(self, seen: Any) -> bool:
        return bool(seen.keys() <= self.known)


_MAX_INT_DIGITS = 4300
"""The default limit of ``int()``; see ``sys.set_int_max_str_digits``."""


def parse_integer(digits: str) -> int:
    """Parses a decimal integer; one that is too long for ``int()`` becomes 10**4299.

    Every limit in this package is far lower, so the difference has no effect.
    """
    if len(digits) <= _MAX_INT_DIGITS:
        return int(digits)
    largest: int = 10 ** (_MAX_INT_DIGITS - 1)
    return -largest if digits.startswith("-") else largest
