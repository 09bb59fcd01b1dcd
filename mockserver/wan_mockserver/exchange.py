"""What passed between a client and the server, for whoever wants to know."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from wan_validators.finding import Finding

from .messages import Request, Response

log = logging.getLogger("wan_mockserver")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer. *at* is the server's time, in unix seconds.

    *tenant* stands for the API key, which is nowhere else but in the request's headers.
    *task* is the task that was made or asked for, and *findings* are those about a payload,
    None if there was none to look at.
    """

    at: float
    request: Request
    response: Response
    vendor: str | None = None
    tenant: str | None = None
    task: str | None = None
    findings: tuple[Finding, ...] | None = None


Listener = Callable[[Exchange], None]


def lines(exchange: Exchange) -> list[str]:
    """The exchange in a line for the log, and each finding in one more; never the API key."""
    request, found = exchange.request, exchange.findings or ()
    head = [request.method, ascii(request.path)[1:-1], str(exchange.response.status)]
    if exchange.task:
        head.append(f"task={exchange.task}")
    if exchange.tenant:
        head.append(f"tenant={exchange.tenant}")
    if exchange.findings is not None:
        head.append(f"findings={len(found)}")
    return [" ".join(head), *(f"  {_line(finding)}" for finding in found)]


def _line(finding: Finding) -> str:
    code = f" {finding.code}" if finding.code else ""
    place = finding.pointer or "(the whole body)"
    says = f"{finding.severity} {finding.rule}{code} at {place}: {finding.message}"
    return says.encode("unicode_escape").decode()


def to_log(exchange: Exchange) -> None:
    """Writes the exchange to the logger ``wan_mockserver``, at level INFO."""
    if log.isEnabledFor(logging.INFO):
        for line in lines(exchange):
            log.info("%s", line)
