"""Pieces of the input of ``wanproof lint``, and what is known of them after linting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from ..clean_lines import CleanPayloads
from ..frozen import Frozen
from ..plain_finding import PlainFinding
from ..record_linter import RecordLinter
from ..reporters import LintResult, Summary
from ..reporters.finding_texts import format_got
from ..source.files import LineBlock, Record, Skipped, Unreadable

__all__ = ["Piece", "PieceLinter", "PieceReport", "group_pieces", "make_plain"]

_TASK_BYTES: Final = 1 << 18
_TASK_PIECES: Final = 1000
"""The size of a task: large against the costs of sending it, small against those of linting."""


class Piece(Frozen):
    """A record or many lines. *is_found* is true if only the folder of the file was named."""

    content: Record | Unreadable | LineBlock
    is_found: bool = False

    @property
    def size(self) -> int:
        return 0 if isinstance(self.content, Unreadable) else len(self.content.data)

    def lint(
        self, linter: RecordLinter
    ) -> Iterator[LintResult | CleanPayloads | Unreadable | Skipped]:
        """Yields what *linter* knows of each record."""
        if isinstance(self.content, LineBlock):
            return linter.lint_block(self.content, is_found=self.is_found)
        return linter.lint(self.content, is_found=self.is_found)


def group_pieces(pieces: Iterable[Piece]) -> Iterator[Sequence[Piece]]:
    """Yields *pieces* in groups of a size that is worth sending to another process."""
    group: list[Piece] = []
    size = 0
    for piece in pieces:
        group.append(piece)
        size += piece.size
        if size >= _TASK_BYTES or len(group) >= _TASK_PIECES:
            yield group
            group, size = [], 0
    if group:
        yield group


class PieceReport(Frozen):
    """What another process says of its pieces: counts, and texts or plain results to report."""

    summary: Summary
    size: int
    text: str
    results: Sequence[LintResult]


class PieceLinter(Frozen):
    """Lints pieces, and formats results with *format*; without it, results are made plain."""

    linter: RecordLinter
    format: Callable[[LintResult], str] | None = None

    def lint(self, pieces: Sequence[Piece]) -> PieceReport:
        """Returns what is known of *pieces*."""
        summary = Summary()
        if self.linter.totals is not None:
            from ..cost_totals import CostTotals

            summary.costs = CostTotals()
        texts: list[str] = []
        results: list[LintResult] = []
        size = 0
        for piece in pieces:
            size += piece.size
            for each in piece.lint(self.linter):
                if isinstance(each, LintResult):
                    summary.add(each)
                    if self.format is None:
                        results.append(make_plain(each))
                    else:
                        texts.append(self.format(each))
                else:
                    summary.add_other(each)
        return PieceReport(summary, size, "".join(texts), results)


def make_plain(result: LintResult) -> LintResult:
    """Returns *result* without its payload, so that it can be sent."""
    record = result.record._replace(data=b"", embedding=None)
    findings = [
        PlainFinding(each.as_dict(), format_got(each), excerpt)
        for each, excerpt in (result.get_excerpts() if result.findings else ())
    ]
    return result._replace(record=record, findings=findings)
