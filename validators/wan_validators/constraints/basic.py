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
    "ITSELF",
    "MEMBER_NAMES",
    "Absent",
    "Alone",
    "Between",
    "Check",
    "Given",
    "Items",
    "Json",
    "Kind",
    "Members",
    "NotBlank",
    "OneOf",
    "Parts",
    "Text",
    "View",
    "Within",
    "integer",
    "member_names",
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

    see: Callable[[Json], Any]
    kind: type | None = None
    fine: Any = NotImplemented
    quick: Callable[[Json], object] | None = None
    recurs: bool = False


def _itself(value: Json) -> Any:
    return value


ITSELF: Final = View(_itself)


class Check(Protocol):
    """One limit; both questions are asked of ``view.see(value)`` and never raise."""

    @property
    def view(self) -> View: ...

    def fits(self, seen: Any, /) -> bool: ...
    def holds(self, seen: Any, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A JSON value of one Python type, with no further limit; ``True`` is no integer."""

    view: ClassVar[View] = ITSELF
    type: type

    def fits(self, seen: Any) -> bool:
        return type(seen) is self.type

    def holds(self, seen: Any) -> bool:
        return True


OBJECT, ARRAY, STRING, BOOLEAN = Kind(dict), Kind(list), Kind(str), Kind(bool)


@dataclass(frozen=True, slots=True)
class Given:
    """Any value at all, as long as there is one."""

    view: ClassVar[View] = ITSELF

    def fits(self, seen: Any) -> bool:
        return True

    def holds(self, seen: Any) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Absent:
    """Not to be given at all."""

    view: ClassVar[View] = ITSELF

    def fits(self, seen: Any) -> bool:
        return True

    def holds(self, seen: Any) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these values, which are all of one type."""

    view: ClassVar[View] = ITSELF
    values: tuple[str, ...] | tuple[int, ...]

    def fits(self, seen: Any) -> bool:
        return type(seen) is type(self.values[0])

    def holds(self, seen: Any) -> bool:
        return seen in self.values


@dataclass(frozen=True, slots=True)
class Between:
    """An integer from *low* to *high*, both included."""

    view: ClassVar[View] = ITSELF
    low: int
    high: int

    def fits(self, seen: Any) -> bool:
        return type(seen) is int

    def holds(self, seen: Any) -> bool:
        return bool(self.low <= seen <= self.high)


@dataclass(frozen=True, slots=True)
class Within:
    """*inner*, asked only of values that *outer* accepts: past *outer*, this has no say."""

    view: ClassVar[View] = ITSELF
    outer: Between
    inner: Between

    def fits(self, seen: Any) -> bool:
        return self.outer.fits(seen) and self.outer.holds(seen)

    def holds(self, seen: Any) -> bool:
        return self.inner.holds(seen)


@dataclass(frozen=True, slots=True)
class Text:
    """A string of *low* to *high* characters, counted in code points."""

    view: ClassVar[View] = ITSELF
    low: int
    high: int

    def fits(self, seen: Any) -> bool:
        return type(seen) is str

    def holds(self, seen: Any) -> bool:
        return self.low <= len(seen) <= self.high


@dataclass(frozen=True, slots=True)
class NotBlank:
    """A string with more in it than white space; the empty string is left to :class:`Text`
    where *empty* is true."""

    view: ClassVar[View] = ITSELF
    empty: bool = False

    def fits(self, seen: Any) -> bool:
        return type(seen) is str

    def holds(self, seen: Any) -> bool:
        return bool(not seen.isspace() and (self.empty or seen))


@dataclass(frozen=True, slots=True)
class Items:
    """An array of *low* to *high* items."""

    view: ClassVar[View] = ITSELF
    low: int
    high: int

    def fits(self, seen: Any) -> bool:
        return type(seen) is list

    def holds(self, seen: Any) -> bool:
        return self.low <= len(seen) <= self.high


def member_names(value: Json) -> list[str] | None:
    """The names of all members of all objects in an array; None if *value* is no array."""
    if type(value) is not list:
        return None
    return [name for part in value if type(part) is dict for name in part]


MEMBER_NAMES: Final = View(member_names, kind=list)


@dataclass(frozen=True, slots=True)
class Parts:
    """An array in which *low* to *high* objects have the member *key*."""

    view: ClassVar[View] = MEMBER_NAMES
    key: str
    low: int
    high: int

    def fits(self, seen: Any) -> bool:
        return seen is not None

    def holds(self, seen: Any) -> bool:
        return bool(self.low <= seen.count(self.key) <= self.high)


@dataclass(frozen=True, slots=True)
class Alone:
    """An object that is not empty and has no two of *keys* at once."""

    view: ClassVar[View] = ITSELF
    keys: tuple[str, ...]

    def fits(self, seen: Any) -> bool:
        return type(seen) is dict

    def holds(self, seen: Any) -> bool:
        return bool(seen and len(seen.keys() & set(self.keys)) <= 1)


@dataclass(frozen=True, slots=True)
class Members:
    """An object whose members are all among *known*; each one that is not is its own fault."""

    view: ClassVar[View] = ITSELF
    known: frozenset[str]

    def fits(self, seen: Any) -> bool:
        return type(seen) is dict

    def holds(self, seen: Any) -> bool:
        return bool(seen.keys() <= self.known)


_MOST_DIGITS = 4300
"""As many digits as ``int()`` takes by default; see ``sys.set_int_max_str_digits``."""


def integer(digits: str) -> int:
    """A decimal integer of any length; one that ``int()`` would refuse becomes 10**4299.

    Every limit in this package is far below that, so nothing depends on the difference.
    """
    if len(digits) <= _MOST_DIGITS:
        return int(digits)
    most: int = 10 ** (_MOST_DIGITS - 1)
    return -most if digits.startswith("-") else most
