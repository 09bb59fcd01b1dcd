"""Finds text that is not what its author meant: unfilled templates, dumps, damaged text.

A prompt may have any characters, so nothing here is an error. Each test is for a form that a
person would not write as a prompt, so prompts about ``[EXIT]`` signs or undefined shapes
pass. The time is linear in the length of the text.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from .text_words import WORDS, fold

__all__ = ["CLEAN", "TextReport", "inspect_text", "match_plain_text"]


class TextReport(NamedTuple):
    """The faults of one text, as phrases: an unfilled *placeholder*, and *damage*."""

    placeholder: str | None = None
    damage: str | None = None


CLEAN: Final = TextReport()
"""The report on every text without faults."""

match_plain_text: Final = re.compile(
    rf"[\"'( ]*+(?!(?:{WORDS})\W*\Z|{fold('lorem ipsum')})"
    r"[A-Za-z0-9][A-Za-z0-9 ,.;:'\"!?()/|*#~\n-]*+(?<![)'\"])"
).fullmatch
"""Matches the usual texts without faults fast. A mismatch means nothing."""


def inspect_text(value: Any) -> TextReport | None:
    """Inspects a text. Returns None if *value* is not a string."""
    if type(value) is not str:
        return None
    if value and not match_plain_text(value):
        from .text_damage import find_damage
        from .text_placeholders import find_placeholder

        placeholder, damage = find_placeholder(value), find_damage(value)
        if placeholder or damage:
            return TextReport(placeholder, damage)
    return CLEAN
