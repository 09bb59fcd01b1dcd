"""Defines an interaction: one call with everything that was observed of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from wan_mockserver.http.messages import Request, Response
from wan_mockserver.simulator.wire_tasks import build_outputs
from wan_mockserver.state.journal import Entry
from wan_mockserver.state.ledger import Ledger
from wan_mockserver.state.tasks import TaskRecord
from wan_validators.outputs import Images
from wan_validators.source.json_pointer import MISSING
from wan_validators.task import State, TaskOutput
from wan_validators.task_bodies import find_status_word

from ..cases.case import Case, Setting
from ..protocol.outcome import Outcome

__all__ = [
    "ClientError",
    "ClientErrorKind",
    "Interaction",
    "ObservedExchange",
    "has_recorded_form",
    "parse_json",
]


class ClientErrorKind(StrEnum):
    """Names the ways in which a call can end without an outcome."""

    CRASHED = "crashed"
    HUNG = "hung"
    GARBAGE = "garbage"
    RUNAWAY = "runaway"
    """The client sent requests long after its deadline and was stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientError:
    """Replaces the outcome if there is none: a message and the end of standard error."""

    kind: ClientErrorKind
    message: str
    stderr: str = ""


@dataclass(frozen=True, kw_only=True)
class ObservedExchange:
    """Holds one request, its response, and the journal entry for it.

    *at* is in seconds since the start of the call, on the client's clock. *peer* is the
    client's address; it is "" in process. *is_late* is True if the response was sent so late, in
    real time, that the client may have given up before; see ``late_responses.py``. *after_outcome*
    is True if the client sent the request after it had reported its outcome.
    """

    request: Request
    response: Response
    entry: Entry
    at: float
    peer: str = ""
    is_late: bool = False
    after_outcome: bool = False

    @property
    def is_intact(self) -> bool:
        """Returns True if the client could read the complete response."""
        return not self.entry.delivery

    @cached_property
    def json(self) -> Any:
        """Returns the body of the response; None if it is not JSON."""
        return parse_json(self.response.body)

    @cached_property
    def request_json(self) -> Any:
        """Returns the body of the request; None if it is not JSON."""
        return parse_json(self.request.body)

    @cached_property
    def status_word(self) -> Any:
        """Returns the status member of the task in the body; None if there is none."""
        return find_status_word(self.json)

    @property
    def is_success(self) -> bool:
        """Returns True if the response is complete and has a 2xx status."""
        return self.is_intact and 200 <= self.entry.status < 300


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """Holds one complete call for the laws to check.

    *exchanges* are in the order of the requests. *tasks* are those that the call created, and
    *ledger* holds their charges. *seconds* is the real duration. *client_result* is None if nobody
    reported how the call ended: then only the laws about its requests apply. *together* are the
    cases of all calls that ran at the same time, this one included; it is empty for a call that
    ran alone.
    """

    case: Case
    setting: Setting
    client_result: Outcome | ClientError | None
    exchanges: tuple[ObservedExchange, ...]
    tasks: tuple[TaskRecord, ...]
    ledger: Ledger
    seconds: float = 0.0
    together: tuple[Case, ...] = ()

    @cached_property
    def outcome(self) -> Outcome | None:
        """Returns what the client reported; None if it reported no outcome."""
        return self.client_result if isinstance(self.client_result, Outcome) else None

    @property
    def has_failed(self) -> bool:
        """Returns True if the client crashed, hung, or reported no valid outcome."""
        return isinstance(self.client_result, ClientError)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Returns the journal entries, for the checks of the mock server."""
        return tuple(exchange.entry for exchange in self.exchanges)

    @cached_property
    def creates(self) -> tuple[ObservedExchange, ...]:
        """Returns the exchanges that create a task."""
        return self._select_exchanges("create")

    @cached_property
    def polls(self) -> tuple[ObservedExchange, ...]:
        """Returns the exchanges that poll a task."""
        return self._select_exchanges("poll")

    @cached_property
    def downloads(self) -> tuple[ObservedExchange, ...]:
        """Returns the exchanges that download a file."""
        return self._select_exchanges("file")

    @cached_property
    def acknowledged_create(self) -> ObservedExchange | None:
        """Returns the last create, before the outcome, that gave the client the task id."""
        for exchange in reversed(self.creates):
            if exchange.entry.task and exchange.entry.arrived and not exchange.after_outcome:
                return exchange
        return None

    @cached_property
    def task_polls(self) -> tuple[ObservedExchange, ...]:
        """Returns the polls of the task whose id the client knows."""
        task = self.acknowledged_create.entry.task if self.acknowledged_create else None
        return tuple(poll for poll in self.polls if task and poll.entry.task == task)

    @cached_property
    def final_poll(self) -> ObservedExchange | None:
        """Returns the poll that showed the client the end of its task in a documented status."""
        return next((poll for poll in self.task_polls if self.is_final_poll(poll)), None)

    def is_final_poll(self, poll: ObservedExchange) -> bool:
        """Returns True if *poll* shows the end of a task in the form that the page documents."""
        if not (poll.entry.ended and poll.entry.arrived):
            return False
        documented = poll.status_word in self.case.spec.vendor.words.values()
        return documented and not has_recorded_form(poll)

    @cached_property
    def record(self) -> TaskRecord | None:
        """Returns the server's record of the task whose end the client saw."""
        task = self.final_poll.entry.task if self.final_poll else None
        return next((record for record in self.tasks if record.id == task), None)

    @property
    def is_task_done(self) -> bool:
        """Returns True if the client saw that its task is done, with or without results."""
        return self.record is not None and self.record.state is State.DONE

    @cached_property
    def results(self) -> tuple[TaskOutput, ...]:
        """Returns the results in the response of the final poll, in order."""
        if not (self.final_poll and self.record and self.is_task_done):
            return ()
        return build_outputs(self.record, self.final_poll.request.base_url)

    @property
    def requested_images(self) -> int | None:
        """Returns the requested number of images; None for a mere limit, and for videos."""
        outputs, payload = self.case.spec.outputs, self.case.payload
        if not isinstance(outputs, Images):
            return None
        if not self.case.spec.has_fixed_count(payload):
            return None
        count = self.case.spec.value(payload, outputs.count)
        return None if count is MISSING else int(count)

    def _select_exchanges(self, action: str) -> tuple[ObservedExchange, ...]:
        return tuple(each for each in self.exchanges if each.entry.action == action)


def has_recorded_form(poll: ObservedExchange) -> bool:
    """Returns True if a task has ``output`` or ``error`` beside ``task_info``, as recorded ones."""
    body = poll.json
    return isinstance(body, dict) and "task_info" in body and bool({"output", "error"} & {*body})


def parse_json(body: bytes | None) -> Any:
    """Returns *body* parsed as JSON; None if it is not JSON."""
    try:
        return json.loads(body or b"")
    except ValueError:
        return None
