"""What every format tells of a run, in words that are safe to show anywhere.

All of it is without control characters and without the API key.
"""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wan_mockserver.journal import hidden
from wan_mockserver.scenarios.known import Scenarios
from wan_validators.reporters.excerpt import safe
from wan_validators.wording import brief, format_count, number

from ..case import Case
from ..laws.law import Group
from ..outcome import Outcome
from ..report import Coverage, Failure, Report, Result, Standing
from ..run import Mishap, Trouble
from ..transcript import Block, blocks

LONGEST: Final = 200
"""Characters of one text in a payload or in what the client reported that are shown."""

MOST: Final = 80
"""Lines of a payload, of a report and of standard error that are shown."""

MISSED: Final = 5
"""What was missed is named so many times."""

BAD: Final = (Standing.FAIL, Standing.UNEXPECTED, Standing.WARN)
"""What somebody should look at, the worst first."""

MISHAPS: Final = {
    Mishap.CRASHED: "The client crashed",
    Mishap.HUNG: "The client hung",
    Mishap.GARBAGE: "The client reported what is no outcome",
    Mishap.RUNAWAY: "The client did not stop",
}

_KNOWN: Final = Scenarios()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The failure of a law, ready to be shown.

    *payload* and *ended* are lines; *ending* says what *ended* is. *replay* is a command line.
    """

    why: str
    number: int
    model: str
    scenario: str
    payload: tuple[str, ...]
    ending: str
    ended: tuple[str, ...]
    blocks: tuple[Block, ...]
    replay: str | None


def story(failure: Failure) -> Story:
    """*failure* in words."""
    run, key = failure.run, failure.run.setting.api_key
    ending, ended = _ended(run.ended, key)
    return Story(
        why=why(failure),
        number=failure.number,
        model=safe(run.case.model_id),
        scenario=safe(scenario(run.case)),
        payload=pretty(run.case.payload, key),
        ending=ending,
        ended=ended,
        blocks=tuple(blocks(run, failure.verdict.entries)),
        replay=replay(failure),
    )


def why(failure: Failure) -> str:
    """Why the call breaks the law, in a sentence."""
    return safe(hidden(failure.run.setting.api_key, failure.verdict.says))


def replay(failure: Failure) -> str | None:
    """The command that repeats the call; None if there is no file for it."""
    if failure.replay is None:
        return None
    return safe(f"wanproof replay {shlex.quote(failure.replay)}")


def scenario(case: Case) -> str:
    """The name of the scenario, and what happens in it if that is known."""
    try:
        return f"{case.scenario} ({_KNOWN.named(case.scenario).summary})"
    except ValueError:
        return case.scenario


def grouped(report: Report) -> dict[Group, list[Result]]:
    """The results by their group, in the order of the groups; none is empty."""
    by_group = {
        group: [result for result in report.results if result.law.group is group] for group in Group
    }
    return {group: results for group, results in by_group.items() if results}


def bad(report: Report) -> list[Result]:
    """The results that somebody should look at, the worst first."""
    return [result for each in BAD for result in report.results if result.standing is each]


def known(report: Report) -> list[Result]:
    """The results that are known to be broken."""
    return [result for result in report.results if result.standing is Standing.KNOWN]


def unexpected(result: Result) -> str:
    """Why a law that is kept fails the run."""
    return (
        "every call kept it, but the file of known failures says that it is broken: "
        f"{safe(result.known or '')}. Take its entry out of the file."
    )


def remark(result: Result) -> str:
    """What is to be said of a law in its row: how many calls broke it, or the reason."""
    match result.standing:
        case Standing.PASS:
            return ""
        case Standing.SKIPPED:
            return safe(result.reason or "no call gave occasion to break it")
        case Standing.UNEXPECTED:
            return f"known to be broken: {safe(result.known or '')}"
        case Standing.KNOWN:
            return safe(result.known or "")
    return f"{number(result.broken)} of {format_count(result.judged, 'call')} broke it"


def summary(report: Report) -> str:
    """The run in one line: laws by standing, calls, time, seed."""
    standings = [
        f"{count} {standing.value}" for standing, count in report.standings.items() if count
    ]
    laws = f"{format_count(len(report.results), 'law')}: {', '.join(standings) or 'none judged'}"
    rate = f" ({number(round(report.cases / report.seconds))}/s)" if report.seconds else ""
    time = f"{format_count(report.cases, 'case')} in {report.seconds:.1f} s{rate}"
    return f"{laws}; {time}; seed {report.seed}"


def verdict(report: Report) -> str:
    """The run in a few words."""
    if not any(result.judged for result in report.results):
        return "no law was judged"
    broken = [result for result in bad(report) if result.standing is Standing.FAIL]
    if broken:
        return f"{format_count(len(broken), 'law')} broken"
    if not report.passed:
        return "a known failure passes"
    return "passed"


def coverage(part: Coverage) -> str:
    """What was met of a kind, and the first of what was missed."""
    line = f"{safe(part.kind)} {number(len(part.met))} of {number(part.total)}"
    if not part.missed:
        return line
    more = len(part.missed) - MISSED
    rest = f" and {number(more)} more" if more > 0 else ""
    return f"{line}; missed: {', '.join(map(safe, part.missed[:MISSED]))}{rest}"


def told(ended: Outcome | Trouble) -> dict[str, Any]:
    """``outcome`` with what the client reported, or ``trouble`` with what it did instead."""
    if isinstance(ended, Outcome):
        return {"outcome": ended.as_json()}
    trouble = {"kind": ended.kind.value, "says": ended.says, "stderr": ended.stderr}
    return {"trouble": trouble}


def plain(value: Any, key: str = "") -> Any:
    """*value* as what any JSON parser can read, without the API key *key*.

    Numbers that JSON has not, and those too long for most parsers, are described in words.
    """
    match value:
        case None | bool():
            return value
        case str():
            return hidden(key, str(value))
        case int():
            return value if abs(value) < 2**1024 else brief(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case Mapping():
            return {hidden(key, str(name)): plain(each, key) for name, each in value.items()}
        case list() | tuple():
            return [plain(each, key) for each in value]
    return hidden(key, str(value))


def pretty(value: Any, key: str = "") -> tuple[str, ...]:
    """*value* as lines of JSON, with long texts clipped; at most MOST of them."""
    shown = json.dumps(_clipped(plain(value, key)), indent=2, ensure_ascii=False).split("\n")
    return _at_most([safe(line) for line in shown])


def _ended(ended: Outcome | Trouble, key: str) -> tuple[str, tuple[str, ...]]:
    if isinstance(ended, Outcome):
        return "The client reported", pretty(ended.as_json(), key)
    errors = hidden(key, ended.stderr).rstrip().split("\n") if ended.stderr.strip() else []
    last = [safe(_clip(line)) for line in errors[-MOST:]]
    stderr = ["on standard error:", *(f"  {line}" for line in last)] if last else []
    return MISHAPS[ended.kind], (safe(_clip(hidden(key, ended.says))), *stderr)


def _clipped(value: Any) -> Any:
    match value:
        case str():
            return _clip(value)
        case dict():
            return {_clip(name): _clipped(each) for name, each in value.items()}
        case list():
            return [_clipped(each) for each in value]
    return value


def _clip(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}… ({number(len(text))} characters)"


def _at_most(lines: Sequence[str]) -> tuple[str, ...]:
    if len(lines) <= MOST:
        return tuple(lines)
    return (*lines[: MOST - 1], f"… {number(len(lines) - MOST + 1)} lines more")
