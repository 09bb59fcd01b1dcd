"""Recognises texts that are not JSON but something near: YAML, JSON with comments, Python."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["describe_foreign_syntax"]

_YAML: Final = re.compile(
    r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:%YAML|---(?:\s|$)|- |[A-Za-z_][\w .-]*:(?:[ \t\r\n]|$))"
)
_TRAILING_COMMA: Final = re.compile(r",\s*\Z")


def describe_foreign_syntax(text: str, offset: int) -> str | None:
    """Describes what *text*, which is not JSON from *offset* on, is instead. None if unknown."""
    if text.startswith(("//", "/*"), offset):
        return "this is JSON with comments (JSONC), not JSON; remove the comment"
    rest = text[offset:].lstrip(", \t\r\n")
    if rest[:1] in ("}", "]") and (
        text.startswith(",", offset) or _TRAILING_COMMA.search(text[:offset])
    ):
        return "a comma stands before the end of an object or array, as in JSONC; remove it"
    if _YAML.match(text):
        return "this is YAML, not JSON; convert it, for example with: yq -o json FILE"
    return None
