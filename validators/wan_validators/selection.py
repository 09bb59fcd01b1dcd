"""Selects the findings of a run, and of single files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .finding import Report
from .frozen import Frozen, field

if TYPE_CHECKING:
    from .source.path_patterns import PathPatterns

__all__ = ["Names", "Selection"]

Names = frozenset[str]
"""Ids of rules and codes of vendors."""


class Selection(Frozen):
    """What to report: rules and codes. None in *selected* means all of them."""

    selected: Names | None = None
    ignored: Names = frozenset()
    per_file: Sequence[tuple[PathPatterns, Names]] = field(default_factory=tuple)

    def apply(self, source: str, report: Report) -> Report:
        """Returns *report* on the file *source* without the findings that are not wanted."""
        if not report.findings:
            return report
        ignored = self.ignored.union(
            *(names for patterns, names in self.per_file if patterns.match(source))
        )
        if self.selected is None and not ignored:
            return report
        kept = [each for each in report.findings if self._is_wanted(each.rule, each.code, ignored)]
        omitted = report.omitted.filter(lambda key: self._is_wanted(*key[:2], ignored))
        return Report(report.model, kept, omitted=omitted)

    def _is_wanted(self, rule: str, code: str | None, ignored: Names) -> bool:
        names = {rule, code}
        return not names & ignored and (self.selected is None or bool(names & self.selected))
