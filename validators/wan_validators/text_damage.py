"""Finds text that cannot be sent or seen as intended: lost, invisible or encoded characters."""

from __future__ import annotations

import html
import re
from typing import Final
from unicodedata import bidirectional, category, name
from urllib.parse import unquote

__all__ = ["find_damage"]

_LOST = re.compile(r"\ufffd|\u951f\u65a4\u62f7|(?:\u70eb){3}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SUSPECT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    r"\ufdd0-\ufdef\ue000-\uf8ff\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
    r"|[\ufe00-\ufe0f]{2,}"
)

_CONTINUATION = (
    r"[\x80-\xbf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
    r"\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]"
)
"""The characters of the bytes 80 to BF in Latin-1 and in Windows-1252."""

_MOJIBAKE = re.compile(
    rf"[\xc2\xc3]{_CONTINUATION}|[\xe0-\xef]{_CONTINUATION}{{2}}|[\xf0-\xf4]{_CONTINUATION}{{3}}"
    rf"|(?:[\xc4-\xdf]{_CONTINUATION}\W?){{3}}|\u221a[\xa9\xae\xb0\xa7\xb6\xb1\xa8\xdf\u2202\xba]"
)
_ENTITY = re.compile(r"&(?:#[0-9]{2,7}|#[xX][0-9a-fA-F]{2,6}|[A-Za-z]{2,8}[0-9]?);")
_TAG = re.compile(r"</?(?:p|br|div|span|strong|em|b|i|ul|li|html|body)(?:\s[^<>]*)?/?>")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_ESCAPE = re.compile(
    r"\\u\{?[0-9a-fA-F]{4,6}|\\x[0-9a-fA-F]{2}|\\r\\n"
    r"|\\n(?!abla|atural|e\b|eg\b|eq|ew|i\b|ode|orm|ot|u\b|earrow|warrow)|\\[rt](?![a-z])"
    r"|\\\".*\\\"|(?:=[0-9A-F]{2}){2,}"
)
_PLUSES = re.compile(r"[^\s+]+(?:\+[^\s+]+){3,}")

_MARKS: Final = "\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
"""Direction marks, which text from right to left needs; overrides are not among them."""


def find_damage(text: str) -> str | None:
    """Describes the first damage of *text*, as a phrase that follows its name, or None."""
    return _find_lost(text) or _find_invisible(text) or _find_encoded(text)


def _find_lost(text: str) -> str | None:
    if not text.isascii() and (found := _SURROGATE.search(text)):
        where = _format_place(text, found.start())
        return f"has half a surrogate pair {where}, which UTF-8 cannot encode"
    if found := _LOST.search(text):
        return (
            f"has characters that an earlier conversion lost {_format_place(text, found.start())}"
        )
    return None


def _find_invisible(text: str) -> str | None:
    for found in _SUSPECT.finditer(text):
        if not _is_needed(text, found.start()):
            shown = _format_character(found[0][0])
            return f"has {shown} {_format_place(text, found.start())}, which nobody sees"
    return None


def _is_needed(text: str, at: int) -> bool:
    """Returns True if the script or the emoji around the character at *at* needs it."""
    character, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if character in _MARKS:
        return any(bidirectional(each) in ("R", "AL", "AN") for each in text)
    if character == "\u200d":
        return bool(before and after) and (_is_emoji(before) or _joins(before))
    if character == "\u200c":
        return bool(before) and _joins(before)
    if character == "\u200b":
        return (bool(before) and "\u0e00" <= before <= "\u109f") or "\u1780" <= before <= "\u17ff"
    if "\U000e0020" <= character <= "\U000e007f":
        return "\U0001f3f4" in text[max(0, at - 8) : at]  # the flag of a region, such as Wales
    return False


def _is_emoji(character: str) -> bool:
    return (
        character == "\ufe0f" or category(character) in ("So", "Sk") or character in "\u2640\u2642"
    )


def _joins(character: str) -> bool:
    """Returns True for scripts in which joiners change the form of letters."""
    return (
        "\u0600" <= character <= "\u08ff"
        or "\u0900" <= character <= "\u0dff"
        or ("\u1780" <= character <= "\u18af" or "\ufb50" <= character <= "\ufefc")
    )


def _find_encoded(text: str) -> str | None:
    if found := _MOJIBAKE.search(text):
        return f"has {found[0]!r}, which is UTF-8 read in another encoding"
    if (found := _ENTITY.search(text)) and html.unescape(found[0]) != found[0]:
        return f"has {found[0]!r}, which is HTML and is not decoded"
    if found := _TAG.search(text):
        return f"has {found[0]!r}, which is HTML and is not decoded"
    if shown := _find_percent(text):
        return f"has {shown!r}, which is URL encoding and is not decoded"
    if found := _ESCAPE.search(text):
        return f"has {found[0][:12]!r} as characters, which is an escape and is not decoded"
    if _PLUSES.fullmatch(text):
        return "has '+' for each space, which is URL encoding and is not decoded"
    return None


def _find_percent(text: str) -> str | None:
    """Returns the first percent-encoded character if *text* was percent-encoded.

    No encoder writes letters or digits so, which tells it from "a 50%50 mix".
    """
    found = _PERCENT.findall(text)
    decoded = [unquote(each) for each in found]
    if not found or any(
        (each.isascii() and each.isalnum()) or "\ufffd" in each for each in decoded
    ):
        return None
    certain = len(found) > 1 or not any(map(str.isspace, text)) or not decoded[0].isascii()
    return found[0] if certain else None


def _format_place(text: str, at: int) -> str:
    return f"at character {at + 1}"


def _format_character(character: str) -> str:
    known = name(character, "")
    return f"U+{ord(character):04X}" + (f" ({known})" if known else "")
