"""``wanproof cost``: estimates what payloads cost before they are sent."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..catalog import check_model, find_all
from ..command import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE, Command, UsageError
from ..cost import Cost
from ..cost_totals import CostTotals, format_cost_lines
from ..editions import add_edition_argument
from ..linter import lint
from ..payload_recognition import is_payload
from ..reporters.excerpt import escape_controls
from ..request_files import open_record
from ..source import files
from ..source.files import Record, Skipped, Unreadable
from ..source.walking import find_files
from .pricing import add_cost_arguments, build_totals, report_problems

__all__ = ["COMMAND"]


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="payloads, as for wanproof lint; - or no FILE is standard input",
    )
    parser.add_argument(
        "-m",
        "--model",
        metavar="NAME",
        help="the model of all payloads, or a path or URL that contains it "
        "(default: the member model of each payload)",
    )
    parser.add_argument("-f", "--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--jsonl", action="store_true", help="read every file as one payload per line"
    )
    add_cost_arguments(parser)
    add_edition_argument(parser)


def run(options: Namespace) -> int:
    model = None if options.model is None else check_model(options.model)
    if not options.files and (sys.stdin is None or sys.stdin.isatty()):
        raise UsageError("no files given; name the files, or - for standard input")
    estimates = _Estimates(build_totals(options))
    for item in _read(options):
        if isinstance(item, Unreadable):
            estimates.unreadable.append(item)
        else:
            named = item.model if find_all(item.model) else None
            estimates.add(item, model or named, is_lined=options.jsonl)
    if options.format == "json":
        print(json.dumps(estimates.as_dict(), indent=2))
    else:
        _print_text(estimates)
    is_over = report_problems(estimates.totals)
    if estimates.unreadable:
        return EXIT_USAGE
    return EXIT_FINDINGS if is_over else EXIT_OK


def _read(options: Namespace) -> Iterator[Record | Unreadable]:
    """Yields the payloads of all files, as ``wanproof lint`` reads them."""
    for file in find_files(options.files or [files.STDIN]):
        for item in files.read([file.name], lined=options.jsonl):
            for each in [item] if isinstance(item, Unreadable) else open_record(item):
                is_other = isinstance(each, Record) and not is_payload(each.source, each.data)
                if not isinstance(each, Skipped) and not (file.is_found and is_other):
                    yield each


@dataclass(frozen=True, slots=True)
class _Estimate:
    """The estimated cost of a payload in a file, and its number of errors."""

    record: Record
    place: str
    cost: Cost
    errors: int


@dataclass(frozen=True, slots=True)
class _Estimates:
    """The estimates of a run, and the input that could not be read."""

    totals: CostTotals
    results: list[_Estimate] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    def add(self, record: Record, model: str | None, *, is_lined: bool) -> None:
        report = lint(record.data, model)
        cost = report.estimate_cost(self.totals.prices)
        is_line = is_lined or record.source.lower().endswith(files.LINE_SUFFIXES)
        place = f"{record.source}:{record.number}" if is_line else record.source
        self.totals.add(cost)
        self.results.append(_Estimate(record, place, cost, len(report.errors)))

    def as_dict(self) -> dict[str, Any]:
        return {
            "version": 1,
            "results": [
                {
                    "source": each.record.source,
                    "record": each.record.number,
                    "model": each.cost.model,
                    "errors": each.errors,
                    "cost": each.cost.as_dict(),
                }
                for each in self.results
            ],
            "unreadable": [each._asdict() for each in self.unreadable],
            "cost": self.totals.as_dict(),
        }


def _print_text(estimates: _Estimates) -> None:
    lines: list[str] = []
    for each in estimates.results:
        lines += format_cost_lines(each.place, each.cost, each.errors)
    _print_lines([*lines, *estimates.totals.lines()])
    for unread in estimates.unreadable:
        source = escape_controls(unread.source)
        print(f"wanproof: cannot read {source}: {escape_controls(unread.reason)}", file=sys.stderr)


def _print_lines(lines: Sequence[str]) -> None:
    for line in lines:
        print(escape_controls(line))


COMMAND = Command(
    name="cost",
    summary="Estimate what payloads cost, before they are sent.",
    arguments=arguments,
    run=run,
    examples=(
        "wanproof cost payload.json",
        "wanproof cost --max-cost 5.00 payloads/",
        "wanproof cost --model wan2.5-i2v-preview --prices prices.toml requests.jsonl",
    ),
    notes="""exit codes:
  0  the costs are estimated, and not over --max-cost
  1  the payloads can cost more than --max-cost, or a cost is unknown
  2  wrong usage or unreadable input; the other input is estimated
  3  internal error in wanproof""",
)
