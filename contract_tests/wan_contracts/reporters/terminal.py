"""Writes a report to a terminal or to the log of a CI job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from wan_validators.messages.formatting import format_number
from wan_validators.reporters.excerpt import escape_controls
from wan_validators.reporters.text import wants_colour

from ..results.report import ContractReport, LawResult, Status
from ..results.transcript import TranscriptBlock, format_block
from . import descriptions

__all__ = ["DEFAULT_WIDTH_COLUMNS", "STATUS_STYLES", "write"]

STATUS_STYLES: Final[Mapping[Status, str]] = {
    Status.PASS: "green",
    Status.FAIL: "bold red",
    Status.WARN: "yellow",
    Status.KNOWN: "cyan",
    Status.UNEXPECTED: "bold red",
    Status.SKIPPED: "dim",
    Status.NOT_REPRODUCED: "yellow",
}

DEFAULT_WIDTH_COLUMNS: Final = 100
"""The width of an output that is not a terminal."""


def write(
    report: ContractReport, out: TextIO, environ: Mapping[str, str], width: int | None = None
) -> None:
    """Writes *report* to *out*, *width* columns wide, by default the width of the terminal.

    The output has colours if *out* is a terminal and *environ* does not forbid them. Lines for
    copying (transcripts, commands) are not wrapped.
    """
    console = _create_console(out, environ, width)
    with console.capture() as captured:
        _print_report(console, report)
    # Rich pads cells with spaces, which disturb copied text.
    out.writelines(f"{line.rstrip(' ')}\n" for line in captured.get().rstrip("\n").split("\n"))


def _print_report(console: Console, report: ContractReport) -> None:
    console.print(_build_table(report))
    for result in descriptions.find_problems(report):
        console.print()
        _print_failure(console, result)
    _print_rest(console, report)
    console.print()
    console.print(
        Text(descriptions.format_summary(report), _choose_verdict_style(report)), soft_wrap=True
    )


def _create_console(out: TextIO, environ: Mapping[str, str], width: int | None) -> Console:
    colour = wants_colour(out, environ)
    return Console(
        file=out,
        width=width or (None if out.isatty() else DEFAULT_WIDTH_COLUMNS),
        color_system="standard" if colour else None,
        force_terminal=colour,
        no_color=not colour,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )


def _build_table(report: ContractReport) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("law", no_wrap=True, overflow="fold")
    table.add_column("level", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("calls", justify="right", no_wrap=True)
    table.add_column("", ratio=1, overflow="fold")
    for group, results in descriptions.group_results(report).items():
        table.add_row(Text(group.value, "bold"))
        for result in results:
            table.add_row(
                Text(f"  {escape_controls(result.law.id)}"),
                Text(result.law.level.value, "dim"),
                Text(result.status.value, STATUS_STYLES[result.status]),
                Text(format_number(result.judged)),
                Text(descriptions.format_remark(result), "dim"),
            )
    return table


def _print_failure(console: Console, result: LawResult) -> None:
    law, style = result.law, STATUS_STYLES[result.status]
    title = Text.assemble(
        (f"{result.status.value.upper()} ", style), (escape_controls(law.id), "bold")
    )
    console.print(Rule(title, align="left", characters="-", style=style))
    console.print(Text(f"{escape_controls(law.statement)} ({law.level.value})"))
    if result.failure is None:
        if result.status is Status.UNEXPECTED:
            console.print(_build_grid([("why", descriptions.describe_unexpected(result))]))
        return
    description = descriptions.describe_failure(result.failure)
    console.print(
        _build_grid(
            [
                ("why", description.reason),
                ("model", description.model),
                ("scenario", description.scenario),
            ]
        )
    )
    if description.preceding:
        _print_lines(console, "calls before it, with the same client", description.preceding)
    if description.together:
        heading = f"{len(description.together)} calls at the same time, each with its own API key"
        _print_lines(console, heading, description.together)
    _print_lines(console, "payload", description.payload)
    _print_lines(console, description.result_title, description.result_lines)
    _print_transcript(console, description.blocks, style)
    console.print()
    console.print(
        _build_grid([("hint", escape_controls(law.hint)), ("source", escape_controls(law.source))])
    )
    _print_unwrapped(console, "docs", Text(descriptions.build_law_url(law)))
    if description.replay_command:
        _print_unwrapped(console, "replay", Text(description.replay_command, "bold"))


def _print_unwrapped(console: Console, name: str, value: Text) -> None:
    """Prints a line whose *value* can be copied."""
    console.print(Text.assemble((f"  {name:<10}", "dim"), value), soft_wrap=True)


def _build_grid(facts: Iterable[tuple[str, str]]) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim", width=8)
    grid.add_column(overflow="fold")
    for name, value in facts:
        grid.add_row(Text(name), Text(value))
    return Padding(grid, (0, 0, 0, 2))


def _print_lines(console: Console, title: str, lines: Iterable[str]) -> None:
    console.print(Text(f"  {title}", "dim"))
    for line in lines:
        console.print(Padding(Text(line, overflow="fold"), (0, 0, 0, 4)))


def _print_transcript(console: Console, blocks: Sequence[TranscriptBlock], style: str) -> None:
    console.print(Text("  what the server received (> shows the failure)", "dim"))
    if not blocks:
        console.print(Text(f"  {descriptions.NO_REQUEST}"))
    for block in blocks:
        for nth, line in enumerate(format_block(block)):
            line_style = style if block.is_marked and nth == 0 else "" if nth == 0 else "dim"
            console.print(Text(f"  {line}", line_style), soft_wrap=True)


def _print_rest(console: Console, report: ContractReport) -> None:
    """Prints known failures, failures that were not reproduced, coverage and notes."""
    known, not_reproduced = (
        [
            Text.assemble(
                (escape_controls(result.law.id), "bold"), f": {descriptions.format_remark(result)}"
            )
            for result in results
        ]
        for results in (
            descriptions.find_known(report),
            [each for each in report.results if each.status is Status.NOT_REPRODUCED],
        )
    )
    parts = {
        "known failures": known,
        "not reproduced": not_reproduced,
        "exercised": [Text(str(report.exercise))] if report.exercise.calls else [],
        "coverage": [Text(descriptions.format_coverage(part)) for part in report.coverage],
        "notes": [Text(escape_controls(note)) for note in report.notes],
    }
    for title, lines in parts.items():
        if lines:
            console.print()
            console.print(Text(title, "bold"))
            console.print(Padding(Group(*lines), (0, 0, 0, 2)))


def _choose_verdict_style(report: ContractReport) -> str:
    if not report.passed:
        return "bold red"
    return "bold yellow" if report.status_counts[Status.WARN] else "bold green"
