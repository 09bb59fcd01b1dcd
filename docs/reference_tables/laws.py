"""The laws that `wanproof check` applies to a client."""

from __future__ import annotations

from itertools import groupby

from wan_contracts import LAWS, Law
from wan_contracts.laws import MONEY_SAFE

from .markdown import escape

__all__ = ["format_laws"]


def format_laws() -> str:
    """Returns a section for each group of laws and for each law."""
    return "\n".join(
        part
        for group, laws in groupby(LAWS, lambda law: law.group)
        for part in (f"## Group {group.value}\n", *map(_section, laws))
    )


def _section(law: Law) -> str:
    money_safe = ", money-safe" if law.id in MONEY_SAFE else ""
    return (
        f"### {law.id}\n\n**{law.level.value}{money_safe}.** {escape(law.statement)}\n\n"
        f"* Source: {escape(law.source)}.\n* How to fix a client: {escape(law.hint)}.\n"
        f"* [A call that breaks it and one that keeps it](laws/{law.id}.md)\n"
    )
