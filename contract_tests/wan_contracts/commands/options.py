"""The options of ``wanproof check``: the plan, the laws and the output."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Final, TypeVar

from wan_validators.command import UsageError
from wan_validators.editions import add_edition_argument

__all__ = [
    "BRIEF_HELP",
    "DEFAULT_REPLAY_FOLDER",
    "PACE_OPTIONS",
    "REPORT_FORMATS",
    "add_arguments",
    "parse_reports",
]

REPORT_FORMATS = ("json", "junit", "sarif", "html", "md")

DEFAULT_REPLAY_FOLDER = ".wanproof"
"""The default folder for replay files."""

MAX_SECONDS: Final = 86_400
"""The longest time of a client: the vendors keep tasks for a day."""

BRIEF_HELP: Final = (
    "check each scenario with one vendor only; omits texts, sizes, files and numbers at their "
    "limits, but keeps tiers, durations, zeros, repeated images, polls that fail three times, and "
    "every broken rule (always on for a command that is started for each call)"
)

PACE_OPTIONS: Final = {
    "deadline": "from the create until the client gives the task up (default: 900 in virtual "
    "time, 1.5 in real time)",
    "timeout": "that one request of the client may take (default 1)",
    "poll-interval": "between two polls (default: the vendor's recommendation in virtual time, "
    "0.002 in real time)",
    "call-timeout": "of real time that one call may take before it counts as hung (default: 20 "
    "in virtual time; in real time 15, or more if the other times are longer)",
}
"""Options in seconds that replace times of the time profile, with their meanings."""

Value = TypeVar("Value", int, float)


def add_arguments(parser: ArgumentParser) -> None:
    add_edition_argument(parser)
    _add_plan_options(parser)
    _add_pace_options(parser)
    _add_law_options(parser)
    _add_output_options(parser)


def parse_reports(options: Namespace) -> list[tuple[str, Path]]:
    """Returns the formats and files of ``--report``. Raises UsageError for a wrong value."""
    reports = []
    for text in options.report:
        kind, equals, path = text.partition("=")
        if not (equals and path) or kind not in REPORT_FORMATS:
            formats = ", ".join(REPORT_FORMATS)
            raise UsageError(f"--report takes FORMAT=FILE, not {text!r}; formats: {formats}")
        reports.append((kind, Path(path)))
    return reports


def _add_plan_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("calls")
    group.add_argument(
        "-m",
        "--model",
        action="append",
        default=[],
        metavar="NAME",
        help="a model, or a vendor for all its models; repeatable (default: all)",
    )
    group.add_argument(
        "--scenario",
        action="append",
        default=[],
        metavar="NAME",
        help="only calls with this scenario from `wanproof scenarios`, or with several as in a+b, "
        "or with all that match a pattern such as 'poll-*', without random calls; repeatable",
    )
    group.add_argument(
        "--scenarios",
        type=Path,
        metavar="FILE",
        help="a TOML file with scenarios of your own, as for `wanproof serve`; all are checked",
    )
    group.add_argument(
        "--skip",
        action="append",
        default=[],
        metavar="NAME",
        help="leave out this law or scenario, or all laws and scenarios that match a pattern; "
        "repeatable",
    )
    group.add_argument(
        "--examples",
        type=_parse_non_negative(int),
        metavar="N",
        help="number of random calls after the systematic ones (default 200; 0 for a command that "
        "is started for each call)",
    )
    group.add_argument(
        "--brief",
        action="store_true",
        help=BRIEF_HELP,
    )
    group.add_argument(
        "--seconds",
        type=_parse_non_negative(float),
        metavar="S",
        help="start no call after this number of seconds, and report what was omitted",
    )
    group.add_argument(
        "--seed",
        type=_parse_non_negative(int),
        metavar="N",
        help="repeat the run with this seed",
    )
    group.add_argument(
        "--real-time",
        action="store_true",
        help="use real time; for a Python client that waits without time.sleep and asyncio.sleep",
    )
    group.add_argument(
        "--full-size",
        action="store_true",
        help="serve files of the requested size; this is slow",
    )


def _add_pace_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group(
        "the pace of the client",
        "for a client with times of its own; scenarios and laws that need another pace are left "
        "out, with a note",
    )
    for name, meaning in PACE_OPTIONS.items():
        group.add_argument(
            f"--{name}", type=_parse_positive, metavar="S", help=f"seconds {meaning}"
        )


def _add_law_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("laws")
    group.add_argument(
        "--profile",
        choices=("full", "money-safe"),
        default="full",
        help="all laws, or only the laws that cost money if they are broken (default full)",
    )
    group.add_argument(
        "--law",
        action="append",
        default=[],
        metavar="ID",
        help="only this law, or all laws that match a pattern such as 'poll-*'; repeatable",
    )
    group.add_argument(
        "--expect",
        type=Path,
        metavar="FILE",
        help="known failures in TOML: [law-id] reason = '…'; a known failure that passes fails",
    )
    group.add_argument("--strict", action="store_true", help="fail on warnings too")
    group.add_argument("--list", action="store_true", help="list the laws and exit")
    group.add_argument(
        "--schema",
        choices=("case", "outcome"),
        help="print the JSON Schema of a case or of an outcome and exit",
    )


def _add_output_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument("-f", "--format", choices=("text", *REPORT_FORMATS), default="text")
    group.add_argument(
        "--report",
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        help="also write a report to FILE; repeatable",
    )
    group.add_argument("--badge", type=Path, metavar="FILE", help="write a badge for shields.io")
    group.add_argument(
        "--replays",
        default=DEFAULT_REPLAY_FOLDER,
        metavar="FOLDER",
        help=f"the folder for files of `wanproof replay` (default {DEFAULT_REPLAY_FOLDER})",
    )


def _parse_non_negative(number: type[Value]) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        try:
            value = number(text)
        except ValueError:
            value = number(-1)
        if value < 0 or not isfinite(value):
            kind = "a whole number" if number is int else "a number"
            raise ArgumentTypeError(f"{text!r} is not {kind} from 0 up")
        return value

    return read


def _parse_positive(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MAX_SECONDS:
        raise ArgumentTypeError(f"{text!r} is not a number of seconds above 0, up to {MAX_SECONDS}")
    return seconds
