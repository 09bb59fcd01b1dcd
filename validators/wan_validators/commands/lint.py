"""``wanproof lint``: checks payload files and reports findings."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ..catalog import model as get_model
from ..command import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE, Command, UsageError
from ..linter import lint
from ..progress import ProgressBar
from ..reporters import LintResult, Reporter, Summary
from ..reporters.excerpt import escape_controls
from ..reporters.json import JsonReporter
from ..reporters.text import TextReporter, wants_colour
from ..source import files
from ..source.files import Unreadable
from .fix import add_fix_arguments, show_diffs, write_fixes
from .pricing import add_cost_arguments, build_totals, report_problems

__all__ = ["COMMAND"]


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="a .json file has one payload, a .jsonl file one per line; a directory means all such "
        "files in and below it; - or no FILE is standard input",
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="the model of all payloads, or a path or URL that contains it "
        "(default: the member model of each payload)",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--now",
        metavar="TIME",
        type=_parse_moment,
        help="the time at which URLs must not have expired, in ISO 8601 or in seconds since 1970 "
        "(default: the current time)",
    )
    parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings, too")
    parser.add_argument(
        "--jsonl", action="store_true", help="read every file as one payload per line"
    )
    parser.add_argument("--cost", action="store_true", help="show the cost of each payload, too")
    add_cost_arguments(parser)
    add_fix_arguments(parser)


def run(options: Namespace) -> int:
    model = None if options.model is None else get_model(options.model).id
    names = files.expand(options.files or _sources_from_pipe())
    if options.diff:
        return show_diffs(names, model, lined=options.jsonl)
    if options.fix:
        write_fixes(names, model, lined=options.jsonl)
    reporter = _reporter(options.format)
    summary = Summary(costs=build_totals(options) if _wants_costs(options) else None)
    try:
        now = time.time() if options.now is None else options.now
        for result in _results(names, model, summary, now, lined=options.jsonl):
            reporter.result(result)
    finally:
        # The output must be a complete document even after an error or an interrupt.
        reporter.end(summary)
    is_over = summary.costs is not None and report_problems(summary.costs)
    return _exit_code(summary, strict=options.strict) or (EXIT_FINDINGS if is_over else EXIT_OK)


def _wants_costs(options: Namespace) -> bool:
    return bool(options.cost or options.prices or options.max_cost is not None)


def _results(
    names: Sequence[str], model: str | None, summary: Summary, now: float, *, lined: bool
) -> Iterator[LintResult]:
    """Yields the result of each record of the files *names*, and adds it to *summary*."""
    with ProgressBar(lambda: files.total_size(names), sys.stderr) as bar:
        for item in files.read(names, lined=lined):
            if isinstance(item, Unreadable):
                bar.hide()
                print(
                    f"wanproof: cannot read {escape_controls(item.source)}: {item.reason}",
                    file=sys.stderr,
                )
                summary.unreadable.append(item)
                continue
            report = lint(item.data, model, now=now)
            result = LintResult.from_report(item, report)
            if summary.costs is not None:
                result = replace(result, cost=report.estimate_cost(summary.costs.prices))
            summary.add(result)
            if result.findings:
                bar.hide()
            yield result
            bar.advance(len(item.data))


def _parse_moment(text: str) -> float:
    """Parses *text* to seconds since 1970; a time without a zone is in UTC."""
    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text), UTC).timestamp()
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as error:
        hint = "write for example 2026-01-31T12:00:00Z, or seconds since 1970"
        raise ArgumentTypeError(f"{text!r} is not a time; {hint}") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _sources_from_pipe() -> list[str]:
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("no files given; name the files to lint, or - for standard input")
    return [files.STDIN]


def _reporter(format: str) -> Reporter:
    if format == "json":
        return JsonReporter(sys.stdout)
    return TextReporter(sys.stdout, colour=wants_colour(sys.stdout, os.environ))


def _exit_code(summary: Summary, *, strict: bool) -> int:
    if summary.unreadable:
        return EXIT_USAGE
    return EXIT_FINDINGS if summary.errors or (strict and summary.warnings) else EXIT_OK


COMMAND = Command(
    name="lint",
    summary="Check payloads against every documented rule of their models.",
    arguments=arguments,
    run=run,
    examples=(
        "wanproof lint payload.json",
        "wanproof lint --model wan2.5-i2v-preview requests.jsonl",
        "wanproof lint --diff payloads/",
        "wanproof lint --strict --format json payloads/ > findings.json",
        "generate-payload | wanproof lint -",
    ),
    notes="""exit codes:
  0  no payload has an error
  1  there are errors, or warnings with --strict; or --max-cost or --diff finds something
  2  wrong usage or unreadable input; the other input is checked
  3  internal error in wanproof""",
)
