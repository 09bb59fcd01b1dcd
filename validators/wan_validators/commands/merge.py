"""``wanproof merge``: makes one report of those of all shards, or of several runs."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from ..command import Command, UsageError
from ..reporters import Summary
from ..source import files
from .lint_options import add_ending_options, add_report_options
from .lint_output import check_format, end_run, open_run
from .pricing import add_limit_arguments

if TYPE_CHECKING:
    from ..bulk.lint_documents import LintDocument
    from ..cost_totals import CostTotals
    from .lint_run import LintRun

__all__ = ["COMMAND"]


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="what wanproof lint --format json wrote: for each shard of a run, in any order; or "
        "for several runs",
    )
    group = parser.add_argument_group("output")
    add_report_options(group)
    add_ending_options(parser.add_argument_group("findings"))
    add_limit_arguments(parser.add_argument_group("costs"))


def run(options: Namespace) -> int:
    from ..bulk.lint_documents import LintDocument, order_documents
    from ..cost_totals import CostTotals

    check_format(options)
    documents = order_documents([LintDocument(name) for name in options.files])
    totals = CostTotals(limit=options.max_cost, allow_unknown=options.allow_unknown_cost)
    summary = Summary()
    with open_run(options, summary, lambda: files.total_size(options.files)) as lint_run:
        for document in documents:
            _add_document(document, lint_run, summary, totals)
    if options.max_cost is not None and summary.costs is None:
        raise UsageError("the reports have no costs for --max-cost; lint with --cost")
    return end_run(summary, options)


def _add_document(
    document: LintDocument, lint_run: LintRun, summary: Summary, totals: CostTotals
) -> None:
    """Adds *document* to the run, and uses *totals* if there are costs."""
    for result, size in document.read_results():
        if result.cost is not None:
            summary.costs = totals
        lint_run.add(result)
        lint_run.advance(size)
    if document.has_costs:
        summary.costs = totals
    unreadable = document.unreadable
    if document.shard is not None and unreadable[:1] == summary.unreadable[-1:]:
        del unreadable[:1]  # two shards of one file that could not be opened
    for each in unreadable:
        lint_run.add(each)
    for source in document.skipped_files:
        lint_run.add(files.Skipped(source, "file"))
    summary.skipped["request"] += document.skipped_requests


COMMAND = Command(
    name="merge",
    summary="Make one report of the reports of shards, or of several runs of lint.",
    arguments=arguments,
    run=run,
    examples=(
        "wanproof merge 1.json 2.json 3.json",
        "wanproof merge --format sarif --output findings.sarif shards/*.json",
        "wanproof merge --strict --statistics shards/*.json",
    ),
    notes="""The reports come from wanproof lint --format json. Those of shards (--shard) become
what one run would have reported, in every format; a missing or doubled shard is an error.

exit codes, as of wanproof lint:
  0  no payload has an error, or --exit-zero
  1  there are errors, or other findings of a severity that --fail-on includes; or
     --max-cost finds something
  2  wrong usage, a report that is missing or damaged, or input that lint could not read
  3  internal error in wanproof""",
)
