"""Builds a selection of findings from names of rules, codes and prefixes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from .catalog import catalog
from .command import UsageError
from .messages.suggestions import suggest
from .selection import Names, Selection
from .source.path_patterns import PathPatterns

__all__ = ["LINTER_RULES", "build_selection", "list_names", "resolve_names"]

LINTER_RULES: Final = (
    "audio-expired",
    "audio-file",
    "image-expired",
    "image-file",
    "json-bom",
    "json-depth",
    "json-duplicate",
    "json-encoding",
    "json-syntax",
    "model-ambiguous",
    "model-conflict",
    "model-known",
    "payload-type",
)
"""The rules that stand in no table, because they are not about one documented limit."""


def build_selection(
    select: Iterable[str],
    ignore: Iterable[str],
    per_file_ignores: Mapping[str, Sequence[str]],
    folder: Path,
) -> Selection:
    """Builds a selection. Raises UsageError if a name stands for no rule and no code.

    The patterns of *per_file_ignores* are relative to *folder*.
    """
    selected, known = [*select], list_names()
    return Selection(
        resolve_names(selected, known) if selected else None,
        resolve_names(ignore, known),
        [
            (PathPatterns([pattern], folder), resolve_names(names, known))
            for pattern, names in per_file_ignores.items()
        ],
    )


def resolve_names(texts: Iterable[str], known: Names) -> Names:
    """Returns those of the *known* rules and codes that *texts* name: whole, or by a prefix.

    Each text may have several names, separated by commas. ``image`` stands for all rules
    that begin with ``image-``; only if there is none, for those that begin with these letters.
    """
    names = dict.fromkeys(name.strip() for text in texts for name in text.split(","))
    return frozenset().union(*(_resolve(name, known) for name in names if name))


def _resolve(name: str, known: Names) -> Names:
    folded = name.lower()
    whole = {each for each in known if each == folded or each.startswith(f"{folded.rstrip('-')}-")}
    found = whole or {each for each in known if each.startswith(folded)}
    if not found:
        hint = suggest(name, known, "wanproof rules lists all rules")
        raise UsageError(f"no rule and no code is called {name!r}, or begins so; {hint}")
    return frozenset(found)


def list_names() -> Names:
    """Returns the ids of all rules and all codes."""
    rules = [rule for spec in catalog() for rule in spec.all_rules]
    codes = {rule.code for rule in rules if rule.code}
    return frozenset({rule.id for rule in rules} | codes | {*LINTER_RULES})
