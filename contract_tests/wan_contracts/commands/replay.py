"""``wanproof replay`` repeats one call that broke a law."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

from wan_validators.command import EXIT_FINDINGS, EXIT_OK, Command, UsageError

from . import client_selection

__all__ = ["COMMAND", "add_arguments", "run"]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a replay file of `wanproof check`")
    client_selection.add_arguments(parser)


def run(options: Namespace) -> int:
    from ..reporters.terminal import write
    from ..results.replay import Replay
    from ..runner.runner import replay_case

    replay = Replay.load(options.file)
    client_spec = client_selection.parse_client_spec(options) or replay.client
    client = client_selection.create_client(client_spec)
    report = replay_case(
        client, replay.case, replay.time_profile, replay.law, full_size=replay.full_size
    )
    if report.unsupported:
        raise UsageError("the client does not support this call: its outcome is unsupported")
    (result,) = report.results
    if result.failure:
        failure = replace(result.failure, replay=options.file.as_posix())
        report = replace(report, results=[replace(result, failure=failure)])
    write(report, sys.stdout, os.environ)
    return EXIT_FINDINGS if result.broken else EXIT_OK


COMMAND = Command(
    name="replay",
    summary="Repeat one call that broke a law, from a file of `wanproof check`.",
    arguments=add_arguments,
    run=run,
    examples=(
        "wanproof replay .wanproof/one-charge.json",
        "wanproof replay .wanproof/one-charge.json --client my_client.py:Client",
    ),
    notes="""exit codes:
  0  the law is kept now, or does not apply to the call any more
  1  the law is still broken
  2  wrong usage, or a file or a client that cannot be used
  3  internal error in wanproof""",
)
