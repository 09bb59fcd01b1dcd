"""Texts about a run that all formats share.

No text contains control characters or the API key.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.state.secrets import redact
from wan_validators.documentation import build_docs_url
from wan_validators.messages.formatting import format_count, format_number
from wan_validators.reporters.excerpt import escape_controls

from ..cases.case import Case
from ..laws.law import Group, Law
from ..protocol.outcome import Outcome
from ..results.large_texts import describe_texts
from ..results.report import ContractReport, Coverage, LawFailure, LawResult, Status
from ..results.transcript import TranscriptBlock, build_blocks, format_block
from ..runner.interaction import ClientError, ClientErrorKind
from .plain_json import to_plain_json

__all__ = [
    "CLIENT_ERROR_TITLES",
    "MAX_LINES",
    "MAX_MISSED_NAMES",
    "MAX_TEXT_CHARS",
    "NO_REQUEST",
    "PROBLEM_STATUSES",
    "FailureDescription",
    "build_law_url",
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
]

MAX_TEXT_CHARS: Final = 200
"""The most characters shown of one text in a payload or an outcome."""

MAX_LINES: Final = 80
"""The most lines shown of a payload, an outcome or standard error."""

MAX_MISSED_NAMES: Final = 5
"""The most names shown of missed rules, codes or scenarios."""

PROBLEM_STATUSES: Final = (Status.FAIL, Status.UNEXPECTED, Status.WARN)
"""The statuses of problems, the worst first."""

CLIENT_ERROR_TITLES: Final = {
    ClientErrorKind.CRASHED: "The client crashed",
    ClientErrorKind.HUNG: "The client hung",
    ClientErrorKind.GARBAGE: "The client reported something that is not an outcome",
    ClientErrorKind.RUNAWAY: "The client did not stop",
}

NO_REQUEST: Final = "  no request"

_SCENARIOS: Final = Scenarios()


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureDescription:
    """The texts of a failure of a law.

    *result_title* is the title of *result_lines*. *preceding* has one line for each call that
    must be made before, *together* one for each call that ran at the same time. *replay_command*
    is a command line.
    """

    reason: str
    model: str
    scenario: str
    payload: tuple[str, ...]
    result_title: str
    result_lines: tuple[str, ...]
    blocks: tuple[TranscriptBlock, ...]
    preceding: tuple[str, ...]
    together: tuple[str, ...]
    replay_command: str | None

    @property
    def transcript(self) -> tuple[str, ...]:
        """Returns *blocks* as plain lines; one line if the server received no request."""
        return tuple(chain.from_iterable(map(format_block, self.blocks))) or (NO_REQUEST,)


def describe_failure(failure: LawFailure) -> FailureDescription:
    """Returns the texts of *failure*."""
    interaction, key = failure.interaction, failure.interaction.setting.api_key
    title, lines = _format_client_result(interaction.client_result, key)
    return FailureDescription(
        reason=format_reason(failure),
        model=escape_controls(interaction.case.model_id),
        scenario=escape_controls(describe_scenario(interaction.case)),
        payload=format_json(interaction.case.payload, key),
        result_title=title,
        result_lines=lines,
        blocks=tuple(build_blocks(interaction, failure.verdict.entries)),
        preceding=tuple(
            escape_controls(f"{number}. {case.model_id}, scenario {describe_scenario(case)}")
            for number, case in enumerate(failure.preceding, 1)
        ),
        together=tuple(
            escape_controls(f"{case.model_id}, {describe_scenario(case)}")
            for case in interaction.together
        ),
        replay_command=format_replay_command(failure),
    )


def format_reason(failure: LawFailure) -> str:
    """Returns the message of the verdict of *failure*."""
    message = redact(failure.interaction.setting.api_key, failure.verdict.message)
    if failure.preceding:
        calls = format_count(len(failure.preceding), "other call")
        message += f" (only after {calls} with the same client)"
    return escape_controls(message)


def format_replay_command(failure: LawFailure) -> str | None:
    """Returns the command that repeats the call, or None without a replay file."""
    if failure.replay is None:
        return None
    return escape_controls(f"wanproof replay {shlex.quote(failure.replay)} --trust")


def build_law_url(law: Law) -> str:
    """Returns the address of the page about *law*, with a failing and a passing transcript."""
    return build_docs_url(f"reference/laws/{law.id}")


def describe_scenario(case: Case) -> str:
    """Returns the name of the scenario of *case*, with its summary if it is known."""
    try:
        return f"{case.scenario} ({_SCENARIOS.find(case.scenario).summary})"
    except ValueError:
        return case.scenario


def group_results(report: ContractReport) -> dict[Group, list[LawResult]]:
    """Returns the results by group, in the order of the groups, without empty groups."""
    by_group = {
        group: [result for result in report.results if result.law.group is group] for group in Group
    }
    return {group: results for group, results in by_group.items() if results}


def find_problems(report: ContractReport) -> list[LawResult]:
    """Returns the results that are problems, the worst first."""
    return [
        result for each in PROBLEM_STATUSES for result in report.results if result.status is each
    ]


def find_known(report: ContractReport) -> list[LawResult]:
    """Returns the results of known failures."""
    return [result for result in report.results if result.status is Status.KNOWN]


def describe_unexpected(result: LawResult) -> str:
    """Returns why a known failure that passes fails the run."""
    return (
        "no call broke the law, but it is in the file of known failures: "
        f"{escape_controls(result.known or '')}. Remove its entry from the file."
    )


def format_remark(result: LawResult) -> str:
    """Returns the number of calls that broke the law, or the reason of its status."""
    match result.status:
        case Status.PASS:
            return ""
        case Status.SKIPPED:
            return escape_controls(result.reason or "the law applied to no call")
        case Status.UNEXPECTED:
            return f"known failure: {escape_controls(result.known or '')}"
        case Status.KNOWN:
            return escape_controls(result.known or "")
    remark = f"{format_number(result.broken)} of {format_count(result.judged, 'call')} broke it"
    if result.status is Status.NOT_REPRODUCED and result.failure is not None:
        remark += f", but not when repeated: {format_reason(result.failure)}"
    return remark


def format_summary(report: ContractReport) -> str:
    """Returns one line with the laws by status, the calls, the time and the seed."""
    statuses = [
        f"{count} {status.value}" for status, count in report.status_counts.items() if count
    ]
    laws = f"{format_count(len(report.results), 'law')}: {', '.join(statuses) or 'none judged'}"
    rate = f" ({format_number(round(report.cases / report.seconds))}/s)" if report.seconds else ""
    time = f"{format_count(report.cases, 'case')} in {report.seconds:.1f} s{rate}"
    return f"{laws}; {time}; seed {report.seed}"


def format_verdict(report: ContractReport) -> str:
    """Returns the result of the run in a few words."""
    if not any(result.judged for result in report.results):
        return "no law was judged"
    broken = [result for result in find_problems(report) if result.status is Status.FAIL]
    if broken:
        return f"{format_count(len(broken), 'law')} broken"
    if report.status_counts[Status.UNEXPECTED]:
        return "a known failure passes"
    if not report.passed:
        return "no call completed"
    return "passed"


def format_coverage(part: Coverage) -> str:
    """Returns how much of one kind was met, and the first missed names."""
    met, total = format_number(len(part.met)), format_number(part.total)
    line = f"{escape_controls(part.kind)} {met} of {total}"
    if not part.missed:
        return line
    more = len(part.missed) - MAX_MISSED_NAMES
    rest = f" and {format_number(more)} more" if more > 0 else ""
    return (
        f"{line}; missed: {', '.join(map(escape_controls, part.missed[:MAX_MISSED_NAMES]))}{rest}"
    )


def format_json(value: Any, key: str = "") -> tuple[str, ...]:
    """Returns *value* as at most MAX_LINES lines of JSON, with long texts clipped."""
    clipped = describe_texts(to_plain_json(value, key), MAX_TEXT_CHARS)
    shown = json.dumps(clipped, indent=2, ensure_ascii=False).split("\n")
    return _limit_lines([escape_controls(line) for line in shown])


def _format_client_result(
    client_result: Outcome | ClientError | None, key: str
) -> tuple[str, tuple[str, ...]]:
    if client_result is None:
        return "The client reported", ("no outcome; only its requests were judged",)
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


def _clip_text(text: str) -> str:
    if len(text) <= MAX_TEXT_CHARS:
        return text
    return f"{text[:MAX_TEXT_CHARS]}… ({format_number(len(text))} characters)"


def _limit_lines(lines: Sequence[str]) -> tuple[str, ...]:
    if len(lines) <= MAX_LINES:
        return tuple(lines)
    return (*lines[: MAX_LINES - 1], f"… {format_number(len(lines) - MAX_LINES + 1)} more lines")
