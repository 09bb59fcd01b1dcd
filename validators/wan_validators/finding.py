"""What a linter finds: a broken rule, where, and what stood there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .spec import Rule, Severity

__all__ = ["Finding", "Report"]


class Finding(NamedTuple):
    """One broken rule. *pointer* is a JSON Pointer into the payload as it was given.

    *value* is what stood there (``MISSING`` if nothing did). *line* and *column* count from
    1, columns in code points, and are None where the payload was no text; a member that is
    missing is placed at the object it is missing from. The texts are made when asked for.
    """

    row: Rule
    pointer: str
    value: Any
    line: int | None = None
    column: int | None = None

    @property
    def rule(self) -> str:
        """The stable id of the rule, in words, the same at every vendor."""
        return self.row.id

    @property
    def code(self) -> str | None:
        """The vendor's code for it; None where the documents have none."""
        return self.row.code

    @property
    def severity(self) -> Severity:
        return self.row.severity

    @property
    def message(self) -> str:
        """What the API answers where a code is documented; our own words elsewhere."""
        from .messages.text import describe_violation

        return self.row.message or describe_violation(self.row, self.pointer, self.value)

    @property
    def allowed(self) -> str | None:
        """What would have been accepted."""
        from .messages.text import describe_allowed

        return describe_allowed(self.row.constraint)

    @property
    def got(self) -> Any:
        """What was there instead: a short JSON value. None for null, and for nothing."""
        from .messages.text import describe_got

        return describe_got(self.row, self.value)

    @property
    def hint(self) -> str | None:
        """What to do about it, where that can be told from the value."""
        from .messages.hints import build_hint

        return build_hint(self.row, self.pointer, self.value)

    def as_dict(self) -> dict[str, Any]:
        """The finding as a JSON object; see the README for its members."""
        return {
            "rule": self.rule,
            "code": self.code,
            "severity": str(self.severity),
            "pointer": self.pointer,
            "message": self.message,
            "allowed": self.allowed,
            "got": self.got,
            "hint": self.hint,
            "line": self.line,
            "column": self.column,
        }


class Report:
    """All findings about one payload, and the model whose rules it was held to.

    *model* is None if the payload was not even good enough to tell.
    """

    __slots__ = ("findings", "model")

    def __init__(self, model: str | None, findings: Sequence[Finding]) -> None:
        self.model = model
        self.findings = findings

    @property
    def valid(self) -> bool:
        """Whether there is no error; warnings and infos do not count."""
        return not self.errors

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.WARNING]

    def __repr__(self) -> str:
        rules = [finding.rule for finding in self.findings]
        return f"Report(model={self.model!r}, valid={self.valid}, findings={rules})"
