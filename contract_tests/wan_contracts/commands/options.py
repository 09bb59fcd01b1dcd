"""The options of ``wanproof check``: what is asked of a client, and where the answer goes."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import TypeVar

from wan_validators.command import UsageError

__all__ = ["DEFAULT_REPLAY_FOLDER", "REPORT_FORMATS", "add_arguments", "parse_reports"]

REPORT_FORMATS = ("json", "junit", "sarif", "html", "md")

DEFAULT_REPLAY_FOLDER = ".wanproof"
"""The folder for replay files, unless another one is named."""

Value = TypeVar("Value", int, float)


def add_arguments(parser: ArgumentParser) -> None:
    _add_plan_options(parser)
    _add_law_options(parser)
    _add_output_options(parser)


def parse_reports(options: Namespace) -> list[tuple[str, Path]]:
    """The formats and files of ``--report``. Raises UsageError for what is neither."""
    made = []
    for text in options.report:
        kind, equals, path = text.partition("=")
        if not (equals and path) or kind not in REPORT_FORMATS:
            says = (
                f"--report takes FORMAT=FILE, with one of {', '.join(REPORT_FORMATS)}; not {text!r}"
            )
            raise UsageError(says)
        made.append((kind, Path(path)))
    return made


def _add_plan_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("what is asked of it")
    group.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="NAME",
        help="a model, or a vendor for all of its models; may be repeated (default: all)",
    )
    group.add_argument(
        "--scenario",
        action="append",
        default=[],
        metavar="NAME",
        help="only calls under this scenario, one that `wanproof scenarios` lists, and none at "
        "random; may be repeated",
    )
    group.add_argument(
        "--examples",
        type=_parse_non_negative(int),
        metavar="N",
        help="random calls after the walk through every rule and scenario (default 200; none "
        "for a command that is started for each)",
    )
    group.add_argument(
        "--brief",
        action="store_true",
        help="walk through each scenario at one vendor only, and send no values at the limits "
        "(always so for a command that is started for each call)",
    )
    group.add_argument(
        "--seconds",
        type=_parse_non_negative(float),
        metavar="S",
        help="begin no random call after these",
    )
    group.add_argument(
        "--seed",
        type=_parse_non_negative(int),
        metavar="N",
        help="repeat the run that told this seed",
    )
    group.add_argument(
        "--real-time",
        action="store_true",
        help="let a client in Python wait for real; for one that waits by other means than "
        "time.sleep and asyncio.sleep",
    )
    group.add_argument(
        "--full-size",
        action="store_true",
        help="serve files of the sides that were asked for; they take long to draw",
    )


def _add_law_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("what it is held to")
    group.add_argument(
        "--profile",
        choices=("full", "money-safe"),
        default="full",
        help="all laws, or those that cost money when they are broken (default full)",
    )
    group.add_argument(
        "--law", action="append", default=[], metavar="ID", help="only this law; may be repeated"
    )
    group.add_argument(
        "--expect",
        type=Path,
        metavar="FILE",
        help="laws known to be broken, in TOML: [law-id] reason = '…'; one that is kept fails",
    )
    group.add_argument("--strict", action="store_true", help="let warnings fail as failures do")
    group.add_argument("--list", action="store_true", help="list the laws, and end")
    group.add_argument(
        "--schema",
        choices=("case", "outcome"),
        help="print the JSON Schema of what a client is given or answers, and end",
    )


def _add_output_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("what is written")
    group.add_argument("--format", choices=("text", *REPORT_FORMATS), default="text")
    group.add_argument(
        "--report",
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        help="also write a report into FILE; may be repeated",
    )
    group.add_argument("--badge", type=Path, metavar="FILE", help="write a badge for shields.io")
    group.add_argument(
        "--replays",
        default=DEFAULT_REPLAY_FOLDER,
        metavar="FOLDER",
        help=f"where the files for `wanproof replay` go (default {DEFAULT_REPLAY_FOLDER})",
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
