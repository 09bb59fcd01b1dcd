"""The options of ``wanproof lint``, in groups."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, _ArgumentGroup
from typing import TYPE_CHECKING, Final

from ..argument_parser import parse_path
from ..editions import add_edition_argument
from ..finding_limit import DEFAULT_MAX_FINDINGS
from ..reporters.factory import FORMATS
from .pricing import add_cost_arguments

if TYPE_CHECKING:
    from ..bulk.shards import Shard

__all__ = ["SEVERITIES", "add_arguments", "add_ending_options", "add_report_options"]

SEVERITIES: Final = ("error", "warning", "info")


def add_arguments(parser: ArgumentParser) -> None:
    _add_input_options(parser)
    _add_selection_options(parser)
    _add_output_options(parser)
    parser.add_argument("--cost", action="store_true", help="show the cost of each payload, too")
    add_cost_arguments(parser)
    _add_fix_options(parser)


def _add_input_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="a .json file has one payload, a .jsonl file one per line; a text with curl commands "
        "and a HAR file have one per create request, a named .parquet file one per row; a "
        "directory means all other such files in and below it that git does not ignore; - or no "
        "FILE is standard input",
    )
    parser.add_argument(
        "-m",
        "--model",
        metavar="NAME",
        help="the model of all payloads, or a path or URL that contains it "
        "(default: the member model of each payload, or the URL of its request)",
    )
    add_edition_argument(parser)
    parser.add_argument(
        "--jsonl", action="store_true", help="read every file as one payload per line"
    )
    parser.add_argument(
        "--column",
        metavar="NAME",
        help="the column of Parquet files that has the payloads, as JSON text or as a struct "
        "(default: the only column, or else a payload has all columns as its members)",
    )
    parser.add_argument(
        "-j",
        "--jobs",
        type=_parse_jobs,
        metavar="N",
        help="use N processes for inputs of more than some megabytes (default: one for each "
        "processor core that may be used)",
    )
    parser.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="lint on the Dask cluster whose scheduler is at ADDRESS, such as "
        "tcp://scheduler:8786; local is a cluster of --jobs workers on this machine",
    )
    parser.add_argument(
        "--shard",
        type=_parse_shard,
        metavar="I/N",
        help="lint the I-th of N parts of the input, divided by bytes; write it with --format "
        "json, and wanproof merge makes one report of all parts",
    )
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="PATTERN",
        help="leave out files and folders that match a pattern as in .gitignore; repeatable",
    )
    parser.add_argument(
        "--stdin-filename",
        metavar="NAME",
        help="the name of standard input in findings and for the patterns of the configuration",
    )
    parser.add_argument(
        "--media-root",
        type=parse_path,
        metavar="DIR",
        help="read the headers of images and audio files that payloads name, relative to DIR",
    )
    parser.add_argument(
        "--now",
        metavar="TIME",
        type=_parse_moment,
        help="the time at which URLs must not have expired, in ISO 8601 or in seconds since 1970 "
        "(default: the current time)",
    )


def _add_selection_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("findings")
    for name, what in (
        ("--select", "report only these rules"),
        ("--ignore", "do not report these rules"),
    ):
        group.add_argument(
            name,
            action="append",
            default=[],
            metavar="RULE",
            help=f"{what}: ids, codes, or the beginnings of some, separated by commas; repeatable",
        )
    add_ending_options(group)


def add_ending_options(group: _ArgumentGroup) -> None:
    """Adds the options that decide on the exit code."""
    group.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        default=SEVERITIES[0],
        help="the least severity that makes the exit code 1 (default %(default)s)",
    )
    group.add_argument(
        "--strict",
        dest="fail_on",
        action="store_const",
        const="warning",
        default=SEVERITIES[0],
        help="the same as --fail-on warning",
    )
    group.add_argument(
        "--exit-zero", action="store_true", help="exit with 0 even if there are findings"
    )


def _add_output_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("output")
    add_report_options(group)
    group.add_argument(
        "--max-per-payload",
        type=_parse_count,
        default=DEFAULT_MAX_FINDINGS,
        metavar="N",
        help="list at most N findings of each payload, errors first, and count the others "
        "(default %(default)s)",
    )
    group.add_argument(
        "--config-schema",
        action="store_true",
        help="print the JSON Schema of the configuration file and exit",
    )


def add_report_options(group: _ArgumentGroup) -> None:
    """Adds the options of every report of findings."""
    group.add_argument("-f", "--format", choices=FORMATS, default=FORMATS[0])
    group.add_argument(
        "-o",
        "--output",
        type=parse_path,
        metavar="FILE",
        help="write to FILE; - is standard output",
    )
    group.add_argument(
        "-q", "--quiet", action="store_true", help="print findings only: no counts, no progress"
    )
    group.add_argument(
        "--statistics",
        action="store_true",
        help="print how often each rule is broken, not the findings",
    )
    group.add_argument(
        "--max-findings",
        type=_parse_count,
        metavar="N",
        help="list the first N findings only; all of them count",
    )


def _add_fix_options(parser: ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--fix",
        action="store_true",
        help="correct the files where the meaning cannot change (1280x720, "
        '"720p", numbers as text, a wrong MIME type, misspelt members), then check them',
    )
    group.add_argument(
        "--diff",
        action="store_true",
        help="print what --fix would change as a unified diff, and change nothing",
    )


def _parse_count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ArgumentTypeError(f"{text!r} is not a whole number from 0 up")
    return int(text)


def _parse_jobs(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0 and len(text) < 4):
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1 to 999")
    return int(text)


def _parse_shard(text: str) -> Shard:
    from ..bulk.shards import Shard

    try:
        return Shard.parse(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def _parse_moment(text: str) -> float:
    """Parses *text* to seconds since 1970; a time without a zone is in UTC."""
    from datetime import UTC, datetime

    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text), UTC).timestamp()
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as error:
        hint = "write for example 2026-01-31T12:00:00Z, or seconds since 1970"
        raise ArgumentTypeError(f"{text!r} is not a time; {hint}") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
