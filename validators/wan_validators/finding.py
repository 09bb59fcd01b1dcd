"""Findings and reports: the broken rules of one payload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .messages.context import Change, Context, Hint
from .omitted import NOTHING_OMITTED, Omitted
from .source.json_pointer import MISSING
from .spec import UNKNOWN_MEMBER, Rule, Severity

if TYPE_CHECKING:
    from .cost import Cost
    from .outputs import Price

__all__ = ["Finding", "Report", "share_context"]


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
        from .messages.text import describe_violation

        if self.row.message:
            return self.row.message
        text = describe_violation(self.row, self.pointer, self.value)
        home = self._find_home()
        return text if home is None else f"{text} here; it belongs at {home}"

    @property
    def allowed(self) -> str | None:
        """The accepted values, as a phrase."""
        from .messages.allowed_values import describe_allowed

        return describe_allowed(self.row.constraint)

    @property
    def got(self) -> Any:
        """A short JSON value for the actual value. None for null and for a missing value."""
        from .messages.text import describe_got

        return describe_got(self.row, self.value)

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
        spec = self.context.spec if self.context else None
        return None if spec is None or spec.confidence == "high" else spec.basis

    def _build_hint(self) -> Hint | None:
        from .messages.hints import build_hint

        return build_hint(self.row, self.pointer, self.value, self.context)

    def _find_home(self) -> str | None:
        context = self.context
        if context is None or self.row.id != UNKNOWN_MEMBER:
            return None
        from .messages.members import find_home

        home = find_home(context, context.to_inner(self.pointer))
        return None if home is None else context.to_outer(home)

    def as_dict(self) -> dict[str, Any]:
        """Returns the finding as a JSON object; see docs/reference/json-formats.md."""
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
            **({"basis": self.basis} if self.basis else {}),
        }


def share_context(findings: Sequence[Finding]) -> list[Finding]:
    """Returns *findings* of one payload with one context, which lints it once for all hints."""
    contexts: dict[int, Context] = {}
    return [
        each._replace(origin=contexts.setdefault(id(each.origin[1]), Context(*each.origin)))
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
