"""One request on its way through the simulator, and what becomes known about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from wan_validators.finding import Finding
from wan_validators.spec import ModelSpec
from wan_validators.vendor import State, Vendor

from ..http.messages import Request, Response
from ..scenarios.scenario import Step
from ..state.exchange import Exchange
from ..state.journal import Entry, Note, message, redact
from ..state.tasks import TERMINAL_STATES
from .auth import ANONYMOUS, Caller

MAX_ECHO_CHARACTERS: Final = 2000
"""Characters of a path that are kept."""

MAX_FINDINGS_KEPT: Final = 100
"""Findings that are kept of one payload."""


@dataclass(slots=True)
class RequestContext:
    """*number* is that of its entry in the journal; *now* the server's time when it came.

    *names* are the parts of the path that vary. *label* is what a scenario said, *step* what
    it does. *why* says why the request was refused.
    """

    request: Request
    number: int
    now: float
    random: Random
    vendor: Vendor | None = None
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    caller: Caller = ANONYMOUS
    action: str = ""
    spec: ModelSpec | None = None
    task: str = ""
    state: State | None = None
    step: Step | None = None
    label: str = ""
    reason: str = ""
    findings: tuple[Finding, ...] | None = None

    def build_exchange(self, response: Response) -> Exchange:
        """The request and its answer, and their entry for the journal."""
        return Exchange(
            request=self.request,
            response=response,
            entry=self._entry(response),
            findings=self.findings,
        )

    def _entry(self, response: Response) -> Entry:
        request, key, delivery = self.request, self.caller.key, response.delivery
        return Entry(
            number=self.number,
            at=self.now,
            action=self.action,
            method=request.method,
            path=redact(key, request.path)[:MAX_ECHO_CHARACTERS],
            status=response.status,
            base_url=request.base_url,
            sent=message(request.headers, request.body, key),
            answer=message(response.headers, response.body, key),
            tenant=self.caller.tenant,
            vendor=self.vendor.name if self.vendor else "",
            model=self.spec.id if self.spec else "",
            task=self.task,
            state=self.state.value if self.state else "",
            step=redact(key, self.label),
            why=redact(key, self.reason),
            delivery=delivery.cut.value if delivery.cut else "",
            delay=delivery.delay,
            arrived=self.step is None or self.step.is_intact,
            findings=tuple(_notes(self.findings or (), key)),
            ended=self._is_end_delivered(response),
        )

    def _is_end_delivered(self, response: Response) -> bool:
        """Whether the client now knows that its task is over."""
        whole = response.delivery.cut is None and (self.step is None or self.step.is_intact)
        return self.state in TERMINAL_STATES and self.action == "poll" and whole


def _notes(findings: Sequence[Finding], secret: str) -> Iterator[Note]:
    """The first of them, and how many more there are."""
    yield from (_note(finding, secret) for finding in findings[:MAX_FINDINGS_KEPT])
    more = len(findings) - MAX_FINDINGS_KEPT
    if more > 0:
        says = f"{more} findings more; `wanproof lint` shows them all"
        yield Note(rule="more", code=None, severity="info", pointer="", message=says)


def _note(finding: Finding, secret: str) -> Note:
    return Note(
        rule=finding.rule,
        code=finding.code,
        severity=str(finding.severity),
        pointer=redact(secret, finding.pointer),
        message=redact(secret, finding.message),
    )
