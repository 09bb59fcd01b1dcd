"""The calls of a listening run: a case with its own API key, and its requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from random import Random
from threading import RLock
from time import monotonic
from typing import Final
from urllib.parse import unquote

from wan_mockserver.http.messages import Request, Response
from wan_mockserver.service import Mock
from wan_mockserver.simulator.auth import identify_caller
from wan_mockserver.state.journal import get_entry

from ..cases.case import Case, Setting
from ..cases.time_profiles import TimeProfile
from ..protocol.outcome import Outcome
from ..runner.interaction import Interaction, ObservedExchange
from ..runner.late_responses import is_late
from ..runner.recording_proxy import RecordedExchange

__all__ = ["SETTLING_GRACE_S", "CallTable", "ListenedCall", "create_calls"]

KEY_PREFIX: Final = "wp-case-"

KEY_BITS: Final = 96
"""Random bits of an API key. No key is the beginning of another one."""

SETTLING_GRACE_S: Final = 1.0
"""Seconds after the deadline of a call in which its last poll can still come."""


@dataclass(eq=False, kw_only=True)
class ListenedCall:
    """One case, and everything that the server received for it so far.

    *tenant* owns its tasks. *started_at* is the time of its first request, on the clock of the
    mock. *pending* counts requests without a response yet.
    """

    number: int
    case: Case
    setting: Setting
    tenant: str
    is_handed_out: bool = False
    outcome: Outcome | None = None
    started_at: float | None = None
    pending: int = 0
    exchanges: list[ObservedExchange] = field(default_factory=list)
    _is_settled: bool = field(default=False, init=False)

    @property
    def is_called(self) -> bool:
        """Returns True if the client sent a request, or its driver reported an outcome."""
        return self.started_at is not None or self.outcome is not None

    def build_interaction(self, mock: Mock) -> Interaction:
        """Returns what was observed until now."""
        tasks = mock.tasks(self.tenant)
        return Interaction(
            case=self.case,
            setting=self.setting,
            client_result=self.outcome,
            exchanges=tuple(sorted(self.exchanges, key=lambda each: each.entry.number)),
            tasks=tuple(tasks),
            ledger=mock.ledger(self.tenant, tasks),
        )

    def is_settled(self, mock: Mock) -> bool:
        """Returns True if no more requests are expected: more of them can only break laws."""
        if not self._is_settled and self.is_called and not self.pending:
            interaction = self.build_interaction(mock)
            create = interaction.acknowledged_create
            self._is_settled = (
                self.outcome is not None
                or create is None
                or interaction.final_poll is not None
                or mock.clock.now() - (self.started_at or 0.0)
                > create.at + self.setting.deadline + SETTLING_GRACE_S
            )
        return self._is_settled

    def begin_request(self, now: float) -> float:
        """Counts a request; returns its time in seconds since the first one."""
        self.is_handed_out = True
        self.started_at = now if self.started_at is None else self.started_at
        self.pending += 1
        self._is_settled = False
        return now - self.started_at

    def end_request(self, exchange: ObservedExchange | None) -> None:
        """Records *exchange*, or None if the mock could not answer."""
        self.pending -= 1
        if exchange is not None:
            self.exchanges.append(exchange)


def create_calls(
    cases: Iterable[Case], time_profile: TimeProfile, base_url: str, seed: int
) -> list[ListenedCall]:
    """Returns one call for each case. The API keys depend on *seed*."""
    random = Random(f"{seed}/keys")
    calls = []
    for number, case in enumerate(cases, 1):
        key = f"{KEY_PREFIX}{random.getrandbits(KEY_BITS):0{KEY_BITS // 4}x}"
        setting = Setting(
            base_url=base_url,
            api_key=key,
            vendor=case.spec.vendor.name,
            model=case.model_id,
            poll_interval=time_profile.interval_for(case.spec),
            deadline=time_profile.deadline,
            timeout=time_profile.timeout,
        )
        tenant = identify_caller(f"Bearer {key}").tenant
        calls.append(ListenedCall(number=number, case=case, setting=setting, tenant=tenant))
    return calls


class CallTable:
    """Records the exchanges of *calls*, which can run at the same time.

    A request belongs to the call whose API key it has, wherever it has it. A request without
    any key belongs to the call whose task its path names.
    """

    def __init__(self, calls: Iterable[ListenedCall], mock: Mock) -> None:
        self.calls = list(calls)
        self.lock = RLock()
        self._mock = mock
        self._by_key = {call.setting.api_key: call for call in self.calls}
        self._by_task: dict[str, ListenedCall] = {}
        self._by_entry: dict[int, ListenedCall] = {}

    def find_by_key(self, request: Request) -> ListenedCall | None:
        """Returns the call whose API key is anywhere in *request*, except in its body."""
        text = "\n".join(
            [unquote(f"{request.path}?{request.query}"), *map(unquote, request.headers.values())]
        )
        at = text.find(KEY_PREFIX)
        while at >= 0:
            call = self._by_key.get(text[at : at + len(KEY_PREFIX) + KEY_BITS // 4])
            if call is not None:
                return call
            at = text.find(KEY_PREFIX, at + 1)
        return None

    def find_number(self, key: str) -> int:
        """Returns the number of the case with the API key *key*."""
        return self._by_key[key].number

    def find_by_task(self, request: Request) -> ListenedCall | None:
        """Returns the call whose task the path of *request* names."""
        found = (self._by_task.get(part) for part in request.path.split("/"))
        return next((call for call in found if call is not None), None)

    def record(
        self, call: ListenedCall, request: Request, answer: Callable[[], Response]
    ) -> Response:
        """Returns the response of *answer*, and records it for *call*."""
        with self.lock:
            at = call.begin_request(self._mock.clock.now())
        received_at = monotonic()
        exchange = None
        try:
            response = answer()
            entry = get_entry(self._mock.store, response.entry)
            if entry is not None:
                recorded = RecordedExchange(request, response, at, monotonic() - received_at)
                exchange = ObservedExchange(
                    request=request,
                    response=response,
                    entry=entry,
                    at=at,
                    peer=request.peer,
                    is_late=is_late(recorded, call.setting.timeout),
                )
        finally:
            with self.lock:
                call.end_request(exchange)
                if exchange is not None:
                    self._by_entry[exchange.entry.number] = call
                    if exchange.entry.action == "create" and exchange.entry.task:
                        self._by_task[exchange.entry.task] = call
        return response

    def refresh(self, response: Response) -> None:
        """Reads the entry of *response* again: the client did not receive the response."""
        with self.lock:
            call = self._by_entry.get(response.entry)
            entry = get_entry(self._mock.store, response.entry)
            if call is not None and entry is not None:
                call.exchanges = [
                    replace(each, entry=entry) if each.entry.number == entry.number else each
                    for each in call.exchanges
                ]
