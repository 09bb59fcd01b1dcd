"""Holds the context of one request: what the simulator learns while it answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from wan_validators.finding import Finding
from wan_validators.finding_limit import get_rule_key
from wan_validators.omitted import NOTHING_OMITTED, Omitted
from wan_validators.spec import ModelSpec
from wan_validators.task import State
from wan_validators.vendor import Vendor

from ..http.messages import Request, Response
from ..scenarios.step import Step
from ..state.journal import Entry, Exchange, Note, build_message
from ..state.secrets import (
    Secrets,
    find_secrets,
    redact,
    redact_members,
    select_request_headers,
    select_response_headers,
)
from ..state.tasks import TERMINAL_STATES

__all__ = ["ANONYMOUS", "MAX_ECHO_CHARACTERS", "MAX_FINDINGS_KEPT", "Caller", "RequestContext"]

MAX_ECHO_CHARACTERS: Final = 2000
"""Characters of a path that the journal stores."""

MAX_FINDINGS_KEPT: Final = 100
"""Findings about one payload that the journal stores."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of one API key; *tenant* is a short name that does not reveal *key*.

    A key of the form ``wanproof.<scenario>[.<tenant>]`` selects a scenario and may name the
    tenant. All keys of a tenant see the same tasks.
    """

    tenant: str
    key: str = field(default="", repr=False)
    scenario: str | None = None


ANONYMOUS = Caller("")
"""The caller of a request without a valid key."""


@dataclass(slots=True)
class RequestContext:
    """One request; *number* is the number of its journal entry, *now* the time of its arrival.

    *new_random* makes its source of chance, which few requests need.
    *path_parameters* are the variable parts of the path. If *waits* is true, the response comes
    when the task has ended. *step* is the step of the scenario
    for the request, *label* its description. *reason* is why the request was
    rejected. *omitted* counts the findings that are not listed. *failed* is true after an internal
    error.
    """

    request: Request
    number: int
    now: float
    new_random: Callable[[], Random]
    vendor: Vendor | None = None
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False
    caller: Caller = ANONYMOUS
    action: str = ""
    spec: ModelSpec | None = None
    task: str = ""
    state: State | None = None
    step: Step | None = None
    label: str = ""
    reason: str = ""
    findings: tuple[Finding, ...] | None = None
    omitted: Omitted = NOTHING_OMITTED
    failed: bool = False
    _random: Random | None = None

    @property
    def random(self) -> Random:
        """The source of all chance for this request."""
        if self._random is None:
            self._random = self.new_random()
        return self._random

    def build_exchange(self, response: Response) -> Exchange:
        """Builds the exchange of the request and *response*, with its journal entry."""
        return Exchange(
            request=self.request,
            response=response,
            entry=self._build_entry(response),
            findings=self.findings,
        )

    def _build_entry(self, response: Response) -> Entry:
        request, delivery = self.request, response.delivery
        key = find_secrets(request.headers)
        return Entry(
            number=self.number,
            at=self.now,
            action=self.action,
            method=request.method,
            path=redact(key, request.path)[:MAX_ECHO_CHARACTERS],
            query=redact_members(redact(key, request.query))[:MAX_ECHO_CHARACTERS],
            status=response.status,
            base_url=request.base_url,
            sent=build_message(select_request_headers(request.headers), request.body, key),
            answer=build_message(select_response_headers(response.headers), response.body, key),
            tenant=self.caller.tenant,
            vendor=self.vendor.name if self.vendor else "",
            model=self.spec.id if self.spec else "",
            task=self.task,
            state=self.state.value if self.state else "",
            step=redact(key, self.label),
            why=redact_members(redact(key, self.reason)),
            delivery=delivery.cut.value if delivery.cut else "",
            delay=delivery.delay,
            arrived=not self.failed and (self.step is None or self.step.is_intact),
            findings=tuple(_build_notes(self.findings or (), self.omitted, key)),
            ended=self._is_end_delivered(response),
        )

    def _is_end_delivered(self, response: Response) -> bool:
        """Returns True if the client now knows that its task is over."""
        complete = response.delivery.cut is None and (self.step is None or self.step.is_intact)
        tells = self.action in ("poll", "result") or self.waits
        return self.state in TERMINAL_STATES and tells and complete


def _build_notes(findings: Sequence[Finding], omitted: Omitted, secret: Secrets) -> Iterator[Note]:
    """Yields a note for each of the first findings, and one that counts the others."""
    yield from (_build_note(finding, secret) for finding in findings[:MAX_FINDINGS_KEPT])
    for finding in findings[MAX_FINDINGS_KEPT:]:
        omitted = omitted.add(get_rule_key(finding), 1)
    if omitted:
        message = f"and {omitted}; `wanproof lint` lists more with --max-per-payload"
        yield Note(rule="more", code=None, severity="info", pointer="", message=message)


def _build_note(finding: Finding, secret: Secrets) -> Note:
    return Note(
        rule=finding.rule,
        code=finding.code,
        severity=str(finding.severity),
        pointer=redact(secret, finding.pointer),
        message=redact_members(redact(secret, finding.message)),
    )
