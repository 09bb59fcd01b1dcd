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

from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.state.journal import redact
from wan_validators.messages.formatting import format_count, format_number, summarize_value
from wan_validators.reporters.excerpt import escape_controls

from ..cases.case import Case
from ..laws.law import Group
from ..protocol.outcome import Outcome
from ..results.report import ContractReport, Coverage, LawFailure, LawResult, Status
from ..results.transcript import TranscriptBlock, build_blocks
from ..runner.interaction import ClientError, ClientErrorKind

__all__ = [
    "CLIENT_ERROR_TITLES",
    "MAX_LINES",
    "MAX_MISSED_NAMES",
    "MAX_TEXT_CHARS",
    "PROBLEM_STATUSES",
    "FailureDescription",
    "client_result_to_json",
    "describe_failure",
    "describe_scenario",
    "describe_unexpected",
    "find_known",
    "find_problems",
    "format_coverage",
    "format_json",
    "format_reason",
    "format_remark",
    "format_replay_command",
    "format_summary",
    "format_verdict",
    "group_results",
    "to_plain_json",
]

MAX_TEXT_CHARS: Final = 200
"""Characters of one text in a payload or in what the client reported that are shown."""

MAX_LINES: Final = 80
"""Lines of a payload, of a report and of standard error that are shown."""

MAX_MISSED_NAMES: Final = 5
"""What was missed is named so many times."""

PROBLEM_STATUSES: Final = (Status.FAIL, Status.UNEXPECTED, Status.WARN)
"""What somebody should look at, the worst first."""

CLIENT_ERROR_TITLES: Final = {
    ClientErrorKind.CRASHED: "The client crashed",
    ClientErrorKind.HUNG: "The client hung",
    ClientErrorKind.GARBAGE: "The client reported what is no outcome",
    ClientErrorKind.RUNAWAY: "The client did not stop",
}

_SCENARIOS: Final = Scenarios()


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureDescription:
    """The failure of a law, ready to be shown.

    *payload* and *ended* are lines; *ending* says what *ended* is. *replay* is a command line.
    """

    reason: str
    number: int
    model: str
    scenario: str
    payload: tuple[str, ...]
    result_title: str
    result_lines: tuple[str, ...]
    blocks: tuple[TranscriptBlock, ...]
    replay_command: str | None


def describe_failure(failure: LawFailure) -> FailureDescription:
    """*failure* in words."""
    run, key = failure.interaction, failure.interaction.setting.api_key
    ending, ended = _format_client_result(run.client_result, key)
    return FailureDescription(
        reason=format_reason(failure),
        number=failure.number,
        model=escape_controls(run.case.model_id),
        scenario=escape_controls(describe_scenario(run.case)),
        payload=format_json(run.case.payload, key),
        result_title=ending,
        result_lines=ended,
        blocks=tuple(build_blocks(run, failure.verdict.entries)),
        replay_command=format_replay_command(failure),
    )


def format_reason(failure: LawFailure) -> str:
    """Why the call breaks the law, in a sentence."""
    return escape_controls(redact(failure.interaction.setting.api_key, failure.verdict.message))


def format_replay_command(failure: LawFailure) -> str | None:
    """The command that repeats the call; None if there is no file for it."""
    if failure.replay is None:
        return None
    return escape_controls(f"wanproof replay {shlex.quote(failure.replay)}")


def describe_scenario(case: Case) -> str:
    """The name of the scenario, and what happens in it if that is known."""
    try:
        return f"{case.scenario} ({_SCENARIOS.find(case.scenario).summary})"
    except ValueError:
        return case.scenario


def group_results(report: ContractReport) -> dict[Group, list[LawResult]]:
    """The results by their group, in the order of the groups; none is empty."""
    by_group = {
        group: [result for result in report.results if result.law.group is group] for group in Group
    }
    return {group: results for group, results in by_group.items() if results}


def find_problems(report: ContractReport) -> list[LawResult]:
    """The results that somebody should look at, the worst first."""
    return [
        result for each in PROBLEM_STATUSES for result in report.results if result.status is each
    ]


def find_known(report: ContractReport) -> list[LawResult]:
    """The results that are known to be broken."""
    return [result for result in report.results if result.status is Status.KNOWN]


def describe_unexpected(result: LawResult) -> str:
    """Why a law that is kept fails the run."""
    return (
        "every call kept it, but the file of known failures says that it is broken: "
        f"{escape_controls(result.known or '')}. Take its entry out of the file."
    )


