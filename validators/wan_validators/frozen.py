"""Frozen values with named fields: what dataclasses offer, but defined much faster.

A dataclass writes and compiles source for each class, half a millisecond each time, and its module
loads twenty others. The linter has some fifty such classes, which a run of the command would pay
for. The functions of :mod:`dataclasses` also work on these values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, TypeVar, dataclass_transform

__all__ = ["Frozen", "field", "replace"]

_REQUIRED: Final = object()

T = TypeVar("T", bound="Frozen")


class _Field:
    """One field of a class; its *default* is _REQUIRED if there is none."""

    __slots__ = ("compare", "default", "factory", "hint", "init", "kw_only", "name", "repr")

    def __init__(
        self,
        default: Any,
        factory: Callable[[], Any] | None,
        *,
        init: bool = True,
        repr: bool = True,
        compare: bool = True,
    ) -> None:
        self.default, self.factory = default, factory
        self.init, self.repr, self.compare = init, repr, compare
        self.kw_only, self.name, self.hint = False, "", ""


def field(
    *,
    default: Any = _REQUIRED,
    default_factory: Callable[[], Any] | None = None,
    init: bool = True,
    repr: bool = True,
    compare: bool = True,
) -> Any:
    """Describes a field, with the meaning that the arguments have for a dataclass."""
    return _Field(default, default_factory, init=init, repr=repr, compare=compare)


def _get_default(owner: type, field: _Field) -> Any:
    """Returns a default of *field*. Raises TypeError if it needs a value."""
    if field.factory is not None:
        return field.factory()
    if field.default is _REQUIRED:
        raise TypeError(f"{owner.__name__} needs a value for {field.name}")
    return field.default


class _DataclassFields:
    """Builds the fields as :mod:`dataclasses` knows them, when one of its functions asks."""

    def __get__(self, instance: object, owner: type[Frozen]) -> dict[str, Any]:
        import dataclasses

        found = {}
        for each in owner.fields_by_name.values():
            default = dataclasses.MISSING if each.default is _REQUIRED else each.default
            factory: Any = each.factory or dataclasses.MISSING
            made: Any = dataclasses.field(
                default=default,
                default_factory=factory,
                init=each.init,
                repr=each.repr,
                compare=each.compare,
                kw_only=each.kw_only,
            )
            made.name, made.type, made._field_type = each.name, each.hint, dataclasses._FIELD  # type: ignore[attr-defined]  # noqa: SLF001
            found[each.name] = made
        return found


_NO_FIELDS: Final[Mapping[str, _Field]] = {}
_NO_NAMES: Final[tuple[str, ...]] = ()
_NO_NAME_SET: Final[frozenset[str]] = frozenset()
_NO_DEFAULTS: Final[Mapping[str, Any]] = {}


def _build_getter(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    """Returns a function that gets the values of *names*, without a loop in Python."""
    return itemgetter(*names) if names else tuple


class _DataclassParameters:
    """What a dataclass checks of the class that it inherits from."""

    frozen = True


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Frozen:
    """The base of frozen values; each annotation of a subclass is a field.

    Values of one class are equal if their fields are, unless *eq* is false. With *kw_only* the
    fields of the subclass have to be named. ``__post_init__`` may set fields without *init*.
    """

    # Without annotations, as functions that read the types of a class take each for a field.
    fields_by_name = _NO_FIELDS
    names_by_position = _NO_NAMES
    names_to_give = _NO_NAME_SET
    plain_defaults = _NO_DEFAULTS
    get_compared = staticmethod(_build_getter(()))
    __dataclass_fields__ = _DataclassFields()
    __dataclass_params__ = _DataclassParameters()

    def __init_subclass__(cls, *, kw_only: bool = False, eq: bool = True) -> None:
        super().__init_subclass__()
        fields = {**cls.fields_by_name}
        for name, hint in cls.__annotations__.items():
            if str(hint).startswith("ClassVar"):
                continue
            given = cls.__dict__.get(name, _REQUIRED)
            each = given if isinstance(given, _Field) else _Field(given, None)
            each.name, each.hint, each.kw_only = name, hint, kw_only
            fields[name] = each
            if isinstance(given, _Field):
                delattr(cls, name)
        cls.fields_by_name = fields
        names = (each.name for each in fields.values() if each.init and not each.kw_only)
        cls.names_by_position = tuple(names)
        cls.names_to_give = frozenset(name for name, each in fields.items() if each.init)
        cls.plain_defaults = {
            name: each.default
            for name, each in fields.items()
            if each.factory is None and each.default is not _REQUIRED
        }
        names_compared = [name for name, each in fields.items() if each.compare]
        cls.get_compared = staticmethod(_build_getter(names_compared))
        if not eq:
            cls.__eq__ = object.__eq__  # type: ignore[method-assign]
            cls.__hash__ = object.__hash__  # type: ignore[method-assign]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        cls, values = type(self), self.__dict__
        names = cls.names_by_position
        if len(args) > len(names):
            raise TypeError(f"{cls.__name__} takes {len(names)} values, not {len(args)}")
        if kwargs.keys() <= cls.names_to_give and kwargs.keys().isdisjoint(names[: len(args)]):
            # The usual way, which the loop would take several times as long for.
            values.update(cls.plain_defaults)
            values.update(kwargs)
            kwargs = {}
        values.update(zip(names, args, strict=False))
        if not kwargs and len(values) == len(cls.fields_by_name):
            self.__post_init__()
            return
        for name, each in cls.fields_by_name.items():
            if name not in values:
                if name in kwargs and each.init:
                    values[name] = kwargs.pop(name)
                elif each.init or each.factory or each.default is not _REQUIRED:
                    values[name] = _get_default(cls, each)
        if kwargs:
            names_left = ", ".join(kwargs)
            raise TypeError(f"{cls.__name__} has no such field, or a value for it: {names_left}")
        self.__post_init__()

    def __post_init__(self) -> None:
        """Sets or checks fields after the others are set."""

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        get = self.get_compared
        return self is other or bool(get(self.__dict__) == get(other.__dict__))

    def __hash__(self) -> int:
        return hash(self.get_compared(self.__dict__))

    def __repr__(self) -> str:
        shown = [
            f"{name}={self.__dict__[name]!r}"
            for name, each in type(self).fields_by_name.items()
            if each.repr
        ]
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"cannot assign to {name}: {type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"cannot delete {name}: {type(self).__name__} is frozen")


def replace(value: T, /, **changes: Any) -> T:
    """Returns a copy of *value* in which the fields named in *changes* are changed."""
    given = {
        name: value.__dict__[name]
        for name, each in type(value).fields_by_name.items()
        if each.init and name not in changes
    }
    return type(value)(**given, **changes)
