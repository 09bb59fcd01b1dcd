"""Markdown from values: tables, code and docstrings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["code", "escape", "from_docstring", "table"]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a Markdown table."""
    lines = [head, ["---"] * len(head), *([_cell(each) for each in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def code(text: object) -> str:
    """Returns *text* as inline code, "" for no text."""
    return f"`{text}`" if text not in (None, "") else ""


def escape(text: str) -> str:
    """Returns *text* so that Markdown shows it as it stands."""
    return re.sub(r"([\\`*_<\[])", r"\\\1", text)


def from_docstring(text: str) -> str:
    """Returns *text* without reStructuredText roles, on one line."""
    plain = re.sub(r":\w+:`~?(?:\w+\.)*(\w+)`", r"`\1`", text).replace("``", "`")
    return " ".join(plain.split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
