"""JSON text to a payload, with a finding for whatever is wrong with the text itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

from . import source
from .checks import Given, Members, integer
from .finding import Finding
from .pointer import MISSING
from .spec import Rule, Severity


class Document(NamedTuple):
    """A text that was read: *value* is MISSING if it could not be, and *findings* says why."""

    value: Any
    text: str
    findings: list[Finding]


def read(data: str | bytes | bytearray) -> Document:
    """Reads one JSON text (RFC 8259). Never raises, whatever *data* holds.

    Integers of any length are read; ``NaN`` and its like, which are no JSON, are refused.
    Of members that stand twice the last counts, with a warning that names both lines.
    """
    text = data if isinstance(data, str) else _decoded(bytes(data))
    if isinstance(text, Finding):
        return Document(MISSING, "", [text])
    findings = []
    if text.startswith("\ufeff"):
        text = text[1:]
        says = "the text begins with a byte order mark, which JSON must not have"
        findings.append(_finding("json-bom", says, text, 0, Severity.WARNING))
    reader = _Reader(text)
    value = reader.value()
    return Document(value, text, findings + reader.findings)


def place(findings: Sequence[Finding], text: str) -> list[Finding]:
    """The same findings with the lines and columns of their pointers in *text*.

    An unknown member is placed at its name, a missing one at the object it should be in,
    anything else at its value.
    """
    anchors = [
        finding.pointer.rpartition("/")[0] if finding.value is MISSING else finding.pointer
        for finding in findings
    ]
    spans = source.scan(text, anchors).spans
    return [
        _placed(finding, spans[anchor], text) if anchor in spans else finding
        for finding, anchor in zip(findings, anchors, strict=True)
    ]


def _placed(finding: Finding, span: source.Span, text: str) -> Finding:
    offset = span.name if isinstance(finding.row.check, Members) else span.value
    line, column = source.position(text, offset)
    return finding._replace(line=line, column=column)


def _finding(
    rule: str,
    says: str,
    text: str,
    offset: int,
    severity: Severity = Severity.ERROR,
    pointer: str = "",
) -> Finding:
    row = Rule(rule, "", Given(), severity=severity, says=says)
    return Finding(row, pointer, MISSING, *source.position(text, offset))


def _decoded(data: bytes) -> str | Finding:
    encoding = json.detect_encoding(data)
    if encoding.startswith("utf-8"):
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            says = f"byte {error.start + 1} is not UTF-8, in which JSON is sent"
            return _finding("json-encoding", says, data[: error.start].decode(), error.start)
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return _finding("json-encoding", "the text holds NUL bytes; JSON is UTF-8", "", 0)
    says = f"the text is {encoding[:6].upper()}; JSON is sent in UTF-8"
    return _finding("json-encoding", says, "", 0)


class _NoNumber(ValueError):
    """A word such as ``NaN`` that Python reads and JSON does not have."""


class _Reader:
    """One parse of one text; *findings* fills as :meth:`value` goes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.findings: list[Finding] = []
        self._duplicates = False

    def value(self) -> Any:
        decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=integer, parse_constant=self._constant
        )
        try:
            value = decoder.decode(self.text)
        except json.JSONDecodeError as error:
            empty = not self.text.strip()
            says = "the text is empty" if empty else f"this is not JSON: {error.msg}"
            return self._unreadable("json-syntax", says, error.pos)
        except _NoNumber as error:
            says = f"this is not JSON: there is no {error}"
            return self._unreadable("json-syntax", says, source.word(self.text, str(error)))
        except RecursionError:
            says = "arrays and objects are nested deeper than any reader will follow"
            return self._unreadable("json-depth", says, 0)
        if self._duplicates:
            self._name_duplicates()
        return value

    def _unreadable(self, rule: str, says: str, offset: int) -> Any:
        self.findings.append(_finding(rule, says, self.text, offset))
        return MISSING

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        self._duplicates = self._duplicates or len(members) != len(pairs)
        return members

    def _constant(self, word: str) -> NoReturn:
        raise _NoNumber(word)

    def _name_duplicates(self) -> None:
        for path, first, second in source.scan(self.text, (), duplicates=True).duplicates:
            lines = [source.position(self.text, offset).line for offset in (first, second)]
            says = f"the member stands twice, in lines {lines[0]} and {lines[1]}; the last counts"
            warning = _finding(
                "json-duplicate", says, self.text, second, Severity.WARNING, pointer=path
            )
            self.findings.append(warning)
