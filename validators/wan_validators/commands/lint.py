"""``wanproof lint``: checks payload files and reports findings."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from argparse import Namespace
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from ..bulk.processes import choose_jobs
from ..catalog import check_model
from ..command import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE, Command, UsageError
from ..frozen import replace
from ..progress import ProgressBar
from ..record_linter import RecordLinter
from ..reporters import Summary
from ..reporters.factory import STATISTICS_FORMATS, create_reporter
from ..selection import Selection
from ..source import files
from ..spec import Severity
from .fix import show_diffs, write_fixes
from .lint_inputs import find_fixable, find_inputs, read_input
from .lint_options import SEVERITIES, add_arguments
from .lint_run import LintRun
from .pricing import build_totals, report_problems

__all__ = ["COMMAND"]


def run(options: Namespace) -> int:
    if options.config_schema:
        return _print_config_schema()
    failing = [Severity(each) for each in SEVERITIES[: SEVERITIES.index(options.fail_on) + 1]]
    if options.statistics and options.format not in STATISTICS_FORMATS:
        formats = ", ".join(STATISTICS_FORMATS)
        raise UsageError(f"--statistics is for --format {formats}, not for {options.format}")
    linter = _build_linter(options)
    inputs = find_inputs(options)
    if options.diff:
        return show_diffs(find_fixable(inputs), linter.find_model, lined=options.jsonl)
    if options.fix:
        write_fixes(find_fixable(inputs), linter.find_model, lined=options.jsonl)
    summary = Summary(costs=linter.totals)
    with ExitStack() as cleanup:
        reporter = create_reporter(
            options.format,
            _open_output(options.output, cleanup),
            os.environ,
            failing,
            quiet=options.quiet,
            statistics=options.statistics,
        )
        try:
            names = [file.name for file in inputs]
            err = io.StringIO() if options.quiet else sys.stderr
            with ProgressBar(lambda: files.total_size(names), err) as bar:
                run = LintRun(reporter, summary, bar, options.max_findings)
                run.lint(read_input(inputs, options), linter, choose_jobs(options.jobs))
        finally:
            # The output must be a complete document even after an error or an interrupt.
            reporter.end(summary)
    is_over = summary.costs is not None and report_problems(summary.costs)
    return _exit_code(summary, failing, is_over=is_over, exit_zero=options.exit_zero)


def _wants_costs(options: Namespace) -> bool:
    return bool(options.cost or options.prices or options.max_cost is not None)


def _build_linter(options: Namespace) -> RecordLinter:
    """Builds the linter of this run. Raises UsageError or UnknownModel for wrong options."""
    if options.media_root is not None and not options.media_root.is_dir():
        raise UsageError(f"--media-root {options.media_root} is not a directory")
    model = None if options.model is None else check_model(options.model)
    linter = RecordLinter(
        find_model=lambda source: model,
        selection=_build_selection(options),
        now=time.time() if options.now is None else options.now,
        media_root=options.media_root,
        max_findings=options.max_per_payload,
        totals=build_totals(options) if _wants_costs(options) else None,
    )
    models = getattr(options, "models", None)
    if not models:
        return linter
    from ..file_models import FileModels

    of_files = FileModels(models, options.folders["models"])
    return replace(linter, find_model=lambda source: of_files.find(source) or model)


def _build_selection(options: Namespace) -> Selection:
    per_file = getattr(options, "per_file_ignores", None) or {}
    if not (options.select or options.ignore or per_file):
        return Selection()
    from ..selection_building import build_selection

    folder = options.folders.get("per_file_ignores", Path.cwd())
    return build_selection(options.select, options.ignore, per_file, folder)


def _open_output(path: Path | None, cleanup: ExitStack) -> TextIO:
    """Opens *path* for writing, or returns standard output."""
    if path is None or path == Path("-"):
        return sys.stdout
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return cleanup.enter_context(path.open("w", encoding="utf-8", errors="backslashreplace"))
    except OSError as error:
        raise UsageError(f"cannot write --output {path}: {error.strerror}") from error


def _exit_code(
    summary: Summary, failing: Collection[Severity], *, is_over: bool, exit_zero: bool
) -> int:
    if summary.unreadable:
        return EXIT_USAGE
    is_failing = is_over or any(summary.count(severity) for severity in failing)
    return EXIT_FINDINGS if is_failing and not exit_zero else EXIT_OK


def _print_config_schema() -> int:
    from ..configuration.keys import build_schema

    print(json.dumps(build_schema(), indent=2))
    return EXIT_OK


COMMAND = Command(
    name="lint",
    summary="Check payloads against every documented rule of their models.",
    arguments=add_arguments,
    run=run,
    examples=(
        "wanproof lint payload.json",
        "wanproof lint --model wan2.5-i2v-preview requests.jsonl",
        "wanproof lint --diff payloads/",
        "wanproof lint --strict --format json payloads/ > findings.json",
        "wanproof lint --format sarif --output findings.sarif payloads/",
        "wanproof lint --select image --statistics payloads/",
        "generate-payload | wanproof lint -",
    ),
    notes="""exit codes:
  0  no payload has an error, or --exit-zero
  1  there are errors, or other findings of a severity that --fail-on includes; or
     --max-cost or --diff finds something
  2  wrong usage or unreadable input; the other input is checked
  3  internal error in wanproof""",
    is_configurable=True,
)
