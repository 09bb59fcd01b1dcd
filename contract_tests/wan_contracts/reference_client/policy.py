"""The decisions of a client that keeps every law, one in each method: pure, and easy to change."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from wan_validators import lint, vendor
from wan_validators.catalog import model
from wan_validators.outputs import Images
from wan_validators.vendor import State

from ..cases.case import Setting
from ..protocol.outcome import Outcome, OutcomeKind
from . import response_parsing
from .io_events import ReceivedResponse, TransportFailure

MAX_CREATE_REPEATS: Final = 4
"""How often a create is repeated that was answered with 429."""

MAX_DOWNLOAD_RETRIES: Final = 3
"""How often a download is repeated that failed in a way that may pass."""

STOP_POLLING_STATUSES: Final = (401, 402, 403)
"""Statuses of polls that the next poll would meet again."""


class ClientPolicy:
    """What to send for *payload*, and what to make of answers."""

    preflight = True
    """Whether a payload that lint calls invalid ends the call before anything is sent."""

    def __init__(self, setting: Setting, payload: Any) -> None:
        self.setting, self.payload = setting, payload
        self.spec = model(setting.model)

    # What is sent

    def check_payload(self) -> Outcome | None:
        """How the call ends at once, if the payload breaks a documented rule."""
        errors = lint(self.payload, self.setting.model).errors
        if not errors:
            return None
        first = errors[0]
        return Outcome.not_sent(f"{first.pointer or '/'}: {first.message}", first.code)

    def build_body(self) -> Any:
        """The JSON value that goes out as the body of the create."""
        return self.payload

    def build_create_url(self) -> str:
        return self.url(self.spec.vendor.create)

    def build_poll_url(self, task_id: str) -> str:
        return self.url(self.spec.vendor.poll, task_id)

    def url(self, template: str, task_id: str = "") -> str:
        path = template.format(model=self.setting.model, task_id=quote(task_id, safe=""))
        return self.setting.base_url.rstrip("/") + path

    def build_create_headers(self) -> dict[str, str]:
        return {**self.build_poll_headers(), "Content-Type": "application/json"}

    def build_poll_headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.setting.api_key}"}

    def build_download_headers(self) -> dict[str, str]:
        """Without the key: whoever keeps the files need not know it."""
        return {}

    # What is made of an answer

    def is_truncated(self, reply: ReceivedResponse) -> bool:
        """Whether the body is shorter than announced, for libraries that let that pass."""
        announced = reply.headers.get("content-length", "")
        countable = announced.isdecimal() and "content-encoding" not in reply.headers
        return countable and int(announced) > len(reply.body)

    def may_repeat(self, reply: ReceivedResponse | TransportFailure, attempt: int) -> bool:
        """Whether *reply*, the answer to the create number *attempt*, tells that no task was made.

        After anything but a 429 there may be one, and to repeat the create would pay twice.
        """
        return (
            isinstance(reply, ReceivedResponse)
            and reply.status == 429
            and attempt <= MAX_CREATE_REPEATS
        )

    def may_retry(self, reply: ReceivedResponse | TransportFailure, attempt: int) -> bool:
        """Whether the download number *attempt* failed in a way that may pass."""
        passing = isinstance(reply, TransportFailure) or reply.status == 429 or reply.status >= 500
        return passing and attempt <= MAX_DOWNLOAD_RETRIES

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        """Whether no further poll can fare better than *reply*."""
        return isinstance(reply, ReceivedResponse) and reply.status in STOP_POLLING_STATUSES

    def parse_retry_after(self, reply: ReceivedResponse | TransportFailure | None) -> float | None:
        """How many seconds the server asks to wait, if it does."""
        return (
            response_parsing.parse_retry_after(reply.headers)
            if isinstance(reply, ReceivedResponse)
            else None
        )

    def parse_body(self, reply: ReceivedResponse | TransportFailure) -> response_parsing.Object:
        """The JSON object that *reply* holds; an empty one if it holds none."""
        return (
            response_parsing.parse_object(reply.body) if isinstance(reply, ReceivedResponse) else {}
        )

    def is_success(self, reply: ReceivedResponse | TransportFailure) -> bool:
        return isinstance(reply, ReceivedResponse) and 200 <= reply.status < 300

    def parse_task_id(self, reply: ReceivedResponse | TransportFailure) -> str | None:
        return (
            response_parsing.parse_task_id(self.parse_body(reply))
            if self.is_success(reply)
            else None
        )

    def parse_state(self, reply: ReceivedResponse | TransportFailure) -> State:
        """DONE, FAILED, or RUNNING for everything that is not an end."""
        return (
            response_parsing.parse_state(self.parse_body(reply))
            if self.is_success(reply)
            else State.RUNNING
        )

    def parse_code(self, reply: ReceivedResponse | TransportFailure) -> str | int | None:
        return response_parsing.parse_code(self.parse_body(reply))

    def parse_message(self, reply: ReceivedResponse | TransportFailure) -> str:
        """What the vendor says of an error; "" if nothing."""
        return response_parsing.parse_message(self.parse_body(reply))

    def parse_results(
        self, reply: ReceivedResponse | TransportFailure
    ) -> Sequence[vendor.TaskOutput]:
        return response_parsing.parse_results(self.parse_body(reply))

    def parse_cost(self, reply: ReceivedResponse | TransportFailure) -> Decimal | None:
        return response_parsing.parse_cost(self.parse_body(reply))

    def is_partial(self, results: Sequence[vendor.TaskOutput]) -> bool:
        """Whether these are fewer images than the payload asks for."""
        asked = self.count_requested()
        return asked is not None and sum(each.kind == "image" for each in results) < asked

    def count_requested(self) -> int | None:
        """How many images; None where no number is promised."""
        outputs = self.spec.outputs
        if not isinstance(outputs, Images):
            return None
        if outputs.interleave and self.spec.value(self.payload, outputs.interleave) is True:
            return None
        number = self.spec.value(self.payload, outputs.count)
        return number if type(number) is int else None

    def find_defect(self, kind: str, reply: ReceivedResponse | TransportFailure) -> str | None:
        """Why *reply* is not the file of that *kind*; None if it is."""
        if isinstance(reply, TransportFailure) or reply.status != 200:
            return self.describe(reply)
        found = reply.headers.get("content-type", "")
        if not found.lower().startswith(f"{kind}/"):
            return f"a file of type {found or 'unknown'}, not {kind}/*"
        return None if reply.body else "an empty file"

    def describe(self, reply: ReceivedResponse | TransportFailure) -> str:
        """*reply* in a few words."""
        if isinstance(reply, TransportFailure):
            return reply.message
        if not self.parse_body(reply):
            return f"HTTP {reply.status} without a JSON object"
        return ": ".join(filter(None, (f"HTTP {reply.status}", self.parse_message(reply))))

    # How it ends

    def build_outcome_without_task(self, reply: ReceivedResponse | TransportFailure) -> Outcome:
        """The end of a create that named no task."""
        if isinstance(reply, TransportFailure):
            return self.build_gave_up_outcome(
                f"whether there is a task is not known: {reply.message}", None
            )
        if 300 <= reply.status < 500:
            return self.build_refused_outcome(reply)
        return Outcome(
            kind=OutcomeKind.GAVE_UP,
            status=reply.status,
            code=None if (code := self.parse_code(reply)) is None else str(code),
            message=f"whether there is a task is not known: {self.describe(reply)}",
        )

    def build_refused_outcome(self, reply: ReceivedResponse) -> Outcome:
        return Outcome.refused(
            reply.status, self.parse_message(reply) or self.describe(reply), self.parse_code(reply)
        )

    def build_failed_outcome(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Outcome:
        says = self.parse_message(reply) or "the task failed and does not say why"
        return Outcome.failed(says, self.parse_code(reply), task_id)

    def build_outcome_without_results(self, task_id: str) -> Outcome:
        return Outcome.failed("the task is done and has no result", task_id=task_id)

    def build_gave_up_outcome(self, message: str, task_id: str | None) -> Outcome:
        return Outcome.gave_up(message, task_id)
