"""A report for a person at a terminal, or in the log of a CI job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from wan_validators.messages.formatting import number
from wan_validators.reporters.excerpt import safe
from wan_validators.reporters.text import wants_colour

from ..results.report import ContractReport, LawResult, Status
from ..results.transcript import TranscriptBlock, format_block
from . import wording

COLOURS: Final[Mapping[Status, str]] = {
    Status.PASS: "green",
    Status.FAIL: "bold red",
    Status.WARN: "yellow",
    Status.KNOWN: "cyan",
    Status.UNEXPECTED: "bold red",
    Status.SKIPPED: "dim",
}

PIPED: Final = 100
"""Columns where there is no terminal to ask."""


def write(
    report: ContractReport, out: TextIO, environ: Mapping[str, str], width: int | None = None
) -> None:
    """Writes *report* to *out*, *width* columns wide, by default as wide as the terminal.

    It is coloured where *out* is a terminal and *environ* does not speak against it. Lines to
    be copied (transcripts, commands) are as long as they are, whatever the width.
    """
    console = _console(out, environ, width)
    with console.capture() as captured:
        _everything(console, report)
    # Cells are filled up with spaces, of which nobody wants to copy any.
    out.writelines(f"{line.rstrip(' ')}\n" for line in captured.get().rstrip("\n").split("\n"))


def _everything(console: Console, report: ContractReport) -> None:
    console.print(_laws(report))
    for result in wording.bad(report):
        console.print()
        _failure(console, result)
    _rest(console, report)
    console.print()
    console.print(Text(wording.summary(report), _verdict_style(report)), soft_wrap=True)


def _console(out: TextIO, environ: Mapping[str, str], width: int | None) -> Console:
    colour = wants_colour(out, environ)
    return Console(
        file=out,
        width=width or (None if out.isatty() else PIPED),
        color_system="standard" if colour else None,
        force_terminal=colour,
        no_color=not colour,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )


def _laws(report: ContractReport) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("law", no_wrap=True, overflow="fold")
    table.add_column("level", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("calls", justify="right", no_wrap=True)
    table.add_column("", ratio=1, overflow="fold")
    for group, results in wording.group_results(report).items():
        table.add_row(Text(group.value, "bold"))
        for result in results:
            table.add_row(
                Text(f"  {safe(result.law.id)}"),
                Text(result.law.level.value, "dim"),
                Text(result.status.value, COLOURS[result.status]),
                Text(number(result.judged)),
                Text(wording.remark(result), "dim"),
            )
    return table


def _failure(console: Console, result: LawResult) -> None:
    law, style = result.law, COLOURS[result.status]
    title = Text.assemble((f"{result.status.value.upper()} ", style), (safe(law.id), "bold"))
    console.print(Rule(title, align="left", characters="-", style=style))
    console.print(Text(f"{safe(law.statement)} ({law.level.value})"))
    if result.failure is None:
        if result.status is Status.UNEXPECTED:
            console.print(_facts([("why", wording.describe_unexpected(result))]))
        return
    story = wording.story(result.failure)
    console.print(
        _facts(
            [
                ("why", story.reason),
                ("call", f"{number(story.number)}, for {story.model}"),
                ("scenario", story.scenario),
            ]
        )
    )
    _lines(console, "payload", story.payload)
    _lines(console, story.result_title, story.result_lines)
    _transcript(console, story.blocks, style)
    console.print()
    console.print(_facts([("hint", safe(law.hint)), ("source", safe(law.source))]))
    if story.replay_command:
        console.print(
            Text.assemble(("  replay    ", "dim"), (story.replay_command, "bold")), soft_wrap=True
        )


def _facts(facts: Iterable[tuple[str, str]]) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim", width=8)
    grid.add_column(overflow="fold")
    for name, value in facts:
        grid.add_row(Text(name), Text(value))
    return Padding(grid, (0, 0, 0, 2))


def _lines(console: Console, title: str, lines: Iterable[str]) -> None:
    console.print(Text(f"  {title}", "dim"))
    for line in lines:
        console.print(Padding(Text(line, overflow="fold"), (0, 0, 0, 4)))


def _transcript(console: Console, blocks: Iterable[TranscriptBlock], style: str) -> None:
    console.print(Text("  what the server saw (> shows the failure)", "dim"))
    for block in blocks:
        for nth, line in enumerate(format_block(block)):
            look = style if block.is_marked and nth == 0 else "" if nth == 0 else "dim"
            console.print(Text(f"  {line}", look), soft_wrap=True)


def _rest(console: Console, report: ContractReport) -> None:
    """Known failures, coverage and notes, as far as there are any."""
    known = [
        Text.assemble((safe(result.law.id), "bold"), f": {wording.remark(result)}")
        for result in wording.find_known(report)
    ]
    parts = {
        "known failures": known,
        "coverage": [Text(wording.coverage(part)) for part in report.coverage],
        "notes": [Text(safe(note)) for note in report.notes],
    }
    for title, lines in parts.items():
        if lines:
            console.print()
            console.print(Text(title, "bold"))
            console.print(Padding(Group(*lines), (0, 0, 0, 2)))


def _verdict_style(report: ContractReport) -> str:
    if not report.passed:
        return "bold red"
    return "bold yellow" if report.status_counts[Status.WARN] else "bold green"
