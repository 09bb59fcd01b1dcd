"""Lints the partitions of data sets: functions for the engines that process these.

They are pure, and they have no state, so that Dask, Ray and Spark can send and repeat them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..finding import Report
from ..finding_limit import DEFAULT_MAX_FINDINGS
from ..linter import lint

__all__ = ["lint_batch", "lint_partition"]


def lint_partition(
    payloads: Iterable[str | bytes | Mapping[str, Any]],
    *,
    model: str | None = None,
    now: float | None = None,
    max_findings: int = DEFAULT_MAX_FINDINGS,
) -> Iterator[dict[str, Any]]:
    """Yields a JSON object for each of *payloads*: ``model``, ``valid`` and ``findings``.

    A payload is JSON text or a dict. If one has more findings than *max_findings*, the others
    are counted in ``omitted``. The arguments are those of :func:`lint`; give *now*, in seconds
    since 1970, so that a repeated partition has the same results. Raises UnknownModel if there
    is no *model*.
    """
    for payload in payloads:
        yield _describe(_lint(payload, model, now, max_findings))


def lint_batch(
    batch: Mapping[str, Any],
    column: str,
    *,
    model: str | None = None,
    now: float | None = None,
    max_findings: int = DEFAULT_MAX_FINDINGS,
) -> dict[str, Sequence[Any]]:
    """Returns the columns of *batch*, and ``model``, ``valid`` and ``findings``.

    *batch* has arrays or lists of equal length by their names. The payloads are in *column*, as
    JSON text or as dicts. ``findings`` is JSON text, so that each batch has the same types. The
    other arguments are those of :func:`lint_partition`.
    """
    reports = [_describe(_lint(each, model, now, max_findings)) for each in batch[column]]
    return {
        **batch,
        "model": [each["model"] or "" for each in reports],
        "valid": [each["valid"] for each in reports],
        "findings": [json.dumps(each["findings"]) for each in reports],
    }


def _lint(payload: Any, model: str | None, now: float | None, max_findings: int) -> Report:
    given = dict(payload) if isinstance(payload, Mapping) else payload
    return lint(given, model, now=now, max_findings=max_findings)


def _describe(report: Report) -> dict[str, Any]:
    omitted = {"omitted": report.omitted.total} if report.omitted else {}
    findings = [each.as_dict() for each in report.findings]
    return {"model": report.model, "valid": report.valid, "findings": findings, **omitted}
