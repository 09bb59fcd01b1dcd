"""Finds text that is not what its author meant: unfilled templates, dumps, damaged text.

A prompt may have any characters, so nothing here is an error. Each test is for a form that a
person would not write as a prompt, so prompts about ``[EXIT]`` signs or undefined shapes
pass. The time is linear in the length of the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from .recent_values import RecentValues
from .text_damage import find_damage

__all__ = ["CLEAN", "CLEAN_TEXTS", "TextReport", "inspect_text", "match_plain_text"]


@dataclass(frozen=True, slots=True)
class TextReport:
    """The faults of one text, as phrases: an unfilled *placeholder*, and *damage*."""

    placeholder: str | None = None
    damage: str | None = None


CLEAN: Final = TextReport()
"""The report on every text without faults."""

CLEAN_TEXTS: Final = RecentValues()
"""Texts that were inspected before and have no faults."""


def _fold(words: str) -> str:
    """Returns *words* as a pattern for any case; re.IGNORECASE is ten times slower here."""
    return "".join(f"[{each}{each.upper()}]" if each.isalpha() else each for each in words)


_WORDS = _fold(
    "null|none|nil|nan|n/?a|undefined|true|false|infinity|todo|tbd|tba|fixme|string|str|"
    "placeholder|prompt|xxx+|(?:(?:your|the|my|insert|enter|add|type|write|text|user|image|"
    "negative|positive|prompt)[ _-]+)+(?:prompt|text|description|message|here|input|content)"
    "(?:[ _-]here)?"
)
"""Complete texts that stand for a value, in any case."""

match_plain_text: Final = re.compile(
    rf"[\"'( ]*+(?!(?:{_WORDS})\W*\Z|{_fold('lorem ipsum')})"
    r"[A-Za-z0-9][A-Za-z0-9 ,.;:'\"!?()/|*#~\n-]*+(?<![)'\"])"
).fullmatch
"""Matches the usual texts without faults fast. A mismatch means nothing."""

_WHOLE_WORD = re.compile(rf"[\W_]*(?:{_WORDS})[\W_]*|\W*{_fold('lorem ipsum')}\b.*", re.DOTALL)
_NO_TEXT = re.compile(r"[\s?.,;:!\u2026_\-]*")

_NAMES = (
    r"prompt|text|input|name|subject|style|object|scene|topic|title|description|colou?r|product|"
    r"location|place|item|user|query|content|message|theme|mood|background|setting|action|value|"
    r"variable|placeholder|string|json|data|args?|url|id|key"
)
_NAME = rf"(?:(?i:{_NAMES})[0-9]*|(?!image|video)[A-Za-z]\w*_\w+|[a-z]+[0-9]*(?:[A-Z][a-z0-9]+)+)"
"""The name of a variable rather than a word: user_name, userName, or a usual one.

