"""The laws that `wanproof check` applies to a client."""

from __future__ import annotations

from itertools import groupby

from wan_contracts.laws import LAWS, MONEY_SAFE, Law

from .markdown import code, table

__all__ = ["format_laws"]


def format_laws() -> str:
    """Returns a section for each group of laws."""
    return "\n".join(
        f"## {group.value}\n\n{table(_HEAD, map(_row, laws))}"
        for group, laws in groupby(LAWS, lambda law: law.group)
    )


_HEAD = ["law", "level", "statement", "money-safe", "source", "how to fix a client"]


def _row(law: Law) -> list[str]:
    money_safe = "yes" if law.id in MONEY_SAFE else ""
    return [code(law.id), law.level.value, law.says, money_safe, law.source, law.hint]
