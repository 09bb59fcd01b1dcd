"""What passed between a client and the server, for whoever wants to know."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from wan_validators.finding import Finding

from ..http.messages import Request, Response
from .journal import Entry

log = logging.getLogger("wan_mockserver")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, and what the journal keeps of them.

    The API key is nowhere but in the request's own headers. *findings* are those about a
    payload, None if there was none to look at.
    """

    request: Request
    response: Response
    entry: Entry
    findings: tuple[Finding, ...] | None = None


Listener = Callable[[Exchange], None]


def lines(exchange: Exchange) -> list[str]:
    """The exchange in a line for the log, and each finding in one more; never the API key."""
    entry = exchange.entry
    head = [entry.method, ascii(entry.path)[1:-1], str(entry.status)]
    if entry.task:
        head.append(f"task={entry.task}")
    if entry.tenant:
        head.append(f"tenant={entry.tenant}")
    if exchange.findings is not None:
        head.append(f"findings={len(entry.findings)}")
    if entry.step:
        head.append(f"step={entry.step!r}")
    if entry.delivery:
        head.append(f"delivery={entry.delivery}")
    notes = (note.line.encode("unicode_escape").decode() for note in entry.findings)
    return [" ".join(head), *(f"  {note}" for note in notes)]


def log_exchange(exchange: Exchange) -> None:
    """Writes the exchange to the logger ``wan_mockserver``, at level INFO."""
    if log.isEnabledFor(logging.INFO):
        for line in lines(exchange):
            log.info("%s", line)