def format_remark(result: LawResult) -> str:
    """What is to be said of a law in its row: how many calls broke it, or the reason."""
    match result.status:
        case Status.PASS:
            return ""
        case Status.SKIPPED:
            return escape_controls(result.reason or "no call gave occasion to break it")
        case Status.UNEXPECTED:
            return f"known to be broken: {escape_controls(result.known or '')}"
        case Status.KNOWN:
            return escape_controls(result.known or "")
    return f"{format_number(result.broken)} of {format_count(result.judged, 'call')} broke it"


def format_summary(report: ContractReport) -> str:
    """The run in one line: laws by standing, calls, time, seed."""
    standings = [
        f"{count} {standing.value}" for standing, count in report.status_counts.items() if count
    ]
    laws = f"{format_count(len(report.results), 'law')}: {', '.join(standings) or 'none judged'}"
    rate = f" ({format_number(round(report.cases / report.seconds))}/s)" if report.seconds else ""
    time = f"{format_count(report.cases, 'case')} in {report.seconds:.1f} s{rate}"
    return f"{laws}; {time}; seed {report.seed}"


def format_verdict(report: ContractReport) -> str:
    """The run in a few words."""
    if not any(result.judged for result in report.results):
        return "no law was judged"
    broken = [result for result in find_problems(report) if result.status is Status.FAIL]
    if broken:
        return f"{format_count(len(broken), 'law')} broken"
    if not report.passed:
        return "a known failure passes"
    return "passed"


def format_coverage(part: Coverage) -> str:
    """What was met of a kind, and the first of what was missed."""
    line = f"{escape_controls(part.kind)} {format_number(len(part.met))} of {format_number(part.total)}"
    if not part.missed:
        return line
    more = len(part.missed) - MAX_MISSED_NAMES
    rest = f" and {format_number(more)} more" if more > 0 else ""
    return (
        f"{line}; missed: {', '.join(map(escape_controls, part.missed[:MAX_MISSED_NAMES]))}{rest}"
    )


def client_result_to_json(client_result: Outcome | ClientError) -> dict[str, Any]:
    """``outcome`` with what the client reported, or ``trouble`` with what it did instead."""
    if isinstance(client_result, Outcome):
        return {"outcome": client_result.as_json()}
    trouble = {
        "kind": client_result.kind.value,
        "says": client_result.message,
        "stderr": client_result.stderr,
    }
    return {"trouble": trouble}


def to_plain_json(value: Any, key: str = "") -> Any:
    """*value* as what any JSON parser can read, without the API key *key*.

    Numbers that JSON has not, and those too long for most parsers, are described in words.
    """
    match value:
        case None | bool():
            return value
        case str():
            return redact(key, str(value))
        case int():
            return value if abs(value) < 2**1024 else summarize_value(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case Mapping():
            return {
                redact(key, str(name)): to_plain_json(each, key) for name, each in value.items()
            }
        case list() | tuple():
            return [to_plain_json(each, key) for each in value]
    return redact(key, str(value))


def format_json(value: Any, key: str = "") -> tuple[str, ...]:
    """*value* as lines of JSON, with long texts clipped; at most MAX_LINES of them."""
    shown = json.dumps(_clip_values(to_plain_json(value, key)), indent=2, ensure_ascii=False).split(
        "\n"
    )
    return _limit_lines([escape_controls(line) for line in shown])


def _format_client_result(
    client_result: Outcome | ClientError, key: str
) -> tuple[str, tuple[str, ...]]:
    if isinstance(client_result, Outcome):
        return "The client reported", format_json(client_result.as_json(), key)
    errors = (
        redact(key, client_result.stderr).rstrip().split("\n")
        if client_result.stderr.strip()
        else []
    )
    last = [escape_controls(_clip_text(line)) for line in errors[-MAX_LINES:]]
    stderr = ["on standard error:", *(f"  {line}" for line in last)] if last else []
    return CLIENT_ERROR_TITLES[client_result.kind], (
        escape_controls(_clip_text(redact(key, client_result.message))),
        *stderr,
    )


def _clip_values(value: Any) -> Any:
    match value:
        case str():
            return _clip_text(value)
        case dict():
            return {_clip_text(name): _clip_values(each) for name, each in value.items()}
        case list():
            return [_clip_values(each) for each in value]
    return value


def _clip_text(text: str) -> str:
    if len(text) <= MAX_TEXT_CHARS:
        return text
    return f"{text[:MAX_TEXT_CHARS]}… ({format_number(len(text))} characters)"


def _limit_lines(lines: Sequence[str]) -> tuple[str, ...]:
    if len(lines) <= MAX_LINES:
        return tuple(lines)
    return (*lines[: MAX_LINES - 1], f"… {format_number(len(lines) - MAX_LINES + 1)} lines more")
