"""Finds members by their names, where a text has each of the names once, without reading it all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from .json_pointer import MISSING, parse, value
from .positions import Span

__all__ = ["MAX_SEARCHED", "MAX_WANTED", "find_named_spans"]

MAX_SEARCHED: Final = 20_000
MAX_WANTED: Final = 10
"""The length of a text, and the number of pointers, from which it is read once instead."""

_match_colon = re.compile(r"\s*+:\s*+").match


def find_named_spans(text: str, payload: Any, wanted: Sequence[str]) -> dict[str, Span] | None:
    """Returns the spans of the *wanted* pointers in JSON *text*, in which no member occurs twice.

    *payload* is its value. Returns None if there is a pointer whose last name does not tell where
    it leads: to an item of an array, to nothing, or to one of several members with this name.
    """
    # Without escapes, a name is written in one way, and no string has a quotation mark in it.
    if len(text) > MAX_SEARCHED or len(wanted) > MAX_WANTED or "\\" in text:
        return None
    spans = {}
    for pointer in wanted:
        if pointer in spans:
            continue
        span = _find_member(text, pointer.rpartition("/")[2])
        if span is None or value(payload, parse(pointer)) is MISSING:
            return None
        spans[pointer] = span
    return spans


def _find_member(text: str, name: str) -> Span | None:
    """Returns the span of the only member called *name*, or None."""
    if not name.isidentifier():
        return None
    quoted, found = f'"{name}"', None
    at = text.find(quoted)
    while at >= 0:
        end = at + len(quoted)
        if colon := _match_colon(text, end):
            if found is not None:
                return None
            found = Span(at, colon.end())
        at = text.find(quoted, end)
    return found
