"""``wanproof check`` checks a client in any language against the mock server."""

from __future__ import annotations

import json
import os
import sys
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from wan_validators.catalog import catalog
from wan_validators.command import EXIT_FINDINGS, EXIT_OK, Command, UsageError
from wan_validators.messages.formatting import format_count
from wan_validators.optional_dependencies import explain_missing_extra

from . import client_selection
from .listen import add_arguments as add_listen_arguments
from .listen import check_options, run_listener
from .options import add_arguments as add_check_arguments
from .options import parse_reports

if TYPE_CHECKING:
    from ..results.replay import ClientSpec
    from ..results.report import ContractReport
    from ..runner.aggregation import Aggregator

__all__ = ["COMMAND", "EXIT_INTERRUPTED", "add_arguments", "keep_directory_clean", "run"]

EXIT_INTERRUPTED: Final = 128 + 2


def add_arguments(parser: ArgumentParser) -> None:
    client_selection.add_arguments(parser)
    add_listen_arguments(parser)
    add_check_arguments(parser)


def run(options: Namespace) -> int:
    if options.list:
        return _print_laws()
    if options.schema:
        return _print_schema(options.schema)
    check_options(options)
    client_spec = client_selection.parse_client_spec(options)
    if client_spec is None and options.listen is None:
        raise UsageError(
            "name a client: --client PLACE for one in Python, or a command after --; or add "
            "--listen for one that wanproof cannot start"
        )
    files = parse_reports(options)
    for path in (*(path for _, path in files), *filter(None, (options.badge,))):
        # An unwritable path fails here, before the long run.
        _write_file(path, None)
    before = {*threading.enumerate()}
    with keep_directory_clean():
        report = _run_check(client_spec, options) if client_spec else run_listener(options)
        _write_reports(report, options, files)
    code = EXIT_OK if _is_passing(report, strict=options.strict) else EXIT_FINDINGS
    return _finish_process(EXIT_INTERRUPTED if report.interrupted else code, before)


@contextmanager
def keep_directory_clean() -> Iterator[None]:
    """Keeps Hypothesis from creating its folder in the user's working directory.

    A folder that the environment names stays in use, as what it keeps shortens the start.
    """
    with explain_missing_extra():
        from hypothesis.configuration import set_hypothesis_home_dir

    if os.environ.get("HYPOTHESIS_STORAGE_DIRECTORY"):
        yield
        return
    with TemporaryDirectory(prefix="wanproof-") as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


def _run_check(client_spec: ClientSpec, options: Namespace) -> ContractReport:
    """Returns the report of the run, and shows its progress on a terminal."""
    from wan_validators.progress import ProgressBar

    from ..runner.options import build_plan, read_known_failures, run_plan

    plan = build_plan(options, once=client_spec.form == "command")
    known_failures = read_known_failures(options.expect)
    client = client_selection.create_client(client_spec)
    total = 0
    with ProgressBar(lambda: total or None, sys.stderr, counted="calls") as bar:

        def watch(aggregator: Aggregator, max_calls: int) -> None:
            nonlocal total
            total = max_calls if plan.seconds is None else 0
            bar.advance(1, f"{format_count(len(aggregator.broken), 'law')} broken")

        folder = Path(options.replays)
        report = run_plan(
            client, plan, known_failures, client_spec=client_spec, folder=folder, watch=watch
        )
    return replace(report, source=client_selection.find_source(client_spec, client))


def _write_reports(
    report: ContractReport, options: Namespace, files: list[tuple[str, Path]]
) -> None:
    from ..reporters import render
    from ..reporters.badge import render_report as badge
    from ..reporters.terminal import write

    if options.format == "text":
        write(report, sys.stdout, os.environ)
    else:
        print(render(options.format, report))
    for kind, path in files:
        _write_file(path, render(kind, report))
    if options.badge:
        _write_file(options.badge, badge(report))


def _write_file(path: Path, text: str | None) -> None:
    """Writes *text* to *path*. None only checks that *path* is writable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if text is None else "w", encoding="utf-8") as file:
            file.write(text or "")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def _finish_process(code: int, before: set[threading.Thread]) -> int:
    """Returns *code*, or ends the process if the client left threads running.

    Python waits for such threads at its exit, possibly for ever.
    """
    left = [each for each in {*threading.enumerate()} - before if not each.daemon]
    if left:
        threads = format_count(len(left), "thread")
        message = f"wanproof: ending {threads} that the client left running"
        print(message, file=sys.stderr, flush=True)
        sys.stdout.flush()
        os._exit(code)
    return code


def _is_passing(report: ContractReport, *, strict: bool) -> bool:
    from ..results.report import Status

    return report.passed and not (strict and report.status_counts[Status.WARN])


def _print_laws() -> int:
    from ..laws import LAWS
    from ..reporters.descriptions import build_law_url

    for law in LAWS:
        print(f"{law.id}  {law.level}, {law.group}")
        print(f"  {law.statement}\n  source: {law.source}\n  hint: {law.hint}")
        print(f"  docs: {build_law_url(law)}")
    print("\ndocuments:")
    for source in sorted(spec.source for spec in catalog()):
        print(f"  {source}")
    return EXIT_OK


def _print_schema(name: str) -> int:
    from ..protocol.schemas import SCHEMAS

    print(json.dumps(SCHEMAS[name], indent=2))
    return EXIT_OK


COMMAND = Command(
    name="check",
    summary="Check a client in any language against the documents and the server's errors.",
    arguments=add_arguments,
    run=run,
    examples=(
        "wanproof check --client my_package.client:make_client",
        "wanproof check --stdio -- node my-client.mjs",
        "wanproof check --stdio --in-flight 4 -- node my-client.mjs",
        "wanproof check -- ./my-client.sh",
        "wanproof check --client client.py:Client --profile money-safe --badge badge.json",
        "wanproof check --client client.py:Client --expect known.toml --report junit=check.xml",
        "wanproof check --listen 127.0.0.1:8322 --model wan2.5-i2i-preview --brief",
        "wanproof check --list",
    ),
    notes="""exit codes:
  0  no MUST law is broken (with --strict, no SHOULD law either), except known failures
  1  a law is broken that is not a known failure, a known failure passes, or no call completed
  2  wrong usage, a client that cannot be started, or no call to judge
  3  internal error in wanproof
  130  interrupted; the report has the results up to the interrupt (Ctrl-C is the usual end of
       a run with --listen, which exits with 0 or 1)""",
    is_configurable=True,
)
