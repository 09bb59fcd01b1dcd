"""JSON text to a payload, with a finding for whatever is wrong with the text itself."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

from ..constraints.basic import Anything, KnownMembers, parse_integer
from ..finding import Finding
from ..messages.formatting import format_last_name
from ..spec import Rule, Severity
from . import positions
from .json_pointer import MISSING
from .positions import Lines, Position

Data = str | bytes | bytearray
"""What JSON text comes as; bytes ought to be UTF-8."""

_BOM = "\ufeff"
_START = Position(1, 1)


class Document(NamedTuple):
    """A text that was read: *value* is MISSING if it could not be, and *findings* says why."""

    value: Any
    text: str
    findings: list[Finding]


def read(data: Data) -> Document:
    """Reads one JSON text (RFC 8259). Never raises, whatever *data* holds.

    Integers of any length are read; ``NaN`` and its like, which are no JSON, are refused.
    Of members that stand twice the last counts, with a warning that names both places.
    """
    text = decode_for_display(data)
    flaw = None if isinstance(data, str) else _encoding_flaw(data)
    if flaw is not None:
        return Document(MISSING, text, [flaw])
    reader = _Reader(text)
    if data.startswith(_BOM) if isinstance(data, str) else data.startswith(codecs.BOM_UTF8):
        says = "the text begins with a byte order mark, which JSON must not have"
        reader.findings.append(_finding("json-bom", says, _START, Severity.WARNING))
    return Document(reader.value(), text, reader.findings)


def decode_for_display(data: Data) -> str:
    """*data* as text for a person, whatever it holds: lines and columns are those of this text.

    A byte order mark is no part of it; U+FFFD stands for bytes that are no text.
    """
    if not isinstance(data, str):
        encoding = json.detect_encoding(data).removesuffix("-sig")
        data = data.decode(encoding, errors="replace")
    return data.removeprefix(_BOM)


def locate_findings(findings: Sequence[Finding], text: str) -> list[Finding]:
    """The same findings with the lines and columns of their pointers in *text*.

    An unknown member is placed at its name, a missing one at the object it should be in,
    anything else at its value. A pointer that leads nowhere stays without a place.
    """
    if not findings:
        return []
    anchors = [
        finding.pointer.rpartition("/")[0] if finding.value is MISSING else finding.pointer
        for finding in findings
    ]
    spans, lines = positions.scan(text, anchors).spans, Lines(text)
    return [
        _locate_finding(finding, spans[anchor], lines) if anchor in spans else finding
        for finding, anchor in zip(findings, anchors, strict=True)
    ]


def _locate_finding(finding: Finding, span: positions.Span, lines: Lines) -> Finding:
    offset = span.name if isinstance(finding.row.constraint, KnownMembers) else span.value
    line, column = lines.position(offset)
    return finding._replace(line=line, column=column)


def _finding(
    rule: str,
    message: str,
    position: Position,
    severity: Severity = Severity.ERROR,
    pointer: str = "",
) -> Finding:
    row = Rule(rule, "", Anything(), severity=severity, message=message)
    return Finding(row, pointer, MISSING, *position)


def _encoding_flaw(data: bytes | bytearray) -> Finding | None:
    encoding = json.detect_encoding(data)
    if not encoding.startswith("utf-8"):
        says = f"the text looks like {encoding[:6].upper()}; JSON is sent in UTF-8"
        return _finding("json-encoding", says, _START)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        before = decode_for_display(data[: error.start])
        says = f"the byte {data[error.start]:02X} is not UTF-8, in which JSON is sent"
        return _finding("json-encoding", says, Lines(before).position(len(before)))
    return None


class _NotANumber(ValueError):
    """A word such as ``NaN`` that Python reads and JSON does not have."""


class _Reader:
    """One parse of one text; *findings* fills as :meth:`value` goes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.findings: list[Finding] = []
        self._duplicates = False

    def value(self) -> Any:
        decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=parse_integer, parse_constant=self._constant
        )
        try:
            value = decoder.decode(self.text)
        except json.JSONDecodeError as error:
            return self._add_unreadable("json-syntax", self._describe_error(error), error.pos)
        except _NotANumber as error:
            says = f"this is not JSON: there is no {error}"
            return self._add_unreadable(
                "json-syntax", says, positions.find_word(self.text, str(error))
            )
        except RecursionError:
            says = "arrays and objects are nested deeper than any reader will follow"
            return self._add_unreadable("json-depth", says, 0)
        if self._duplicates:
            self._add_duplicates()
        return value

    def _describe_error(self, error: json.JSONDecodeError) -> str:
        if not self.text.strip():
            return "the text is empty"
        what = re.sub("(?: starting)?(?: at)?:? ?$", "", error.msg)
        return f"this is not JSON: {what[0].lower()}{what[1:]}"

    def _add_unreadable(self, rule: str, message: str, offset: int) -> Any:
        self.findings.append(_finding(rule, message, Lines(self.text).position(offset)))
        return MISSING

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        self._duplicates = self._duplicates or len(members) != len(pairs)
        return members

    def _constant(self, word: str) -> NoReturn:
        raise _NotANumber(word)

    def _add_duplicates(self) -> None:
        lines = Lines(self.text)
        for path, *offsets in positions.scan(self.text, ()).duplicates:
            first, second = map(lines.position, offsets)
            if first.line == second.line:
                where = f"in this line, at columns {first.column} and {second.column}"
            else:
                where = f"in lines {first.line} and {second.line}"
            says = f"{format_last_name(path)} stands twice, {where}; the last counts"
            self.findings.append(
                _finding("json-duplicate", says, second, Severity.WARNING, pointer=path)
            )
