"""Opens and ends the report of a run: its output, its counts and its exit code."""

from __future__ import annotations

import io
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TextIO

from ..command import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE, UsageError
from ..progress import ProgressBar
from ..reporters import Summary
from ..reporters.factory import STATISTICS_FORMATS, create_reporter
from ..spec import Severity
from .lint_options import SEVERITIES
from .lint_run import LintRun
from .pricing import report_problems

if TYPE_CHECKING:
    from pathlib import Path

    from ..bulk.shards import Shard

__all__ = ["check_format", "end_run", "open_run"]


def check_format(options: Namespace) -> None:
    """Raises UsageError if the format cannot have what is wanted of it."""
    if options.statistics and options.format not in STATISTICS_FORMATS:
        formats = ", ".join(STATISTICS_FORMATS)
        raise UsageError(f"--statistics is for --format {formats}, not for {options.format}")


@contextmanager
def open_run(
    options: Namespace,
    summary: Summary,
    get_total: Callable[[], int | None],
    shard: Shard | None = None,
) -> Iterator[LintRun]:
    """Opens a run that fills *summary*, and ends its report. *get_total* returns its bytes."""
    with ExitStack() as cleanup:
        reporter = create_reporter(
            options.format,
            _open_output(options.output, cleanup),
            os.environ,
            _find_failing(options),
            quiet=options.quiet,
            statistics=options.statistics,
            shard=shard,
        )
        try:
            with ProgressBar(get_total, io.StringIO() if options.quiet else sys.stderr) as bar:
                yield LintRun(reporter, summary, bar, options.max_findings)
        except BaseException:
            summary.is_complete = False
            raise
        finally:
            # The output must be a complete document even after an error or an interrupt.
            reporter.end(summary)


def end_run(summary: Summary, options: Namespace) -> int:
    """Prints which limit of the costs is not kept, and returns the exit code."""
    is_over = summary.costs is not None and report_problems(summary.costs)
    if summary.unreadable:
        return EXIT_USAGE
    is_failing = is_over or any(summary.count(severity) for severity in _find_failing(options))
    return EXIT_FINDINGS if is_failing and not options.exit_zero else EXIT_OK


def _find_failing(options: Namespace) -> list[Severity]:
    return [Severity(each) for each in SEVERITIES[: SEVERITIES.index(options.fail_on) + 1]]


def _open_output(path: Path | None, cleanup: ExitStack) -> TextIO:
    """Opens *path* for writing, or returns standard output."""
    if path is None or str(path) == "-":
        return sys.stdout
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return cleanup.enter_context(path.open("w", encoding="utf-8", errors="backslashreplace"))
    except OSError as error:
        raise UsageError(f"cannot write --output {path}: {error.strerror}") from error
