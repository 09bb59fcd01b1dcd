"""``wanproof lint``: files in, findings out."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence

from ..catalog import model as named
from ..command import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE, Command, UsageError
from ..linter import lint
from ..progress import ProgressBar
from ..reporters import LintResult, Reporter, Summary
from ..reporters.excerpt import escape_controls
from ..reporters.json import JsonReporter
from ..reporters.text import TextReporter, wants_colour
from ..source import files
from ..source.files import Unreadable


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help=".json holds one payload, .jsonl one a line; a directory stands for all such files "
        "in and below it; - is standard input, also when there is no FILE",
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="the model all payloads are for, or a path or URL with it; "
        "without this, each payload's own member model decides",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--strict", action="store_true", help="let warnings fail as errors do")
    parser.add_argument(
        "--jsonl", action="store_true", help="read everything as one payload a line"
    )


def run(options: Namespace) -> int:
    model = None if options.model is None else named(options.model).id
    names = files.expand(options.files or _sources_from_pipe())
    reporter = _reporter(options.format)
    summary = Summary()
    try:
        for result in _results(names, model, summary, lined=options.jsonl):
            reporter.result(result)
    finally:
        # Even after a fault or an interrupt, what was written so far is a whole document.
        reporter.end(summary)
    return _exit_code(summary, strict=options.strict)


def _results(
    names: Sequence[str], model: str | None, summary: Summary, *, lined: bool
) -> Iterator[LintResult]:
    """The result of each record of the files *names*, which is also added to *summary*."""
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
            result = LintResult.from_report(item, lint(item.data, model))
            summary.add(result)
            if result.findings:
                bar.hide()
            yield result
            bar.advance(len(item.data))


def _sources_from_pipe() -> list[str]:
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("name the files to lint, or - for standard input")
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
    summary="Hold payloads against every documented rule of their models.",
    arguments=arguments,
    run=run,
    examples=(
        "wanproof lint payload.json",
        "wanproof lint --model wan2.5-i2v-preview requests.jsonl",
        "wanproof lint --strict --format json payloads/ > findings.json",
        "generate-payload | wanproof lint -",
    ),
    notes="""exit codes:
  0  no payload has an error
  1  there are errors (with --strict, or warnings)
  2  wrong usage, or input that could not be read; the rest was linted
  3  a fault of wanproof's own""",
)
