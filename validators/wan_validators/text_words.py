"""Words and phrases that stand for a missing text."""

from __future__ import annotations

from typing import Final

__all__ = ["ALONE", "DUMMY_TEXT", "FIRST_WORDS", "LAST_WORDS"]

ALONE: Final = frozenset(
    (
        *("null", "none", "nil", "nan", "na", "n/a", "undefined", "true", "false", "infinity"),
        *("todo", "tbd", "tba", "fixme", "string", "str", "placeholder", "prompt"),
    )
)
"""Words that stand for a value if they are the whole text, in any case; so does ``xxx``."""

FIRST_WORDS: Final = (
    *("your", "the", "my", "insert", "enter", "add", "type", "write", "text", "user", "image"),
    *("negative", "positive", "prompt"),
)
LAST_WORDS: Final = ("prompt", "text", "description", "message", "here", "input", "content")
"""A text of only FIRST_WORDS, one of these at the end, and perhaps ``here``, is a placeholder."""

DUMMY_TEXT: Final = "lorem ipsum"
