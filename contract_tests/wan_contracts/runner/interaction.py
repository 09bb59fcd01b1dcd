"""All that is known of one call: what was asked, what was said, and what the server saw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from wan_mockserver.http.messages import Request, Response
from wan_mockserver.simulator.wire_tasks import to_wire_task
from wan_mockserver.state.journal import Entry
from wan_mockserver.state.ledger import Ledger
from wan_mockserver.state.tasks import TaskRecord
from wan_validators.outputs import Images
from wan_validators.source.json_pointer import MISSING
from wan_validators.vendor import State, TaskOutput

from ..cases.case import Case, Setting
from ..protocol.outcome import Outcome


class ClientErrorKind(StrEnum):
    """How a client ended a call without saying how it ended."""

    CRASHED = "crashed"
    HUNG = "hung"
    GARBAGE = "garbage"
    RUNAWAY = "runaway"
    """It went on sending requests long after its deadline, and was stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientError:
    """In place of an outcome: what happened, in a sentence, and the end of standard error."""

    kind: ClientErrorKind
    message: str
    stderr: str = ""


@dataclass(frozen=True, kw_only=True)
class ObservedExchange:
    """One request as it came and the answer as it went, in full.

    *at* is in seconds since the call began, by the clock that the client lives by; *peer* is
    the other end of the connection, "" in process. *entry* is the journal's line for it.
    """

    request: Request
    response: Response
    entry: Entry
    at: float
    peer: str = ""

    @property
    def is_intact(self) -> bool:
        """Whether the client could read the answer to its end."""
        return not self.entry.delivery

    @cached_property
    def json(self) -> Any:
        """The body of the answer, None if it is no JSON."""
        return parse_json(self.response.body)

    @cached_property
    def status_word(self) -> Any:
        """What the body says of the state of the task; None if nothing."""
        return find_task_object(self.json).get("status")

    @property
    def is_success(self) -> bool:
        """Whether the answer is what the vendor answers when all is well."""
        return self.is_intact and 200 <= self.entry.status < 300


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """One call from its begin to its end, for laws to judge.

    *seen* is in the order in which the requests came; *tasks* are those that the call made,
    *ledger* what they cost.
    """

    case: Case
    setting: Setting
    client_result: Outcome | ClientError
    exchanges: tuple[ObservedExchange, ...]
    tasks: tuple[TaskRecord, ...]
    ledger: Ledger

    @property
    def outcome(self) -> Outcome | None:
        """What the client reported; None if it did not."""
        return self.client_result if isinstance(self.client_result, Outcome) else None

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The journal's lines, for the mock's own judges."""
        return tuple(seen.entry for seen in self.exchanges)

    @cached_property
    def creates(self) -> tuple[ObservedExchange, ...]:
        return self._select_exchanges("create")

    @cached_property
    def polls(self) -> tuple[ObservedExchange, ...]:
        return self._select_exchanges("poll")

    @cached_property
    def downloads(self) -> tuple[ObservedExchange, ...]:
        return self._select_exchanges("file")

    @cached_property
    def acknowledged_create(self) -> ObservedExchange | None:
        """The last create whose answer told the client of its task."""
        told = (seen for seen in reversed(self.creates) if seen.entry.task and seen.entry.arrived)
        return next(told, None)

    @cached_property
    def task_polls(self) -> tuple[ObservedExchange, ...]:
        """The polls of the task that the client knows."""
        task = self.acknowledged_create.entry.task if self.acknowledged_create else None
        return tuple(poll for poll in self.polls if task and poll.entry.task == task)

    @cached_property
    def final_poll(self) -> ObservedExchange | None:
        """The poll that told the client, in a documented word, that the task it knows is over."""
        return next((poll for poll in self.task_polls if self.is_final_poll(poll)), None)

    def is_final_poll(self, poll: ObservedExchange) -> bool:
        """Whether *poll* tells of an end in a word that the model's own page has for it."""
        documented = poll.status_word in self.case.spec.vendor.words.values()
        return documented and poll.entry.ended and poll.entry.arrived

    @cached_property
    def record(self) -> TaskRecord | None:
        """The task whose end was told, as the server knows it."""
        task = self.final_poll.entry.task if self.final_poll else None
        return next((record for record in self.tasks if record.id == task), None)

    @property
    def is_task_done(self) -> bool:
        """Whether the client was told that its task is done, with results or without."""
        return self.record is not None and self.record.state is State.DONE

    @cached_property
    def results(self) -> tuple[TaskOutput, ...]:
        """What the answer that told of the end had in it, in its order."""
        if not (self.final_poll and self.record and self.is_task_done):
            return ()
        return to_wire_task(
            self.record, self.final_poll.request.base_url, self.case.spec.vendor
        ).outputs

    @property
    def requested_images(self) -> int | None:
        """How many images the payload asks for; None where it sets but a limit, or for videos."""
        outputs, payload = self.case.spec.outputs, self.case.payload
        if not isinstance(outputs, Images):
            return None
        if outputs.interleave and self.case.spec.value(payload, outputs.interleave) is True:
            return None
        count = self.case.spec.value(payload, outputs.count)
        return None if count is MISSING else int(count)

    def _select_exchanges(self, action: str) -> tuple[ObservedExchange, ...]:
        return tuple(seen for seen in self.exchanges if seen.entry.action == action)


def find_task_object(body: Any) -> Mapping[str, Any]:
    """What in a body describes the task: a member of its own, or the body itself."""
    if not isinstance(body, dict):
        return {}
    inner = body.get("task_info", body)
    return inner if isinstance(inner, dict) else {}


def parse_json(body: bytes | None) -> Any:
    """*body* as JSON; None where it is none."""
    try:
        return json.loads(body or b"")
    except ValueError:
        return None
