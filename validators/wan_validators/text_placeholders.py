"""Finds text that was meant to be replaced: unfilled templates, dumps, words for no value.

The linter loads this module only for a text that does not look usual: its patterns take longer to
compile than a payload to lint.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from .text_words import ALONE, DUMMY_TEXT, FIRST_WORDS, LAST_WORDS

__all__ = ["find_placeholder"]


def _fold(words: str) -> str:
    """Returns *words* as a pattern for any case; re.IGNORECASE is ten times slower here."""
    return "".join(f"[{each}{each.upper()}]" if each.isalpha() else each for each in words)


_WORDS: Final = _fold(
    f"{'|'.join(sorted(ALONE))}|xxx+|"
    f"(?:(?:{'|'.join(FIRST_WORDS)})[ _-]+)+(?:{'|'.join(LAST_WORDS)})(?:[ _-]here)?"
)
_WHOLE_WORD = re.compile(rf"[\W_]*(?:{_WORDS})[\W_]*|\W*{_fold(DUMMY_TEXT)}\b.*", re.DOTALL)
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


def find_placeholder(text: str) -> str | None:
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
