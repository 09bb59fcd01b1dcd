"""Finds where a capture differs from the documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from wan_mockserver.captures.exchange import CapturedExchange, redact_exchanges
from wan_mockserver.http.errors import RequestRejected
from wan_mockserver.simulator.routing import Action, Route, build_routes, find_route, normalize_path
from wan_validators.catalog import find, find_all, models_of, vendors
from wan_validators.finding import Report
from wan_validators.linter import lint
from wan_validators.spec import ModelSpec, Severity
from wan_validators.task_bodies import find_task_id
from wan_validators.vendor import Vendor
from wan_validators.wrappers import unwrap_all

from .finding import DriftFinding, DriftReport, ExchangeDrift
from .settling import CapturedTask, find_settled
from .wire_shapes import check_body, check_status

__all__ = ["find_drift"]

ROUTES: Final = build_routes(vendors())


def find_drift(capture: str, exchanges: Sequence[CapturedExchange]) -> DriftReport:
    """Compares the *exchanges* of *capture* with the documents. The report has no secrets."""
    compared: list[ExchangeDrift] = []
    tasks: dict[str, CapturedTask] = {}
    refused: list[CapturedTask] = []
    for exchange in redact_exchanges(exchanges):
        path = normalize_path(exchange.request.path)
        try:
            route, names = find_route(ROUTES, exchange.request.method, path)
        except RequestRejected:
            continue
        if route.vendor is None or route.waits:  # what waits for a task is not compared
            continue
        body = _parse(exchange.response.body)
        findings: list[DriftFinding] = []
        if route.action is Action.CREATE:
            report = lint(exchange.request.body or b"", _name_model(route.vendor, names, exchange))
            spec = find(report.model)
            findings += _describe_request(report)
            if spec is None:
                continue
            payload, _ = unwrap_all(spec, _parse(exchange.request.body or b""))
            task = CapturedTask(
                spec=spec,
                create=exchange,
                body=body,
                report=report,
                payload=payload if isinstance(payload, dict) else {},
            )
            task_id = find_task_id(body)
            if task_id:
                tasks[task_id] = task
            else:
                refused.append(task)
        elif route.action is not Action.POLL:
            _keep_results(route, tasks.get(names.get("task_id", "")), exchange, body)
            continue
        else:
            known = tasks.get(names["task_id"])
            spec = known.spec if known else find(_qualify(route.vendor, names))
            spec = spec or _find_likeliest(route, exchange, body)
            if known:
                known.polls.append((exchange, body))
        if spec is None:
            continue
        findings += _check_response(spec, exchange, body, create=route.action is Action.CREATE)
        compared.append(
            ExchangeDrift(
                place=exchange.place,
                method=exchange.request.method,
                path=path,
                status=exchange.response.status,
                model=spec.id,
                findings=tuple(findings),
            )
        )
    return DriftReport(
        capture=capture,
        exchanges=tuple(compared),
        settled=tuple(find_settled([*tasks.values(), *refused])),
        skipped=len(exchanges) - len(compared),
    )


def _check_response(
    spec: ModelSpec, exchange: CapturedExchange, body: Any, *, create: bool
) -> Iterator[DriftFinding]:
    status = exchange.response.status
    yield from check_status(spec.vendor, spec.id, status, create=create)
    if not exchange.complete:
        text = "the capture does not hold the whole body, so it is not compared"
        yield DriftFinding(Severity.INFO, "response", "", text)
    elif body is None:
        text = "the body is not JSON"
        yield DriftFinding(Severity.ERROR, "response", "", text)
    else:
        yield from check_body(spec.vendor, spec.id, status, body, create=create)


def _keep_results(
    route: Route, task: CapturedTask | None, exchange: CapturedExchange, body: Any
) -> None:
    """Adds the results of *task* that have a path of their own."""
    is_done = exchange.response.status == HTTPStatus.OK
    if route.action is Action.RESULT and task and is_done:
        task.results = body


def _describe_request(report: Report) -> Iterator[DriftFinding]:
    for finding in report.findings:
        if finding.severity is not Severity.INFO:
            yield DriftFinding(
                finding.severity, "request", finding.pointer, finding.message, finding.rule
            )


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _name_model(vendor: Vendor, names: Mapping[str, str], exchange: CapturedExchange) -> str | None:
    """Returns what names the model of a create beside its body: its path, or a header."""
    path = exchange.request.path
    name = _qualify(vendor, names) or (path if find_all(path) else None)
    return name if find_all(name) else _find_model(exchange)


def _qualify(vendor: Vendor, names: Mapping[str, str]) -> str | None:
    return f"{vendor.name}/{names['model']}" if "model" in names else None


def _find_model(exchange: CapturedExchange) -> str | None:
    """Returns the model in a header, for vendors that read it there."""
    headers = exchange.request.headers
    names = [vendor.model_header.lower() for vendor in vendors() if vendor.model_header]
    return next((headers[name] for name in names if find(headers.get(name))), None)


def _find_likeliest(route: Route, exchange: CapturedExchange, body: Any) -> ModelSpec | None:
    """Returns the model whose documents *body* fits best, for a poll without its create."""
    specs = [*models_of(route.vendor).values()] if route.vendor else []

    def count_findings(spec: ModelSpec) -> int:
        return len([*_check_response(spec, exchange, body, create=False)])

    return min(specs, key=count_findings, default=None)
