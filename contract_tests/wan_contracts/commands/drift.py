"""``wanproof drift`` compares captures of real runs with the documents."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wan_validators.command import EXIT_FINDINGS, EXIT_OK, Command
from wan_validators.messages.formatting import format_count
from wan_validators.spec import Severity

if TYPE_CHECKING:
    from ..drift.finding import DriftFinding, DriftReport, ExchangeDrift, Settled

__all__ = ["COMMAND"]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "captures",
        nargs="+",
        type=Path,
        metavar="CAPTURE",
        help="a HAR file, a cassette of vcrpy (YAML or JSON), or the journal of `wanproof serve`",
    )
    parser.add_argument("--strict", action="store_true", help="fail on warnings too")
    parser.add_argument("-f", "--format", choices=("text", "json"), default="text")


def run(options: Namespace) -> int:
    from wan_mockserver.captures.reading import read_capture

    from ..drift.detection import find_drift

    reports = [find_drift(str(file), read_capture(file)) for file in options.captures]
    if options.format == "json":
        print(
            json.dumps({"version": 1, "captures": [_as_dict(each) for each in reports]}, indent=2)
        )
    else:
        print("\n".join(line for report in reports for line in _iter_lines(report)))
    fatal = (Severity.ERROR, Severity.WARNING) if options.strict else (Severity.ERROR,)
    failed = any(report.count(severity) for report in reports for severity in fatal)
    return EXIT_FINDINGS if failed else EXIT_OK


def _iter_lines(report: DriftReport) -> Iterator[str]:
    from wan_validators.reporters.excerpt import escape_controls

    yield escape_controls(report.capture)
    repeated = Counter(
        (each.model, finding) for each in report.exchanges for finding in each.findings
    )
    for exchange in report.exchanges:
        different = dict.fromkeys(exchange.findings)
        fresh = [each for each in different if (exchange.model, each) in repeated]
        if fresh:
            line = f"  {exchange.place}: {exchange.method} {exchange.path} {exchange.status}"
            yield escape_controls(line)
        for finding in fresh:
            count = repeated.pop((exchange.model, finding))
            yield escape_controls(f"    {_format_finding(finding, count)}")
    for settled in report.settled:
        yield escape_controls(f"  settled: {settled.ambiguity.about} ({settled.model})")
        yield escape_controls(f"    {settled.place}: {settled.evidence}")
        yield f"    wanproof assumes: {settled.ambiguity.chosen}"
    counts = [
        format_count(len(report.exchanges), "exchange"),
        format_count(report.count(Severity.ERROR), "error"),
        format_count(report.count(Severity.WARNING), "warning"),
        f"{len(report.settled)} settled",
    ]
    if report.skipped:
        counts.append(f"{report.skipped} with other services")
    yield f"  {', '.join(counts)}"


def _format_finding(finding: DriftFinding, count: int) -> str:
    """Formats a finding, which *count* exchanges of the model have."""
    rule = f" ({finding.rule})" if finding.rule else ""
    place = f"{finding.part} {finding.pointer}".rstrip()
    more = f", and in {format_count(count - 1, 'more exchange')}" if count > 1 else ""
    return f"{finding.severity}: {place}: {finding.message}{rule}{more}"


def _as_dict(report: DriftReport) -> dict[str, Any]:
    return {
        "capture": report.capture,
        "skipped": report.skipped,
        "exchanges": [_exchange_as_dict(each) for each in report.exchanges],
        "settled": [_settled_as_dict(each) for each in report.settled],
    }


def _exchange_as_dict(exchange: ExchangeDrift) -> dict[str, Any]:
    return {
        "place": exchange.place,
        "method": exchange.method,
        "path": exchange.path,
        "status": exchange.status,
        "model": exchange.model,
        "findings": [
            {
                "severity": str(finding.severity),
                "part": finding.part,
                "pointer": finding.pointer,
                "message": finding.message,
                "rule": finding.rule,
            }
            for finding in exchange.findings
        ],
    }


def _settled_as_dict(settled: Settled) -> dict[str, Any]:
    return {
        "about": settled.ambiguity.about,
        "model": settled.model,
        "evidence": settled.evidence,
        "place": settled.place,
        "readings": list(settled.ambiguity.interpretations),
        "taken": settled.ambiguity.chosen,
    }


COMMAND = Command(
    name="drift",
    summary="Compare captures of real runs with the documents, offline.",
    arguments=add_arguments,
    run=run,
    examples=(
        "wanproof drift paid-run.har",
        "wanproof drift tests/cassettes/*.yaml --strict",
        "wanproof drift journal.json --format json",
    ),
    notes="""Requests are linted. Responses are compared with the documented shapes, statuses, words
and codes. Each ambiguity of the documents that the capture settles is named. API keys, cookies and
signatures of URLs are never shown.

exit codes:
  0  no response differs from the documents and no payload breaks a rule (with --strict, there
     is no warning either, such as a member that no document has)
  1  at least one error
  2  wrong usage, or a file that is not a capture
  3  internal error in wanproof""",
)
