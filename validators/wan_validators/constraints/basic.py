"""The vocabulary of limits: small frozen values that say what a JSON value must be.

A check looks at a value through its *view* (by default the value itself; for a size, its two
sides) and answers two questions about what it sees: does it *fit* (is it the kind of thing the
limit speaks of), and if so, does the limit *hold*. Messages, schemas, generated values and
compiled code are derived elsewhere, in tables keyed on the classes below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple, Protocol

__all__ = [
    "IDENTITY_VIEW",
    "MEMBER_NAMES_VIEW",
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
    "View",
    "collect_member_names",
    "parse_integer",
]

Json = Any
"""Any value that ``json.loads`` can return."""


class View(NamedTuple):
    """What a check sees of a value.

    *kind* is the type of the values that anything is seen of: of all others, and of them
    alone, None is seen. *fine* is what is seen of a value in which no check of this view
    can find a fault, so that an engine may skip them all; *quick* is true only of such
    values, though not of all, and may raise TypeError for values of another kind. *recurs*
    tells that the same few values come again and again.
    """

    extract: Callable[[Json], Any]
    kind: type | None = None
    known_good: Any = NotImplemented
    fast_accept: Callable[[Json], object] | None = None
    cacheable: bool = False


def _return_value(value: Json) -> Any:
    return value


IDENTITY_VIEW: Final = View(_return_value)


class Constraint(Protocol):
    """One limit; both questions are asked of ``view.extract(value)`` and never raise."""

    @property
    def view(self) -> View: ...

    def applies_to(self, seen: Any, /) -> bool: ...
    def is_satisfied(self, seen: Any, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class JsonType:
    """A JSON value of one Python type, with no further limit; ``True`` is no integer."""

    view: ClassVar[View] = IDENTITY_VIEW
    type: type

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is self.type

    def is_satisfied(self, seen: Any) -> bool:
        return True


OBJECT, ARRAY, STRING, BOOLEAN = JsonType(dict), JsonType(list), JsonType(str), JsonType(bool)


@dataclass(frozen=True, slots=True)
class Anything:
    """Any value at all, as long as there is one."""

    view: ClassVar[View] = IDENTITY_VIEW

    def applies_to(self, seen: Any) -> bool:
        return True

    def is_satisfied(self, seen: Any) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Absent:
    """Not to be given at all."""

    view: ClassVar[View] = IDENTITY_VIEW

    def applies_to(self, seen: Any) -> bool:
        return True

    def is_satisfied(self, seen: Any) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these values, which are all of one type."""

    view: ClassVar[View] = IDENTITY_VIEW
    values: tuple[str, ...] | tuple[int, ...]

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is type(self.values[0])

    def is_satisfied(self, seen: Any) -> bool:
        return seen in self.values


@dataclass(frozen=True, slots=True)
class Between:
    """An integer from *low* to *high*, both included."""

    view: ClassVar[View] = IDENTITY_VIEW
    low: int
    high: int

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is int

    def is_satisfied(self, seen: Any) -> bool:
        return bool(self.low <= seen <= self.high)


@dataclass(frozen=True, slots=True)
class BetweenIf:
    """*inner*, asked only of values that *outer* accepts: past *outer*, this has no say."""

    view: ClassVar[View] = IDENTITY_VIEW
    outer: Between
    inner: Between

    def applies_to(self, seen: Any) -> bool:
        return self.outer.applies_to(seen) and self.outer.is_satisfied(seen)

    def is_satisfied(self, seen: Any) -> bool:
        return self.inner.is_satisfied(seen)


@dataclass(frozen=True, slots=True)
class Text:
    """A string of *low* to *high* characters, counted in code points."""

    view: ClassVar[View] = IDENTITY_VIEW
    low: int
    high: int

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is str

    def is_satisfied(self, seen: Any) -> bool:
        return self.low <= len(seen) <= self.high


@dataclass(frozen=True, slots=True)
class NotBlank:
    """A string with more in it than white space; the empty string is left to :class:`Text`
    where *empty* is true."""

    view: ClassVar[View] = IDENTITY_VIEW
    empty: bool = False

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is str

    def is_satisfied(self, seen: Any) -> bool:
        return bool(not seen.isspace() and (self.empty or seen))


@dataclass(frozen=True, slots=True)
class Items:
    """An array of *low* to *high* items."""

    view: ClassVar[View] = IDENTITY_VIEW
    low: int
    high: int

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is list

    def is_satisfied(self, seen: Any) -> bool:
        return self.low <= len(seen) <= self.high


def collect_member_names(value: Json) -> list[str] | None:
    """The names of all members of all objects in an array; None if *value* is no array."""
    if type(value) is not list:
        return None
    return [name for part in value if type(part) is dict for name in part]


MEMBER_NAMES_VIEW: Final = View(collect_member_names, kind=list)


@dataclass(frozen=True, slots=True)
class ObjectCount:
    """An array in which *low* to *high* objects have the member *key*."""

    view: ClassVar[View] = MEMBER_NAMES_VIEW
    key: str
    low: int
    high: int

    def applies_to(self, seen: Any) -> bool:
        return seen is not None

    def is_satisfied(self, seen: Any) -> bool:
        return bool(self.low <= seen.count(self.key) <= self.high)


@dataclass(frozen=True, slots=True)
class MutuallyExclusive:
    """An object that is not empty and has no two of *keys* at once."""

    view: ClassVar[View] = IDENTITY_VIEW
    keys: tuple[str, ...]

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is dict

    def is_satisfied(self, seen: Any) -> bool:
        return bool(seen and len(seen.keys() & set(self.keys)) <= 1)


@dataclass(frozen=True, slots=True)
class KnownMembers:
    """An object whose members are all among *known*; each one that is not is its own fault."""

    view: ClassVar[View] = IDENTITY_VIEW
    known: frozenset[str]

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is dict

    def is_satisfied(self, seen: Any) -> bool:
        return bool(seen.keys() <= self.known)


_MAX_INT_DIGITS = 4300
"""As many digits as ``int()`` takes by default; see ``sys.set_int_max_str_digits``."""


def parse_integer(digits: str) -> int:
    """A decimal integer of any length; one that ``int()`` would refuse becomes 10**4299.

    Every limit in this package is far below that, so nothing depends on the difference.
    """
    if len(digits) <= _MAX_INT_DIGITS:
        return int(digits)
    most: int = 10 ** (_MAX_INT_DIGITS - 1)
    return -most if digits.startswith("-") else most
