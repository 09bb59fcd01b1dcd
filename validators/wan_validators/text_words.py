"""Words and phrases that stand for a missing text, as a pattern."""

from __future__ import annotations

__all__ = ["WORDS", "fold"]


def fold(words: str) -> str:
    """Returns *words* as a pattern for any case; re.IGNORECASE is ten times slower here."""
    return "".join(f"[{each}{each.upper()}]" if each.isalpha() else each for each in words)


WORDS = fold(
    "null|none|nil|nan|n/?a|undefined|true|false|infinity|todo|tbd|tba|fixme|string|str|"
    "placeholder|prompt|xxx+|(?:(?:your|the|my|insert|enter|add|type|write|text|user|image|"
    "negative|positive|prompt)[ _-]+)+(?:prompt|text|description|message|here|input|content)"
    "(?:[ _-]here)?"
)
"""Complete texts that stand for a value, in any case."""
