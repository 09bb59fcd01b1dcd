"""Escapes texts for GitHub Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Final

from .excerpt import escape_controls

__all__ = ["escape_html", "escape_text", "format_code", "format_code_block"]

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]#+!|~-])")


def escape_text(text: str) -> str:
    """Returns *text* escaped for Markdown and tables, without mentions."""
    return _disable_mentions(_SPECIAL.sub(r"\\\1", escape(escape_controls(text), quote=False)))


def escape_html(text: str) -> str:
    """Returns *text* for use inside HTML, where Markdown escapes would be shown."""
    return _disable_mentions(escape(escape_controls(text), quote=False))


def _disable_mentions(text: str) -> str:
    """Returns *text* without names that GitHub would notify."""
    return text.replace("@", "@<!-- -->")


def format_code(text: str) -> str:
    """Returns *text* as a code span that *text* cannot end."""
    shown = escape_controls(text)
    ticks = _build_fence(shown, 1)
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{space}{shown or ' '}{space}{ticks}"


def format_code_block(lines: Iterable[str], language: str = "") -> list[str]:
    """Returns *lines* as a code block that *lines* cannot end."""
    inside = list(lines)
    fence = _build_fence("\n".join(inside), 3)
    return [f"{fence}{language}", *inside, fence]


def _build_fence(text: str, least: int) -> str:
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)
