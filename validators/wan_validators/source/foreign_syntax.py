"""Recognises texts that are not JSON but something near: YAML, JSON with comments, Python."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["describe_foreign_syntax"]

_YAML: Final = re.compile(
    r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:%YAML|---(?:\s|$)|- |[A-Za-z_][\w .-]*:(?:[ \t\r\n]|$))"
)
_COMMENT: Final = "this is JSON with comments (JSONC), not JSON; remove the comment"
_COMMA: Final = "a comma stands before the end of an object or array, as in JSONC; remove it"
_CONVERT: Final = "this is YAML, not JSON; convert it, for example with: yq -o json FILE"


def describe_foreign_syntax(text: str, offset: int) -> tuple[str, int] | None:
    """Describes what *text*, which is not JSON from *offset* on, is instead, and where.

    Returns None if it is unknown.
    """
    if text.startswith(("//", "/*"), offset):
        return _COMMENT, offset
    # Python 3.13 and later report the comma, others the bracket behind it.
    comma = offset if text.startswith(",", offset) else len(text[:offset].rstrip()) - 1
    if text[comma : comma + 1] == "," and text[comma + 1 :].lstrip()[:1] in ("}", "]"):
        return _COMMA, comma
    return (_CONVERT, offset) if _YAML.match(text) else None
