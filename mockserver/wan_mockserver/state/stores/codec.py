"""Encodes values as JSON and decodes them, for persistent stores."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Final, Generic, Union, get_args, get_origin

from wan_validators.optional_dependencies import explain_missing_extra

from . import UnreadableValue, Value

with explain_missing_extra():
    from cattrs import Converter
    from cattrs.errors import StructureHandlerNotFoundError
    from cattrs.gen import make_dict_unstructure_fn, override
    from cattrs.preconf.json import make_converter

_encode_fast: Callable[[Any], bytes] | None
try:
    from msgspec.json import Encoder
except ImportError:
    _encode_fast = None
else:
    _encode_fast = Encoder().encode

__all__ = ["Codec", "codec", "from_octets", "octets"]

_UNIQUE: Final = {str, bool, NoneType}
_PLAIN: Final = {str, bool, int, float, NoneType}


def octets(text: str) -> bytes:
    """Encodes any str, lone surrogates included; different texts give different bytes."""
    return text.encode("utf-8", "surrogatepass")


def from_octets(content: bytes) -> str:
    """Decodes the result of :func:`octets`."""
    return content.decode("utf-8", "surrogatepass")


class Codec(Generic[Value]):
    """Encodes values of one *kind* as bytes, and decodes them without loss.

    *kind* is a number, or a dataclass of plain values, bytes, decimals, enumerations of str
    or int, mappings from str, tuples, other dataclasses, and unions of these. The name of its
    class identifies a member of a union. A value of type Any must be plain JSON.
    Raises TypeError for other kinds, such as protocols.
    """

    def __init__(self, kind: type[Value]) -> None:
        self._kind = kind
        try:
            self._take_apart = _CONVERTER.get_unstructure_hook(kind)
            self._build = _CONVERTER.get_structure_hook(kind)
        except StructureHandlerNotFoundError as error:
            raise TypeError(f"{kind.__name__} cannot be kept as JSON: {error}") from error

    def encode(self, value: Value) -> bytes:
        return _encode_json(self._take_apart(value))

    def decode(self, content: bytes) -> Value:
        """Decodes *content*. Raises UnreadableValue if it is of another kind."""
        try:
            parts = json.loads(from_octets(content))
            built: Value = self._build(parts, self._kind)
        except Exception as error:
            raise UnreadableValue(
                f"a stored {self._kind.__name__} cannot be read by this version of wanproof, "
                "another version may have written it; clear the store, or use a new one"
            ) from error
        return built


def codec(kind: type[Value]) -> Codec[Value]:
    """Returns the codec of *kind*. Raises TypeError if *kind* cannot be encoded."""
    if kind not in _CODECS:
        _CODECS[kind] = Codec(kind)
    return _CODECS[kind]


_CODECS: Final[dict[Any, Codec[Any]]] = {}


_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
"""Not in ASCII: an escaped pair of surrogates would be decoded as one character.

What was taken apart has no cycles, and looking for them takes a third of the time.
"""


def _encode_json(parts: Any) -> bytes:
    if _encode_fast is not None:
        with suppress(UnicodeEncodeError, OverflowError):  # half a surrogate pair, a large integer
            content: bytes = _encode_fast(parts)
            if b"null" not in content:  # NaN and infinity would be written so, too
                return content
    return octets(_JSON.encode(parts))


def _build_converter() -> Converter:
    converter = make_converter(detailed_validation=False)
    converter.register_unstructure_hook(bytes, lambda value: b64encode(value).decode("ascii"))
    converter.register_structure_hook(bytes, lambda text, _: b64decode(text))
    converter.register_unstructure_hook(Decimal, str)
    converter.register_structure_hook(Decimal, lambda text, _: Decimal(text))
    converter.register_unstructure_hook_factory(is_dataclass, _take_apart_briefly)
    converter.register_unstructure_hook_factory(_is_choice, _tag)
    converter.register_structure_hook_factory(_is_choice, _untag)
    return converter


def _take_apart_briefly(kind: Any, converter: Converter) -> Any:
    """Leaves out members that have their default, which is half of the time and bytes.

    Only defaults to which nothing else is equal: 0.0 is equal to -0.0, and 0 to Decimal("0.00").
    """
    brief = {
        member.name: override(omit_if_default=True)
        for member in fields(kind)
        if type(member.default) in _UNIQUE or member.default == ()
    }
    return make_dict_unstructure_fn(kind, converter, **brief)  # type: ignore[arg-type]


def _is_choice(kind: Any) -> bool:
    """Returns True if *kind* is a union whose members JSON alone cannot distinguish."""
    if get_origin(kind) not in (Union, UnionType):
        return False
    members = set(get_args(kind))
    return len(members - {NoneType}) > 1 and not members <= _PLAIN


def _members(union: Any) -> dict[str, Any]:
    """Returns the members of *union* except None, by the names of their classes."""
    members = [member for member in get_args(union) if member is not NoneType]
    named = {(get_origin(member) or member).__name__: member for member in members}
    if len(named) < len(members):
        raise TypeError(
            f"two members of {union} have the same name, so they cannot be distinguished"
        )
    return named


def _tag(union: Any, converter: Converter) -> Any:
    hooks = {
        name: converter.get_unstructure_hook(member) for name, member in _members(union).items()
    }

    def tag(value: Any) -> list[Any] | None:
        if value is None:
            return None
        name = type(value).__name__
        return [name, hooks[name](value)]

    return tag


def _untag(union: Any, converter: Converter) -> Any:
    members = _members(union)
    hooks = {name: converter.get_structure_hook(member) for name, member in members.items()}

    def untag(tagged: list[Any] | None, _: Any) -> Any:
        if tagged is None:
            return None
        name, content = tagged
        return hooks[name](content, members[name])

    return untag


_CONVERTER: Final = _build_converter()
