"""A report in GitHub's Markdown, for the summary of a CI job or a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import chain
from typing import Final

from wan_validators.messages.formatting import number
from wan_validators.reporters.excerpt import safe

from ..results.report import ContractReport, LawResult, Status
from ..results.transcript import format_block
from . import wording

MAX_DOCUMENT_CHARS: Final = 60_000
"""Characters that a document has at most; a comment on GitHub may have 65,536."""

MARKS: Final = {
    Status.PASS: "✅",
    Status.FAIL: "❌",
    Status.WARN: "⚠️",
    Status.KNOWN: "☑️",
    Status.UNEXPECTED: "❌",
    Status.SKIPPED: "➖",
}

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]#+!|~-])")


def render_report(report: ContractReport) -> str:
    """*report* as Markdown; where it gets long, the last failures are told in a line each."""
    mark = "✅" if report.passed and any(each.judged for each in report.results) else "❌"
    client = f"Client {code(report.client)}, profile {code(report.profile)}."
    head = "\n".join(
        [
            f"## {mark} wanproof: {escape_text(wording.verdict(report))}",
            "",
            f"{client} {escape_text(wording.summary(report))}.",
            "",
            *_table(report),
            "",
        ]
    )
    tail = "\n".join(_rest(report))
    bad = wording.bad(report)
    parts = [_short(result) for result in bad]
    room = MAX_DOCUMENT_CHARS - len(head) - len(tail) - sum(len(part) + 1 for part in parts) - 1
    for nth, result in enumerate(bad):
        whole = "\n".join(_failure(result))
        room -= max(0, len(whole) - len(parts[nth]))
        if room < 0:
            break
        parts[nth] = whole
    return "\n".join([head, *parts, tail])


def escape_text(text: str) -> str:
    """*text* so that it shows as it is, in a table as well, and mentions nobody."""
    return _disable_mentions(_SPECIAL.sub(r"\\\1", escape(safe(text), quote=False)))


def _disable_mentions(text: str) -> str:
    """*text* with nobody's name in it that GitHub would notify."""
    return text.replace("@", "@<!-- -->")


def code(text: str) -> str:
    """*text* as a code span that nothing in it can end."""
    shown = safe(text)
    ticks = _longer_than_any_in(shown, 1)
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{space}{shown or ' '}{space}{ticks}"


def format_code_block(lines: Iterable[str], language: str = "") -> list[str]:
    """*lines* as a block of code that nothing in it can end."""
    inside = list(lines)
    fence = _longer_than_any_in("\n".join(inside), 3)
    return [f"{fence}{language}", *inside, fence]


def _longer_than_any_in(text: str, least: int) -> str:
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


def _table(report: ContractReport) -> Iterator[str]:
    yield "| | law | level | verdict | calls | |"
    yield "| --- | --- | --- | --- | ---: | --- |"
    for group, results in wording.group_results(report).items():
        yield f"| | **{group.value}** | | | | |"
        for result in results:
            cells = (
                MARKS[result.status],
                f"`{result.law.id}`",
                result.law.level.value,
                result.status.value,
                number(result.judged),
                escape_text(wording.remark(result)),
            )
            yield f"| {' | '.join(cells)} |"


def _failure(result: LawResult) -> Iterator[str]:
    law = result.law
    # Inside of HTML, Markdown's own escapes would be shown.
    says = _disable_mentions(escape(safe(law.statement), quote=False))
    title = f"{MARKS[result.status]} <code>{law.id}</code>: {says}"
    yield f"<details><summary>{title}</summary>"
    yield ""
    if result.failure is None:
        yield escape_text(wording.describe_unexpected(result))
    else:
        story = wording.story(result.failure)
        yield f"**Why:** {escape_text(story.reason)}"
        yield ""
        yield f"Call {number(story.number)}, for {code(story.model)},"
        yield f"scenario {code(story.scenario)}"
        yield ""
        yield from format_code_block(story.payload, "json")
        yield ""
        yield f"{story.result_title}:"
        yield ""
        yield from format_code_block(story.result_lines)
        yield ""
        yield "What the server saw (`>` shows the failure):"
        yield ""
        yield from format_code_block(chain.from_iterable(map(format_block, story.blocks)))
        yield ""
        if story.replay_command:
            yield f"Repeat it: {code(story.replay_command)}"
            yield ""
    yield f"**Hint:** {escape_text(law.hint)}"
    yield ""
    yield f"**Source:** {escape_text(law.source)}"
    yield ""
    yield "</details>"
    yield ""


def _short(result: LawResult) -> str:
    """A failure for which there is no room; cut, since it may be long itself."""
    why = wording.why(result.failure) if result.failure else wording.describe_unexpected(result)
    return f"* {MARKS[result.status]} `{result.law.id}`: {escape_text(why[:300])}\n"


def _rest(report: ContractReport) -> Iterator[str]:
    parts = {
        "Coverage": [escape_text(wording.coverage(part)) for part in report.coverage],
        "Notes": [escape_text(note) for note in report.notes],
    }
    for title, items in parts.items():
        if items:
            yield f"**{title}**"
            yield ""
            yield from (f"* {item}" for item in items)
            yield ""