Not image_1: in a prompt, ``<image_1>`` may mean an input image.
"""

_PLACE = (
    r"\{\{\{?\s*[$#@.&>/^]?[\w$][\w$.\[\]'\"-]*\s*(?:[|(][^{}]*)?\}?\}\}",
    r"\{\{(?:[#/^!>][^{}]*|\s*)\}\}",
    r"\{%[^{}]*%\}",
    r"<%[^<>]*%>",
    r"<\?(?:php|=)[^<>]*\?>",
    r"[$#]\{[^{}\n]{1,80}\}",
    r"\$\(\w+\)",
    rf"(?<![{{\w$#@%])\{{\s*(?:{_NAME}|image|person|character|[0-9]{{1,2}})?(?:[.\[][\w.\[\]'\"]*)?(?:![rsa])?(?::[^{{}}\n]{{0,9}})?\s*\}}(?!\}})",
    rf"(?<![\w$])\$(?:{_NAME})\b",
    r"(?<![\w%])%(?:\(\w+\))?[sd](?!\w)",
    r"(?<![\w%])%[A-Za-z_]{3,}%(?!\w)",
    rf"(?<!\w)__{_NAME}__(?!\w)",
    r"\[\[\s*[A-Za-z_]\w*\s*\]\]",
    rf"<(?:{_NAME}|(?i:your|insert|enter|add)\b[^<>\n]{{0,60}})>",
    rf"\[(?:{_NAME}|(?i:your|insert|enter|add)\b[^\[\]\n]{{0,60}})\]",
    r"%![a-z]\([^()\n]*\)",
)
_TEMPLATE = re.compile("|".join(f"(?:{place})" for place in _PLACE))
_WHOLE_TEMPLATE = re.compile(
    r"\s*(?:[$%:][A-Za-z_][\w.]*|<[^<>\n]{1,80}>|\{\s*[\w.$]{1,80}\s*\})\s*"
)
_OBJECT = re.compile(
    r"\[object [A-Z]\w*\]|<[\w. ]*(?:object|function|method|generator|coroutine)\b[^<>]* at 0x"
    r"[0-9a-fA-F]+|<(?:bound method|built-in (?:function|method)|function|class) [^<>]*>|"
    r"\b(?:[a-z]\w*\.){2,}[A-Z]\w*@[0-9a-f]{4,}|#<[A-Z]\w*(?::0x|>)|Promise \{ ?<pending>"
)
_REPR = re.compile(
    r"b?(?:\{['b]'?.*\}|[\[(]\s*(?:['{\[(]|b'|[A-Z]\w*\(\w+=).*[\])]|b'.*'|b\".*\")"
    r"|(?:[A-Z]\w*|dict_\w+|set|frozenset|deque)\((?:\w+=|[\[{('\"]).*\)"
    r"|map\[\w+:.*\]|&\{.*\}|(?:Some|Optional|Just)\(\".*\"\)"
    r"|\{\}|\[\]|\(\)|(?:async )?function\b.*\}|\([\w, ]*\) ?=>.*",
    re.DOTALL,
)
_API_NAMES: Final = frozenset(
    [
        "prompt",
        "text",
        "input",
        "messages",
        "role",
        "parameters",
        "content",
        "value",
        "data",
        "result",
        "output",
        "response",
        "choices",
        "payload",
        "args",
        "kwargs",
        "query",
        "image",
        "images",
        "model",
        "id",
        "uuid",
        "type",
        "error",
        "status",
        "code",
    ]
)
_FEW_WORDS: Final = 8
_MAX_DUMP_CHARACTERS: Final = 20_000


def inspect_text(value: Any) -> TextReport | None:
    """Inspects a text. Returns None if *value* is not a string."""
    if type(value) is not str:
        return None
    if not match_plain_text(value):
        placeholder, damage = _find_placeholder(value), find_damage(value)
        if placeholder or damage:
            return TextReport(placeholder, damage)
    CLEAN_TEXTS.remember(value)
    return CLEAN


def _find_placeholder(text: str) -> str | None:
    """Describes what the text is instead of a prompt, or None."""
    if not text or text.isspace():
        return None  # prompt-blank says so
    if _WHOLE_WORD.fullmatch(text) or _NO_TEXT.fullmatch(text) or _WHOLE_TEMPLATE.fullmatch(text):
        return "is a placeholder"
    found = _OBJECT.search(text)
    if found is not None:
        return f"has the text of an object, {found[0]!r}"
    if _is_dump(text.strip()):
        return "is an object or array written as text"
    found = _TEMPLATE.search(text)
    return None if found is None else f"has the placeholder {found[0]!r}"


def _is_dump(text: str) -> bool:
    """Returns True for an object or array as a program writes it, not as a person's prompt.

    Some people write prompts as JSON, with a scene, a camera and a style.
    """
    if text[-1:] not in "}])'\">" and "=>" not in text:
        return False
    if _REPR.fullmatch(text[:_MAX_DUMP_CHARACTERS]):
        return True
    if text[0] not in "{[":
        return False
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if type(value) is list:
        return True
    words = sum(len(each.split()) for each in _strings(value))
    return bool(value.keys() & _API_NAMES) or words < _FEW_WORDS


def _strings(value: Any) -> Iterator[str]:
    """Yields all strings in a JSON value; nesting needs no recursion."""
    stack = [value]
    while stack:
        each = stack.pop()
        if type(each) is str:
            yield each
        elif type(each) is dict:
            stack += each.values()
        elif type(each) is list:
            stack += each
