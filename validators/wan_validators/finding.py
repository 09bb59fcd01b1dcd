"""Findings and reports: the broken rules of one payload."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from .messages.context import Change, Context, Hint
from .omitted import NOTHING_OMITTED, Omitted
from .source.json_pointer import MISSING
from .spec import UNKNOWN_MEMBER, Rule, Severity

if TYPE_CHECKING:
    from .cost import Cost
    from .outputs import Price

__all__ = ["Finding", "Report", "share_context"]


class _Messages(NamedTuple):
    """The functions that describe findings."""

    describe_violation: Callable[[Rule, str, Any], str]
    describe_allowed: Callable[[Any], str | None]
    describe_got: Callable[[Rule, Any], Any]
    build_hint: Callable[[Rule, str, Any, Context | None], Hint | None]
    find_home: Callable[[Context, str], str | None]


@cache
def _load_messages() -> _Messages:
    """Loads the functions, which most payloads do not need.

    An import statement takes as long as to build a message, also if the module is loaded.
    """
    from .messages.allowed_values import describe_allowed
    from .messages.hints import build_hint
    from .messages.members import find_home
    from .messages.text import describe_got, describe_violation

    return _Messages(describe_violation, describe_allowed, describe_got, build_hint, find_home)


class Finding(NamedTuple):
    """One broken rule. *pointer* is a JSON Pointer into the original payload.

    *value* is the value there (``MISSING`` if there is none). *line* and *column* count from
    1, columns in code points. They are None if the payload was not text. A missing member
    has the position of its object. *origin* is a Context, or its arguments: an engine
    has no time to build one. Messages and hints are built on access.
    """

    row: Rule
    pointer: str
    value: Any
    line: int | None = None
    column: int | None = None
    origin: Any = None

    def __repr__(self) -> str:
        return f"Finding({self.row!r}, {self.pointer!r}, {self.value!r})"

    @property
    def context(self) -> Context | None:
        """The whole payload and its spec, for hints."""
        return Context(*self.origin) if type(self.origin) is tuple else self.origin

    @property
    def rule(self) -> str:
        """The stable id of the rule, the same at every vendor."""
        return self.row.id

    @property
    def code(self) -> str | None:
        """The vendor's documented error code, or None."""
        return self.row.code

    @property
    def severity(self) -> Severity:
        return self.row.severity

    @property
    def message(self) -> str:
        """The API's text if a code is documented, otherwise a description."""
        if self.row.message:
            return self.row.message
        text = _load_messages().describe_violation(self.row, self.pointer, self.value)
        home = self._find_home()
        return text if home is None else f"{text} here; it belongs at {home}"

    @property
    def allowed(self) -> str | None:
        """The accepted values, as a phrase."""
        return _load_messages().describe_allowed(self.row.constraint)

    @property
    def got(self) -> Any:
        """A short JSON value for the actual value. None for null and for a missing value."""
        return _load_messages().describe_got(self.row, self.value)

    @property
    def hint(self) -> str | None:
        """The correction, if the value shows which one is meant."""
        found = self._build_hint()
        return None if found is None else found.text

    @property
    def changes(self) -> tuple[Change, ...]:
        """The hint as changes of the original payload; empty if it is advice in words."""
        found = self._build_hint()
        return () if found is None else found.changes

    @property
    def basis(self) -> str | None:
        """Source, date and confidence of the model's table; None for a page read completely."""
        context = self.context
        if context is None or context.spec.confidence == "high":
            return None
        return context.spec.basis

    def _build_hint(self) -> Hint | None:
        return _load_messages().build_hint(self.row, self.pointer, self.value, self.context)

    def _find_home(self) -> str | None:
        if self.row.id != UNKNOWN_MEMBER or (context := self.context) is None:
            return None
        home = _load_messages().find_home(context, context.to_inner(self.pointer))
        return None if home is None else context.to_outer(home)

    def place(self, line: int | None, column: int | None, origin: Any) -> Finding:
        """Returns the finding with another position and origin, in half the time of _replace."""
        values = self.row, self.pointer, self.value, line, column, origin
        return tuple.__new__(Finding, values)

    def as_dict(self) -> dict[str, Any]:
        """Returns the finding as a JSON object; see docs/reference/json-formats.md."""
        row = self.row
        members = {
            "rule": row.id,
            "code": row.code,
            "severity": row.severity.value,
            "pointer": self.pointer,
            "message": self.message,
            "allowed": self.allowed,
            "got": self.got,
            "hint": self.hint,
            "line": self.line,
            "column": self.column,
        }
        if basis := self.basis:
            members["basis"] = basis
        return members


def share_context(findings: Sequence[Finding]) -> list[Finding]:
    """Returns *findings* of one payload with one context, which lints it once for all hints."""
    contexts: dict[int, Context] = {}
    return [
        each.place(
            each.line,
            each.column,
            contexts.get(id(each.origin[1]))
            or contexts.setdefault(id(each.origin[1]), Context(*each.origin)),
        )
        if type(each.origin) is tuple
        else each
        for each in findings
    ]


class Report:
    """All findings about one payload, and the model whose rules were checked.

    *model* is None if the payload names no known model. *payload* is what was checked,
    MISSING if it was not JSON. *omitted* counts the findings over the limit, which are not listed.
    """

    __slots__ = ("findings", "model", "omitted", "payload")

    def __init__(
        self,
        model: str | None,
        findings: Sequence[Finding],
        payload: Any = MISSING,
        omitted: Omitted = NOTHING_OMITTED,
    ) -> None:
        self.model = model
        self.findings = findings
        self.payload = payload
        self.omitted = omitted

    def __eq__(self, other: object) -> bool:
        """Compares everything but the origin of findings, which are the same objects or not."""
        return isinstance(other, Report) and self._get_compared() == other._get_compared()

    __hash__ = None  # type: ignore[assignment]

    def _get_compared(self) -> tuple[Any, ...]:
        findings = [each[:-1] for each in self.findings]
        return self.model, findings, self.payload, self.omitted

    @property
    def cost(self) -> Cost:
        """The estimated cost at the shipped prices, unknown if the model is not known."""
        return self.estimate_cost()

    def estimate_cost(self, prices: Mapping[str, Price] | None = None) -> Cost:
        """Estimates the cost at *prices*, by model, instead of the shipped ones."""
        from .cost import estimate_cost

        return estimate_cost(self.model, self.payload, self.findings, prices)

    @property
    def valid(self) -> bool:
        """True if there are no errors; warnings and infos do not count."""
        if not self.findings and not self.omitted:
            return True
        return not self.errors and not self.omitted.count(Severity.ERROR)

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.WARNING]

    def __repr__(self) -> str:
        rules = [finding.rule for finding in self.findings]
        more = f", omitted={str(self.omitted)!r}" if self.omitted else ""
        return f"Report(model={self.model!r}, valid={self.valid}, findings={rules}{more})"
