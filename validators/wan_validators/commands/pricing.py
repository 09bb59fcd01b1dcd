"""The options about costs that ``wanproof lint`` and ``wanproof cost`` share."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, _ArgumentGroup
from typing import TYPE_CHECKING

from ..argument_parser import parse_path
from ..command import UsageError

if TYPE_CHECKING:
    from decimal import Decimal

    from ..cost_totals import CostTotals

__all__ = ["add_cost_arguments", "add_limit_arguments", "build_totals", "report_problems"]


def add_cost_arguments(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("costs")
    add_limit_arguments(group)
    group.add_argument(
        "--prices",
        metavar="FILE",
        type=parse_path,
        help="a TOML file with prices in place of the shipped ones",
    )


def add_limit_arguments(group: _ArgumentGroup) -> None:
    """Adds the options about a limit of all costs."""
    group.add_argument(
        "--max-cost",
        metavar="USD",
        type=_parse_amount,
        help="exit with 1 if all payloads together can cost more than this, or if a cost is "
        "unknown",
    )
    group.add_argument(
        "--allow-unknown-cost",
        action="store_true",
        help="let --max-cost ignore payloads of unknown cost",
    )


def build_totals(options: Namespace) -> CostTotals:
    """Builds the totals for *options*. Raises UsageError if the price list cannot be used."""
    from ..cost_totals import CostTotals

    prices = None
    if options.prices is not None:
        from ..prices import read_prices

        try:
            prices = read_prices(options.prices)
        except OSError as error:
            reason = error.strerror or error
            raise UsageError(f"cannot read --prices {options.prices}: {reason}") from error
        except ValueError as error:
            raise UsageError(f"--prices: {error}") from error
    return CostTotals(
        prices=prices, limit=options.max_cost, allow_unknown=options.allow_unknown_cost
    )


def report_problems(totals: CostTotals) -> bool:
    """Prints why the limit of *totals* is not kept, and returns whether it is not."""
    problems = totals.find_problems()
    for problem in problems:
        print(f"wanproof: {problem}", file=sys.stderr)
    return bool(problems)


def _parse_amount(text: str) -> Decimal:
    from ..prices import amount

    try:
        return amount(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
