"""Finds text that is not what its author meant: unfilled templates, dumps, damaged text.

A prompt may have any characters, so nothing here is an error. Each test is for a form that a
person would not write as a prompt, so prompts about ``[EXIT]`` signs or undefined shapes
pass. The time is linear in the length of the text.
"""

from __future__ import annotations

import re
from typing import Any, Final

from .frozen import Frozen
from .text_words import ALONE, DUMMY_TEXT, FIRST_WORDS, LAST_WORDS

__all__ = ["CLEAN", "TextReport", "inspect_text", "is_plain_text"]


class TextReport(Frozen):
    """The faults of one text, as phrases: an unfilled *placeholder*, and *damage*."""

    placeholder: str | None = None
    damage: str | None = None


CLEAN: Final = TextReport()
"""The report on every text without faults."""

_match_plain: Final = re.compile(
    r"[\"'( ]*+[A-Za-z0-9][A-Za-z0-9 ,.;:'\"!?()/|*#~\n-]*+(?<![)'\"])"
).fullmatch
_PUNCTUATION: Final = " ,.;:'\"!?()/|*#~\n-"
_MAX_WORD_CHARACTERS: Final = 12
"""No word of the module text_words is longer."""


def is_plain_text(text: str) -> bool:
    """Returns True for the usual texts without faults, fast. False means nothing."""
    if _match_plain(text) is None:
        return False
    words = text.strip(_PUNCTUATION)
    start, end = words[:_MAX_WORD_CHARACTERS].lower(), words[-_MAX_WORD_CHARACTERS:].lower()
    if end.endswith("xxx") or (start in ALONE and len(words) <= _MAX_WORD_CHARACTERS):
        return False
    return not (
        (start.startswith(FIRST_WORDS) and end.endswith(LAST_WORDS)) or start.startswith(DUMMY_TEXT)
    )


def inspect_text(value: Any) -> TextReport | None:
    """Inspects a text. Returns None if *value* is not a string."""
    if type(value) is not str:
        return None
    if value and not is_plain_text(value):
        from .text_damage import find_damage
        from .text_placeholders import find_placeholder

        placeholder, damage = find_placeholder(value), find_damage(value)
        if placeholder or damage:
            return TextReport(placeholder, damage)
    return CLEAN
