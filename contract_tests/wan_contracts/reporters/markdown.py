"""A report in GitHub's Markdown, for the summary of a CI job or a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import chain
from typing import Final

from wan_validators.reporters.excerpt import safe
from wan_validators.wording import number

from ..report import Report, Result, Standing
from ..transcript import written
from . import wording

LONGEST: Final = 60_000
"""Characters that a document has at most; a comment on GitHub may have 65,536."""

MARKS: Final = {
    Standing.PASS: "✅",
    Standing.FAIL: "❌",
    Standing.WARN: "⚠️",
    Standing.KNOWN: "☑️",
    Standing.UNEXPECTED: "❌",
    Standing.SKIPPED: "➖",
}

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]#+!|~-])")


def rendered(report: Report) -> str:
    """*report* as Markdown; where it gets long, the last failures are told in a line each."""
    mark = "✅" if report.passed and any(each.judged for each in report.results) else "❌"
    client = f"Client {code(report.client)}, profile {code(report.profile)}."
    head = "\n".join(
        [
            f"## {mark} wanproof: {escaped(wording.verdict(report))}",
            "",
            f"{client} {escaped(wording.summary(report))}.",
            "",
            *_table(report),
            "",
        ]
    )
    tail = "\n".join(_rest(report))
    bad = wording.bad(report)
    parts = [_short(result) for result in bad]
    room = LONGEST - len(head) - len(tail) - sum(len(part) + 1 for part in parts) - 1
    for nth, result in enumerate(bad):
        whole = "\n".join(_failure(result))
        room -= max(0, len(whole) - len(parts[nth]))
        if room < 0:
            break
        parts[nth] = whole
    return "\n".join([head, *parts, tail])


def escaped(text: str) -> str:
    """*text* so that it shows as it is, in a table as well, and mentions nobody."""
    return _unlinked(_SPECIAL.sub(r"\\\1", escape(safe(text), quote=False)))


def _unlinked(text: str) -> str:
    """*text* with nobody's name in it that GitHub would notify."""
    return text.replace("@", "@<!-- -->")


def code(text: str) -> str:
    """*text* as a code span that nothing in it can end."""
    shown = safe(text)
    ticks = _longer_than_any_in(shown, 1)
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{space}{shown or ' '}{space}{ticks}"


def fenced(lines: Iterable[str], language: str = "") -> list[str]:
    """*lines* as a block of code that nothing in it can end."""
    inside = list(lines)
    fence = _longer_than_any_in("\n".join(inside), 3)
    return [f"{fence}{language}", *inside, fence]


def _longer_than_any_in(text: str, least: int) -> str:
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


def _table(report: Report) -> Iterator[str]:
    yield "| | law | level | verdict | calls | |"
    yield "| --- | --- | --- | --- | ---: | --- |"
    for group, results in wording.grouped(report).items():
        yield f"| | **{group.value}** | | | | |"
        for result in results:
            cells = (
                MARKS[result.standing],
                f"`{result.law.id}`",
                result.law.level.value,
                result.standing.value,
                number(result.judged),
                escaped(wording.remark(result)),
            )
            yield f"| {' | '.join(cells)} |"


def _failure(result: Result) -> Iterator[str]:
    law = result.law
    # Inside of HTML, Markdown's own escapes would be shown.
    says = _unlinked(escape(safe(law.says), quote=False))
    title = f"{MARKS[result.standing]} <code>{law.id}</code>: {says}"
    yield f"<details><summary>{title}</summary>"
    yield ""
    if result.failure is None:
        yield escaped(wording.unexpected(result))
    else:
        story = wording.story(result.failure)
        yield f"**Why:** {escaped(story.why)}"
        yield ""
        yield f"Call {number(story.number)}, for {code(story.model)},"
        yield f"scenario {code(story.scenario)}"
        yield ""
        yield from fenced(story.payload, "json")
        yield ""
        yield f"{story.ending}:"
        yield ""
        yield from fenced(story.ended)
        yield ""
        yield "What the server saw (`>` shows the failure):"
        yield ""
        yield from fenced(chain.from_iterable(map(written, story.blocks)))
        yield ""
        if story.replay:
            yield f"Repeat it: {code(story.replay)}"
            yield ""
    yield f"**Hint:** {escaped(law.hint)}"
    yield ""
    yield f"**Source:** {escaped(law.source)}"
    yield ""
    yield "</details>"
    yield ""


def _short(result: Result) -> str:
    """A failure for which there is no room; cut, since it may be long itself."""
    why = wording.why(result.failure) if result.failure else wording.unexpected(result)
    return f"* {MARKS[result.standing]} `{result.law.id}`: {escaped(why[:300])}\n"


def _rest(report: Report) -> Iterator[str]:
    parts = {
        "Coverage": [escaped(wording.coverage(part)) for part in report.coverage],
        "Notes": [escaped(note) for note in report.notes],
    }
    for title, items in parts.items():
        if items:
            yield f"**{title}**"
            yield ""
            yield from (f"* {item}" for item in items)
            yield ""
