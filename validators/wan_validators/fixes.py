"""Applies the corrections that cannot change what a payload means.

A fix writes the same value in the documented way: ``1280x720`` as ``1280*720``, ``"720p"`` as
``"720P"``, ``"4"`` as ``4``, a URL without blanks around it. It declares the MIME type that a
file has, or corrects the spelling of a member. The rest, such as another duration, is left to
the author.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

from .constraints.media import Declared
from .finding import Finding, Report
from .linter import lint
from .messages.context import Change, apply_changes
from .messages.names import last_name, normalize_name, parent_of
from .source.edits import Edit, edit_text
from .source.json_pointer import MISSING, parse, value
from .source.parser import read

__all__ = ["Fixed", "fix"]

MAX_FIXES: Final = 200
"""The maximum number of fixes of one payload."""

_ALIKE: Final = 0.8
"""The least similarity of a misspelt name and its correction."""


class Fixed(NamedTuple):
    """The content of a file after a number of *fixes*."""

    data: bytes
    fixes: int


def fix(data: bytes, model: str | None = None, *, lined: bool = False) -> Fixed:
    """Returns *data*, JSON text, with all safe fixes; with *lined* each line is a payload.

    A text that cannot be read, or in which a member occurs twice, is not changed. Fixing the
    result again changes nothing.
    """
    if not lined:
        return _fix_payload(data, model)
    lines, count = [], 0
    for line in io.BytesIO(data):
        body = line.rstrip(b"\r\n")
        fixed = _fix_payload(body, model)
        lines.append(fixed.data + line[len(body) :])
        count += fixed.fixes
    return Fixed(b"".join(lines), count)


def _fix_payload(data: bytes, model: str | None) -> Fixed:
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    try:
        text = data[len(mark) :].decode()
    except UnicodeDecodeError:
        return Fixed(data, 0)
    count = 0
    while count < MAX_FIXES:
        changed = _fix_once(text, lint(text, model))
        if changed is None:
            break
        text, count = changed, count + 1
    return Fixed(mark + text.encode(), count) if count else Fixed(data, 0)


def _fix_once(text: str, report: Report) -> str | None:
    """Returns *text* after its first safe fix, or None if it has none."""
    if any(finding.rule == "json-duplicate" for finding in report.findings):
        return None
    for finding in report.findings:
        edits = _plan_edits(finding, report.payload)
        changed = edit_text(text, edits) if edits else None
        if changed is not None and _is_as_planned(changed, finding, report):
            return changed
    return None


def _is_as_planned(text: str, finding: Finding, report: Report) -> bool:
    """Returns True if *text* is the payload of *report* with the changes of *finding* alone."""
    document = read(text)
    planned = apply_changes(report.payload, finding.changes)
    return not document.findings and bool(document.value == planned)


def _plan_edits(finding: Finding, payload: Any) -> Sequence[Edit]:
    """Returns the edits that make the changes of *finding*, or nothing if they are not safe."""
    match finding.changes:
        case [Change(pointer=at, value=new, source=None)] if new is not MISSING:
            if _is_same(finding, value(payload, parse(at)), new):
                return [Edit(at, value=(new,))]
        case [Change(pointer=at, source=str(source))] if _is_respelt(source, at):
            return [Edit(source, name=(last_name(at),))]
        case [Change(pointer=source, value=old), Change(pointer=at, value=new, source=None)]:
            is_renamed = old is MISSING and new is not MISSING and _is_respelt(source, at)
            if is_renamed and _is_same(finding, value(payload, parse(source)), new):
                return [Edit(source, name=(last_name(at),), value=(new,))]
    return []


def _is_respelt(old: str, new: str) -> bool:
    """Returns True if two pointers differ only in the spelling of the last name."""
    if parent_of(old) != parent_of(new):
        return False
    before, after = normalize_name(last_name(old)), normalize_name(last_name(new))
    is_alike = SequenceMatcher(None, before, after).ratio() >= _ALIKE
    return is_alike or sorted(before) == sorted(after)


def _is_same(finding: Finding, old: Any, new: Any) -> bool:
    """Returns True if *new* is *old* in another notation."""
    if isinstance(finding.row.constraint, Declared):
        return True
    if type(old) is float and type(new) is int:
        return bool(old == new)
    if type(old) not in (str, int) or type(old) is type(new) is int:
        return False
    text = str(old).strip()
    if type(new) is bool:
        return text.lower() == json.dumps(new)
    if type(new) is int:
        number = re.match(r"\+?(-?\d+)", text)
        return number is not None and int(number[1]) == new
    if type(new) is not str:
        return False
    numbers = re.findall(r"\d+", text)
    is_size = len(numbers) == 2 and new == "*".join(numbers)
    return is_size or new.lower() in (text.lower(), f"{text.lower()}p")
