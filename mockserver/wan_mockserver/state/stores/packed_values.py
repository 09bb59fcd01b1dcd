"""Packs values that are seldom read, so that they take a fraction of their memory."""

from __future__ import annotations

import marshal
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from threading import Lock
from typing import Any, Final, NamedTuple

__all__ = ["PackedValues", "unpack"]

LEVEL: Final = 1
"""The fastest; higher ones save a tenth more bytes in a third more time."""

_PLAIN: Final = frozenset(
    ("str", "int", "float", "bool", "bytes", "str | None", "int | None", "Mapping[str, str]")
)
"""Types of fields, as they are written, whose values ``marshal`` takes as they are."""

_PLAIN_VALUES: Final = frozenset((type(None), str, int, float, bool, bytes))


class PackedValues:
    """Dataclasses by key, as bytes for this process alone; they are read without loss.

    Values of one table have most of their bytes in common: headers, paths, names of models. So
    several take a fifth of their memory together, and one of them would take a third.
    """

    __slots__ = ("_content", "_keys")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._keys = tuple(values)
        self._content = zlib.compress(marshal.dumps([*map(_take_apart, values.values())]), LEVEL)

    def read(self, *keys: str) -> list[Any]:
        """Returns the values at *keys*; to read several at once takes little longer."""
        parts = _decompress(self._content)
        return [_build(parts[self._keys.index(key)]) for key in keys]


@lru_cache(maxsize=4)
def _decompress(content: bytes) -> Any:
    """Returns the parts of all values; who reads one of them often wants its neighbours, too."""
    # This process has written the bytes.
    return marshal.loads(zlib.decompress(content))  # noqa: S302  # nosec B302


def unpack(found: Iterable[tuple[str, Any]]) -> list[Any]:
    """Returns the values of keys, each of which comes with its value or with packed ones."""
    values: list[Any] = []
    for _, group in groupby(found, key=lambda pair: id(pair[1])):
        keys, (kept, *_) = zip(*group, strict=True)
        values += kept.read(*keys) if type(kept) is PackedValues else [kept] * len(keys)
    return values


class _Form(NamedTuple):
    """How values of one class are taken apart; *nested* are the places of parts to take apart."""

    number: int
    read: Callable[[Any], tuple[Any, ...]]
    nested: tuple[int, ...]


_forms: Final[dict[type[Any], _Form]] = {}
_builders: Final[list[Callable[..., Any]]] = []
"""Put the parts together again, by the numbers of the forms."""

_lock: Final = Lock()


def _take_apart(value: Any) -> Any:
    """Returns what ``marshal`` takes: a tuple for an object, a list for a tuple."""
    kind = type(value)
    if kind in _PLAIN_VALUES:
        return value
    if kind is tuple:
        return [*map(_take_apart, value)] if value else []
    form = _forms.get(kind)
    if form is None:
        if isinstance(value, Mapping):
            return {name: _take_apart(each) for name, each in value.items()}
        form = _add_form(kind)
    if not form.nested:
        return form.number, *form.read(value)
    parts = [form.number, *form.read(value)]
    for place in form.nested:
        part = parts[place]
        if part is not None:
            parts[place] = _take_apart(part)
    return tuple(parts)


def _build(parts: Any) -> Any:
    kind = type(parts)
    if kind is list:
        return tuple(map(_build, parts))
    if kind is dict:
        return {name: _build(each) for name, each in parts.items()}
    if kind is not tuple:
        return parts
    return _builders[parts[0]](*parts[1:])


def _add_form(kind: Any) -> _Form:
    """Finds out how values of a class are taken apart, and put together."""
    with _lock:
        number = len(_builders)
        if is_dataclass(kind):
            members = fields(kind)
            names = tuple(member.name for member in members)
            nested = [nth for nth, each in enumerate(members) if each.type not in _PLAIN]
            form = _Form(number, _read_all(names), tuple(nth + 1 for nth in nested))
            _builders.append(_make_builder(kind, names, [names[nth] for nth in nested]))
        else:
            read = attrgetter("value") if issubclass(kind, Enum) else str
            form = _Form(number, lambda value: (read(value),), ())
            _builders.append(kind)
        return _forms.setdefault(kind, form)


def _read_all(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _make_builder(kind: Any, names: Sequence[str], nested: Sequence[str]) -> Callable[..., Any]:
    def build(*parts: Any) -> Any:
        values = dict(zip(names, parts, strict=True))
        for name in nested:
            values[name] = _build(values[name])
        return kind(**values)

    return build
