"""Packs values that are seldom read, so that they take a fraction of their memory."""

from __future__ import annotations

import marshal
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from operator import attrgetter
from threading import Lock
from typing import Any, Final, NamedTuple

__all__ = ["Packer"]

LEVEL: Final = 1
"""The fastest; higher ones save a tenth more bytes in a third more time."""

WINDOW_BITS: Final = -13
"""A window of 8 KB, and neither a header nor a checksum."""

MEMORY_LEVEL: Final = 5
"""The tables of this level are made in a microsecond, those of the default in five."""

SAMPLE_BYTES: Final = 2048
"""Bytes of other values with which each value is compared."""

_PLAIN: Final = frozenset(
    ("str", "int", "float", "bool", "bytes", "str | None", "int | None", "Mapping[str, str]")
)
"""Types of fields, as they are written, whose values ``marshal`` takes as they are."""

_PLAIN_VALUES: Final = frozenset((type(None), str, int, float, bool, bytes))


class Packer:
    """Packs dataclasses as bytes for this process alone, and unpacks them without loss.

    Values of one table have most of their bytes in common: headers, paths, names of models. So
    what the *samples* have is written as a reference to them.
    """

    def __init__(self, samples: Iterable[Any]) -> None:
        self._samples = b"".join(map(_encode, samples))[-SAMPLE_BYTES:]

    def pack(self, value: Any) -> bytes:
        packing = zlib.compressobj(
            LEVEL,
            zlib.DEFLATED,
            WINDOW_BITS,
            MEMORY_LEVEL,
            zlib.Z_DEFAULT_STRATEGY,
            self._samples,
        )
        return packing.compress(_encode(value)) + packing.flush()

    def unpack(self, content: bytes) -> Any:
        return _decode(zlib.decompressobj(WINDOW_BITS, self._samples).decompress(content))


class _Form(NamedTuple):
    """How values of one class are taken apart; *nested* are the places of parts to take apart."""

    number: int
    read: Callable[[Any], tuple[Any, ...]]
    nested: tuple[int, ...]


_forms: Final[dict[type[Any], _Form]] = {}
_builders: Final[list[Callable[..., Any]]] = []
"""Put the parts together again, by the numbers of the forms."""

_lock: Final = Lock()


def _encode(value: Any) -> bytes:
    return marshal.dumps(_take_apart(value))


def _decode(content: bytes) -> Any:
    return _build(marshal.loads(content))  # noqa: S302  (this process has written them)


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
