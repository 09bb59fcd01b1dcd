"""Parses JSON text to a payload, and reports problems of the text as findings."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from ..constraints.basic import Anything, KnownMembers, parse_integer
from ..finding import Finding
from ..messages.formatting import format_last_name
from ..spec import Rule, Severity
from .data_uris import find_cuts
from .json_pointer import MISSING
from .plain_reader import read_plain

if TYPE_CHECKING:
    from .positions import Lines, Span

__all__ = ["Data", "Document", "decode_for_display", "locate_findings", "read", "read_carefully"]

Data = str | bytes | bytearray
"""JSON text; bytes should be UTF-8."""

_BOM = "\ufeff"
_START = (1, 1)


class Document(NamedTuple):
    """A parsed text: *value* is MISSING if parsing failed, with the reason in *findings*.

    If *has_more* is true, more members occur twice than *findings* name.
    """

    value: Any
    text: str
    findings: list[Finding]
    has_more: bool = False


def read(data: Data) -> Document:
    """Reads one JSON text (RFC 8259). Never raises.

    Integers may have any length. ``NaN`` and ``Infinity`` are rejected. If a member occurs
    twice, the last one is used, and a warning names both positions.
    """
    value = read_plain(data)
    if value is not MISSING:
        return Document(value, data if isinstance(data, str) else data.decode(), [])
    return read_carefully(data)


def read_carefully(data: Data) -> Document:
    """Reads *data* as :func:`read` does, without the shorter way of :func:`read_plain`."""
    text = decode_for_display(data)
    flaw = None if isinstance(data, str) else _encoding_flaw(data)
    if flaw is not None:
        return Document(MISSING, text, [flaw])
    reader = _Reader(text)
    if data.startswith(_BOM) if isinstance(data, str) else data.startswith(codecs.BOM_UTF8):
        message = "the text begins with a byte order mark, which JSON forbids; remove it"
        reader.findings.append(_finding("json-bom", message, _START, Severity.WARNING))
    return Document(reader.value(), text, reader.findings, reader.has_more)


def decode_for_display(data: Data) -> str:
    """Decodes *data* for display. Lines and columns refer to the returned text.

    A byte order mark is removed; U+FFFD replaces bytes that are not valid text.
    """
    if not isinstance(data, str):
        encoding = json.detect_encoding(data).removesuffix("-sig")
        data = data.decode(encoding, errors="replace")
    return data.removeprefix(_BOM)


def locate_findings(
    findings: Sequence[Finding], text: str, unique_value: Any = MISSING
) -> list[Finding]:
    """Returns the findings with the lines and columns of their pointers in *text*.

    If *text* has marks in place of ``data:`` URIs, the columns are those of the whole text.

    An unknown member has the position of its name, a missing one the position of its
    object, and any other the position of its value. A pointer that is not in *text* has no
    position, and one that has a position keeps it. *unique_value* is the value of *text* if no
    member occurs twice in it.
    """
    anchors = [
        finding.pointer.rpartition("/")[0] if finding.value is MISSING else finding.pointer
        for finding in findings
        if finding.line is None
    ]
    if not anchors:
        return [*findings]
    positions = _load_positions()
    is_unique = unique_value is not MISSING
    spans = positions.find_named_spans(text, unique_value, anchors) if is_unique else None
    if spans is None:
        spans = positions.find_spans(text, anchors, is_unique=is_unique)
    lines, cuts = positions.lines(text), find_cuts(text)
    rest = iter(anchors)
    return [
        finding
        if finding.line is not None
        else _locate_finding(finding, spans.get(next(rest)), lines, cuts)
        for finding in findings
    ]


class _Positions(NamedTuple):
    """What finds positions."""

    find_named_spans: Callable[[str, Any, Sequence[str]], dict[str, Span] | None]
    find_spans: Callable[..., dict[str, Span]]
    lines: type[Lines]


@cache
def _load_positions() -> _Positions:
    """Loads what finds positions, which most payloads do not need; an import statement is slow."""
    from .named_positions import find_named_spans
    from .positions import Lines, find_spans

    return _Positions(find_named_spans, find_spans, Lines)


def _locate_finding(
    finding: Finding, span: Span | None, lines: Lines, cuts: Sequence[tuple[int, int]]
) -> Finding:
    if span is None:
        return finding
    offset = span.name if isinstance(finding.row.constraint, KnownMembers) else span.value
    line, column = lines.position(offset)
    if cuts:
        start = offset - column + 1
        column += sum(removed for end, removed in cuts if start < end <= offset)
    return finding.place(line, column, finding.origin)


def _finding(
    rule: str,
    message: str,
    position: tuple[int, int],
    severity: Severity = Severity.ERROR,
    pointer: str = "",
) -> Finding:
    row = Rule(rule, "", Anything(), severity=severity, message=message)
    return Finding(row, pointer, MISSING, *position)


def _find_position(text: str, offset: int) -> tuple[int, int]:
    from .positions import Lines  # loaded late: most payloads have no findings

    return Lines(text).position(offset)


def _encoding_flaw(data: bytes | bytearray) -> Finding | None:
    encoding = json.detect_encoding(data)
    if not encoding.startswith("utf-8"):
        message = f"the text looks like {encoding[:6].upper()}; write it in UTF-8"
        return _finding("json-encoding", message, _START)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        before = decode_for_display(data[: error.start])
        message = f"the byte {data[error.start]:02X} is not valid UTF-8; write the text in UTF-8"
        return _finding("json-encoding", message, _find_position(before, len(before)))
    return None


class _NotANumber(ValueError):
    """A word such as ``NaN`` that Python reads but JSON does not allow."""


class _Reader:
    """Parses one text; :meth:`value` adds to *findings*."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.findings: list[Finding] = []
        self.has_more = False
        self._duplicates = False

    def value(self) -> Any:
        decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=parse_integer, parse_constant=self._constant
        )
        try:
            value = decoder.decode(self.text)
        except json.JSONDecodeError as error:
            return self._add_unreadable("json-syntax", *self._describe_error(error))
        except _NotANumber as error:
            from .positions import find_word

            message = f"this is not JSON: {error} is not allowed"
            return self._add_unreadable("json-syntax", message, find_word(self.text, str(error)))
        except RecursionError:
            message = "arrays and objects are nested too deeply to be read"
            return self._add_unreadable("json-depth", message, 0)
        if self._duplicates:
            self._add_duplicates()
        return value

    def _describe_error(self, error: json.JSONDecodeError) -> tuple[str, int]:
        if not self.text.strip():
            return "the text is empty", error.pos
        from .foreign_syntax import describe_foreign_syntax

        if foreign := describe_foreign_syntax(self.text, error.pos):
            return foreign
        reason = re.sub("(?: starting)?(?: at)?:? ?$", "", error.msg)
        return f"this is not JSON: {reason[0].lower()}{reason[1:]}", error.pos

    def _add_unreadable(self, rule: str, message: str, offset: int) -> Any:
        self.findings.append(_finding(rule, message, _find_position(self.text, offset)))
        return MISSING

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        self._duplicates = self._duplicates or len(members) != len(pairs)
        return members

    def _constant(self, word: str) -> NoReturn:
        raise _NotANumber(word)

    def _add_duplicates(self) -> None:
        from .positions import MAX_DUPLICATES, Lines, find_duplicates

        lines, found = Lines(self.text), find_duplicates(self.text)
        self.has_more = len(found) > MAX_DUPLICATES
        for path, *offsets in found[:MAX_DUPLICATES]:
            first, second = map(lines.position, offsets)
            if first.line == second.line:
                where = f"in this line at columns {first.column} and {second.column}"
            else:
                where = f"in lines {first.line} and {second.line}"
            message = f"{format_last_name(path)} occurs twice, {where}; the last one is used"
            self.findings.append(
                _finding("json-duplicate", message, second, Severity.WARNING, pointer=path)
            )
