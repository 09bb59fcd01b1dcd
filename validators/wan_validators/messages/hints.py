"""Builds hints: the correction of a value, if the value shows which one is meant."""

from __future__ import annotations

import json
import re
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from ..constraints import basic as c
from ..constraints import media as m
from ..constraints import size as s
from ..media.reference import get_mime_types
from ..source.json_pointer import MISSING
from .suggestions import suggest

__all__ = ["MAX_HINT_CHARACTERS", "build_hint"]

if TYPE_CHECKING:
    from ..spec import Rule

_ALMOST_SIZE = re.compile(
    r"\s*\+?([1-9][0-9]{2,4})\s*[xX*\u00d7\u2217:,/]\s*\+?([1-9][0-9]{2,4})\s*(?:px)?\s*"
)

_BY_RATIO = {
    "1:1": "1280*1280",
    "2:3": "800*1200",
    "3:2": "1200*800",
    "3:4": "960*1280",
    "4:3": "1280*960",
    "9:16": "720*1280",
    "16:9": "1280*720",
    "21:9": "1344*576",
}
"""The sizes that the documents recommend for common aspect ratios (S2, S4)."""

MAX_HINT_CHARACTERS = 200
"""Longer strings are data, not typing errors."""


def build_hint(rule: Rule, pointer: str, value: Any) -> str | None:
    """Returns one imperative sentence that corrects *value*, which breaks *rule* at *pointer*.

    Returns None if the value does not show what was meant.
    """
    return None if value is MISSING else _build_hint(rule.constraint, pointer, value)


@singledispatch
def _build_hint(constraint: c.Constraint, pointer: str, value: Any) -> str | None:
    return None


@_build_hint.register(s.TwoPartSize)
@_build_hint.register(s.Size)
def _(constraint: c.Constraint, pointer: str, value: Any) -> str | None:
    if type(value) is not str or len(value) > MAX_HINT_CHARACTERS:
        return 'write it as a string, such as "1280*720"'
    text = value.strip()
    if text in _BY_RATIO:
        return f'size is in pixels; for {text} write "{_BY_RATIO[text]}"'
    if re.fullmatch(r"[1-8][kK]|[0-9]{3,4}[pP]", text):
        return f'size is in pixels, not a tier: write for example "{_BY_RATIO["1:1"]}"'
    found = _ALMOST_SIZE.fullmatch(value)
    return f'write "{found[1]}*{found[2]}"' if found else None


@_build_hint.register(c.KnownMembers)
def _(constraint: c.KnownMembers, pointer: str, value: Any) -> str | None:
    name, otherwise = pointer.rpartition("/")[2], "remove it; the API probably ignores it"
    return suggest(name, sorted(constraint.known), otherwise)


@_build_hint.register(c.Between)
@_build_hint.register(c.BetweenIf)
def _(constraint: c.Constraint, pointer: str, value: Any) -> str | None:
    if type(value) is str and re.fullmatch("-?[0-9]{1,10}", value):
        excess = "quotes"
    elif type(value) is float and value.is_integer():
        excess = "a fraction"
    else:
        return None
    return f"write {int(value)}, without {excess}" if constraint.is_satisfied(int(value)) else None


@_build_hint.register
def _(constraint: c.JsonType, pointer: str, value: Any) -> str | None:
    if constraint.type is bool:
        word = value.lower() if type(value) is str and len(value) <= MAX_HINT_CHARACTERS else value
        if word in ("true", "false"):
            return f"write {word}, without quotes"
    return None


@_build_hint.register
def _(constraint: c.OneOf, pointer: str, value: Any) -> str | None:
    if type(value) is not str or len(value) > MAX_HINT_CHARACTERS:
        return None
    same = [known for known in constraint.values if str(known).lower() == value.strip().lower()]
    return f"write {json.dumps(same[0])}" if same else None


@_build_hint.register
def _(constraint: m.Prefixed, pointer: str, value: Any) -> str | None:
    seen = constraint.view.extract(value)
    names = get_mime_types(seen.header.format or "")
    return f"put data:{names[0]};base64, before it" if names else None


@_build_hint.register
def _(constraint: m.Declared, pointer: str, value: Any) -> str | None:
    names = get_mime_types(constraint.view.extract(value).header.format or "")
    return f"declare it as {names[0]}" if names else None


@_build_hint.register
def _(constraint: m.Reachable, pointer: str, value: Any) -> str | None:
    return "upload it to a public URL, or send it as a data: URI"


@_build_hint.register
def _(constraint: m.Dimensions, pointer: str, value: Any) -> str | None:
    return "scale the image before you send it"
