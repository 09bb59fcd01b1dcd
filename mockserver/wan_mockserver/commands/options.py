"""Defines the options of ``wanproof serve`` and parses their values."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from math import inf, nan
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from wan_validators.catalog import vendors
from wan_validators.editions import add_edition_argument

from ..scenarios import chaos, lifecycle

if TYPE_CHECKING:
    from argparse import _ArgumentGroup as Group

__all__ = [
    "CLOCKS",
    "HOST",
    "MEMORY",
    "PORT",
    "TOKEN",
    "add_arguments",
    "make_option_parser",
    "parse_port",
    "parse_token",
    "parse_usd",
]

HOST: Final = "127.0.0.1"
PORT: Final = 8321

MEMORY: Final = "memory"
CLOCKS: Final = ("real", "manual", "auto")

TOKEN: Final = "WANPROOF_ADMIN_TOKEN"  # noqa: S105  (the name of a variable, not a secret)
"""The environment variable that replaces ``--admin-token``."""

Value = TypeVar("Value")


def add_arguments(parser: ArgumentParser) -> None:
    add_edition_argument(parser)
    _add_address_options(parser.add_argument_group("where it listens"))
    _add_behaviour_options(parser.add_argument_group("what happens"))
    _add_limit_options(parser.add_argument_group("limits and money"))
    _add_replay_options(parser.add_argument_group("replay"))
    parser.add_argument("-q", "--quiet", action="store_true", help="do not log requests")


def _add_address_options(group: Group) -> None:
    group.add_argument("--host", default=HOST, help=f"address to listen at (default {HOST})")
    group.add_argument(
        "-p",
        "--port",
        type=make_option_parser(parse_port),
        default=PORT,
        help=f"port to listen at; 0 takes a free one (default {PORT})",
    )
    group.add_argument(
        "--port-file",
        type=Path,
        metavar="FILE",
        help="write the port into FILE once the server listens",
    )
    group.add_argument(
        "--admin-token",
        type=make_option_parser(parse_token),
        metavar="TOKEN",
        help="token for the dashboard and the admin API; required if other machines can reach "
        f"the server. {TOKEN} in the environment does the same and is hidden from process lists",
    )


def _add_behaviour_options(group: Group) -> None:
    group.add_argument(
        "--scenario",
        metavar="NAME",
        help="the scenario of requests that select none, such as accept-lost or "
        "rate-limited:3+expired-urls; `wanproof scenarios` lists them",
    )
    group.add_argument(
        "--scenarios", type=Path, metavar="FILE", help="a TOML file with scenarios of your own"
    )
    group.add_argument(
        "--chaos",
        type=make_option_parser(chaos.parse_chaos),
        metavar="SEED[:RATE]",
        help="draw a scenario for RATE of the requests that select none (default "
        f"{chaos.RATE:g}); the same SEED draws the same ones",
    )
    group.add_argument(
        "--lifecycle",
        type=make_option_parser(lifecycle.parse_lifecycle),
        default=lifecycle.DEFAULT,
        metavar="HOW",
        help=f"when a task ends: {lifecycle.FORMS} (default {lifecycle.DEFAULT})",
    )
    group.add_argument(
        "--clock",
        choices=CLOCKS,
        default=CLOCKS[0],
        help="real: the machine's own; manual: stops until it is advanced; auto: each poll "
        "advances it by the recommended poll interval (default %(default)s)",
    )
    group.add_argument(
        "--seed",
        type=make_option_parser(_parse_seed),
        metavar="N",
        help="draw ids, seeds and results from N: the same requests then get the same answers",
    )
    group.add_argument(
        "--store",
        default=MEMORY,
        metavar="STORE",
        help="where all state is stored: memory, sqlite:FILE for the processes of one machine, or "
        "redis://HOST:PORT for several machines (default %(default)s)",
    )
    for vendor in vendors():
        group.add_argument(
            f"--{vendor.name}-reject",
            choices=("task", "create"),
            default="task" if vendor.lazy else "create",
            help=f"where {vendor.title} reports a broken rule: in a task that fails, or in the "
            "response to create (default %(default)s)",
        )
        if vendor.build_error_text_response:
            group.add_argument(
                f"--{vendor.name}-error",
                choices=("object", "text"),
                default="object",
                help=f"what error is in the body of an HTTP error of {vendor.title}: an object "
                "with the message, or the message itself (default %(default)s)",
            )
        if vendor.result:
            group.add_argument(
                f"--{vendor.name}-result",
                choices=("plain", "status"),
                default="plain",
                help=f"whether the result of a task of {vendor.title} also has its status, which "
                "a public client needs (default %(default)s, as documented)",
            )


def _add_replay_options(group: Group) -> None:
    group.add_argument(
        "--replay",
        type=Path,
        metavar="CAPTURE",
        help="answer the creates in CAPTURE, their polls and downloads as recorded, with new ids, "
        "URLs and times; a HAR file, a cassette of vcrpy, or the journal of this server",
    )
    group.add_argument(
        "--strict",
        action="store_true",
        help="with --replay: answer a request that is not recorded with 404, without the simulator",
    )


def _add_limit_options(group: Group) -> None:
    from ..state.ledger import DEFAULT_WINDOW_S

    for name, what in (
        ("--creates-per-second", "more than N tasks of one API key in any second"),
        ("--polls-per-second", "more than N polls of one API key in any second"),
        ("--running-tasks", "a task while N tasks of one API key have not ended"),
    ):
        group.add_argument(
            name, type=make_option_parser(_parse_count), metavar="N", help=f"refuse {what}"
        )
    group.add_argument(
        "--balance",
        type=make_option_parser(parse_usd),
        metavar="USD",
        help="refuse the tasks of an API key that would cost more than this in total",
    )
    group.add_argument("--prices", type=Path, metavar="FILE", help="a TOML file with prices")
    group.add_argument(
        "--duplicate-window",
        type=make_option_parser(_parse_seconds),
        default=DEFAULT_WINDOW_S,
        metavar="SECONDS",
        help="how long after a create an equal one counts as a duplicate charge, if the first "
        "got no response (default %(default)g)",
    )


def make_option_parser(parse: Callable[[str], Value]) -> Callable[[str], Value]:
    """Returns *parse* with the text of its ValueError shown to the user."""

    def parsed(text: str) -> Value:
        try:
            return parse(text)
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from error

    return parsed


def parse_token(text: str) -> str:
    """Checks that *text* fits in a header. Raises ValueError without repeating the secret."""
    if not re.fullmatch("[!-~]+", text):
        raise ValueError("the token must be printable ASCII characters without blanks, at least 1")
    return text


def parse_port(text: str) -> int:
    return _parse_whole_number(text, 0, 65535)


def _parse_count(text: str) -> int:
    return _parse_whole_number(text, 0, 1_000_000)


def _parse_seed(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 17 and int(digits) <= 2**53):
        raise ValueError(f"{text!r} must be a whole number from -2**53 to 2**53")
    return int(text)


def _parse_whole_number(text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise ValueError(f"{text!r} must be a whole number from {low} to {high}")
    return int(text)


def _parse_seconds(text: str) -> float:
    seconds = nan
    with suppress(ValueError):
        seconds = float(text)
    if not 0 <= seconds < inf:
        raise ValueError(f"{text!r} must be a number of seconds from 0 up")
    return seconds


def parse_usd(text: str) -> Decimal:
    from wan_validators.prices import amount

    return amount(text)
