"""``wanproof replay`` repeats one call that broke a law, and the calls that it needs before."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wan_validators.command import EXIT_FINDINGS, EXIT_OK, Command, UsageError
from wan_validators.reporters.excerpt import escape_controls

from . import client_selection

if TYPE_CHECKING:
    from ..results.replay import ClientSpec

__all__ = ["COMMAND", "EXIT_NOT_JUDGED", "add_arguments", "run"]

EXIT_NOT_JUDGED: Final = 4


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a replay file of `wanproof check`")
    parser.add_argument(
        "--trust",
        action="store_true",
        help="run the client that FILE names, a command or a Python module; only for files that "
        "you made yourself",
    )
    client_selection.add_arguments(parser)


def run(options: Namespace) -> int:
    from ..reporters.descriptions import format_remark
    from ..reporters.terminal import write
    from ..results.replay import Replay
    from ..runner.runner import replay_case

    replay = Replay.load(options.file)
    client_spec = client_selection.parse_client_spec(options)
    if client_spec is None:
        client_spec = replay.client
        action = _describe_start(client_spec)
        if not options.trust:
            raise UsageError(
                f"{options.file} names a client, which would {action}; if that is what you want, "
                "add --trust, or name the client with --client or with a command after --"
            )
        print(f"wanproof replay: {options.file} lets wanproof {action}", file=sys.stderr)
    elif options.trust:
        raise UsageError("--trust is for the client that FILE names; here another one is named")
    client = client_selection.create_client(client_spec)
    report = replay_case(
        client,
        replay.case,
        replay.time_profile,
        replay.law,
        preceding=replay.preceding,
        full_size=replay.full_size,
        together=replay.together,
    )
    (result,) = report.results
    if result.failure:
        path = options.file.as_posix()
        failure = replace(result.failure, replay=path, preceding=replay.preceding)
        report = replace(report, results=[replace(result, failure=failure)])
    write(report, sys.stdout, os.environ)
    if result.broken:
        return EXIT_FINDINGS
    if result.judged:
        return EXIT_OK
    reason = format_remark(result)
    print(f"wanproof replay: {result.law.id} was not judged: {reason}", file=sys.stderr)
    return EXIT_NOT_JUDGED


def _describe_start(client_spec: ClientSpec) -> str:
    """Describes what starts the client, in a form that is safe to print."""
    verb = "import" if client_spec.form == "python" else "run"
    return escape_controls(f"{verb} {shlex.join(client_spec.argv)}")


COMMAND = Command(
    name="replay",
    summary="Repeat the call that broke a law, from a file of `wanproof check`.",
    arguments=add_arguments,
    run=run,
    examples=(
        "wanproof replay .wanproof/one-charge.json --trust",
        "wanproof replay .wanproof/one-charge.json --client my_client.py:Client",
    ),
    notes="""exit codes:
  0  the law is kept now
  1  the law is still broken
  2  wrong usage, or a file or a client that cannot be used
  3  internal error in wanproof
  4  the law was not judged: it does not apply to the call any more, or that is unsupported""",
)
