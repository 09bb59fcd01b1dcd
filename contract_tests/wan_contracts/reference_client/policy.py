"""Decides what a client that keeps every law does: one pure method for each decision."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from wan_validators import lint
from wan_validators.catalog import model
from wan_validators.outputs import Images
from wan_validators.task import State, TaskOutput

from ..cases.case import Setting
from ..protocol.outcome import Outcome, OutcomeKind
from . import response_parsing
from .io_events import ReceivedResponse, TransportFailure

__all__ = ["ClientPolicy"]

MAX_CREATE_REPEATS: Final = 4
"""Maximum repeats of a create after a 429."""

MAX_DOWNLOAD_RETRIES: Final = 3
"""Maximum repeats of a download after a temporary failure."""

REQUEST_TIMEOUT: Final = 408
"""A proxy sends it for a request that may have reached the server."""

STOP_POLLING_STATUSES: Final = (401, 402, 403)
"""Statuses of a poll that the next poll would get again."""


class ClientPolicy:
    """Decides what to send for *payload*, and how to interpret replies."""

    preflight = True
    """Whether a payload that the linter rejects ends the call before a request is sent."""

    def __init__(self, setting: Setting, payload: Any) -> None:
        self.setting, self.payload = setting, payload
        self.spec = model(setting.model)

    # Requests

    def check_payload(self) -> Outcome | None:
        """Returns the outcome not_sent if the payload breaks a documented rule."""
        errors = lint(self.payload, self.spec.qualified_name).errors
        if not errors:
            return None
        first = errors[0]
        return Outcome.not_sent(f"{first.pointer or '/'}: {first.message}", first.code)

    def build_body(self) -> Any:
        """Returns the JSON body of the create."""
        return self.payload

    def build_create_url(self) -> str:
        return self.url(self.spec.create_path)

    def build_poll_url(self, task_id: str) -> str:
        return self.url(self.spec.poll_path, task_id)

    def url(self, template: str, task_id: str = "") -> str:
        path = template.replace("{task_id}", quote(task_id, safe=""))
        return self.setting.base_url.rstrip("/") + path

    def build_create_headers(self) -> dict[str, str]:
        return {
            **self.build_poll_headers(),
            **self.spec.vendor.create_headers,
            "Content-Type": "application/json",
        }

    def build_poll_headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.setting.api_key}"}

    def build_download_headers(self) -> dict[str, str]:
        """Returns no headers: the API key must not go to the host of the files."""
        return {}

    # Replies

    def is_truncated(self, reply: ReceivedResponse) -> bool:
        """Returns True if the body is shorter than Content-Length; some libraries accept that."""
        length = reply.headers.get("content-length", "")
        is_countable = length.isdecimal() and "content-encoding" not in reply.headers
        return is_countable and int(length) > len(reply.body)

    def may_repeat(self, reply: ReceivedResponse | TransportFailure, attempt: int) -> bool:
        """Returns True if *reply* to create number *attempt* shows that no task was created.

        After any reply but a 429 a task may exist, and a repeated create would be paid twice.
        """
        return (
            isinstance(reply, ReceivedResponse)
            and reply.status == 429
            and attempt <= MAX_CREATE_REPEATS
        )

    def may_retry(self, reply: ReceivedResponse | TransportFailure, attempt: int) -> bool:
        """Returns True if download number *attempt* had a temporary failure."""
        is_temporary = (
            isinstance(reply, TransportFailure) or reply.status == 429 or reply.status >= 500
        )
        return is_temporary and attempt <= MAX_DOWNLOAD_RETRIES

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        """Returns True if every further poll would fail like *reply*."""
        return isinstance(reply, ReceivedResponse) and reply.status in STOP_POLLING_STATUSES

    def parse_retry_after(self, reply: ReceivedResponse | TransportFailure | None) -> float | None:
        """Returns the seconds of Retry-After; None without the header."""
        return (
            response_parsing.parse_retry_after(reply.headers)
            if isinstance(reply, ReceivedResponse)
            else None
        )

    def parse_body(self, reply: ReceivedResponse | TransportFailure) -> response_parsing.Object:
        """Returns the JSON object in *reply*; an empty one if there is none."""
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
        """Returns DONE, FAILED, or RUNNING for every other reply."""
        return (
            response_parsing.parse_state(self.parse_body(reply))
            if self.is_success(reply)
            else State.RUNNING
        )

    def parse_code(self, reply: ReceivedResponse | TransportFailure) -> str | int | None:
        return response_parsing.parse_code(self.parse_body(reply))

    def parse_message(self, reply: ReceivedResponse | TransportFailure) -> str:
        """Returns the vendor's error message; "" if there is none."""
        return response_parsing.parse_message(self.parse_body(reply))

    def parse_results(self, reply: ReceivedResponse | TransportFailure) -> Sequence[TaskOutput]:
        return response_parsing.parse_results(self.parse_body(reply))

    def parse_cost(self, reply: ReceivedResponse | TransportFailure) -> Decimal | None:
        return response_parsing.parse_cost(self.parse_body(reply))

    def is_partial(self, results: Sequence[TaskOutput]) -> bool:
        """Returns True if these are fewer images than the payload requests."""
        requested = self.count_requested()
        return requested is not None and sum(each.kind == "image" for each in results) < requested

    def count_requested(self) -> int | None:
        """Returns the requested number of images; None if the API promises no number."""
        outputs = self.spec.outputs
        if not isinstance(outputs, Images):
            return None
        if not self.spec.has_fixed_count(self.payload):
            return None
        number = self.spec.value(self.payload, outputs.count)
        return number if type(number) is int else None

    def find_defect(self, kind: str, reply: ReceivedResponse | TransportFailure) -> str | None:
        """Returns why *reply* is not a file of this *kind*; None if it is one.

        Its bytes decide: object stores give any Content-Type to a file, and to an error page.
        """
        if isinstance(reply, TransportFailure) or reply.status != 200:
            return self.describe(reply)
        if not reply.body:
            return "an empty file"
        if response_parsing.is_media(kind, reply.body):
            return None
        media_type = reply.headers.get("content-type", "unknown type")
        return f"a body that is no {kind}, of type {media_type}"

    def describe(self, reply: ReceivedResponse | TransportFailure) -> str:
        """Describes *reply* in a few words."""
        if isinstance(reply, TransportFailure):
            return reply.message
        if not self.parse_body(reply):
            return f"HTTP {reply.status} without a JSON object"
        return ": ".join(filter(None, (f"HTTP {reply.status}", self.parse_message(reply))))

    # Outcomes

    def build_outcome_without_task(self, reply: ReceivedResponse | TransportFailure) -> Outcome:
        """Returns the outcome of a create without a task id in the reply."""
        if isinstance(reply, TransportFailure):
            return self.build_gave_up_outcome(
                f"it is not known whether a task exists: {reply.message}", None
            )
        if 300 <= reply.status < 500 and reply.status != REQUEST_TIMEOUT:
            return self.build_refused_outcome(reply)
        return Outcome(
            kind=OutcomeKind.GAVE_UP,
            status=reply.status,
            code=None if (code := self.parse_code(reply)) is None else str(code),
            message=f"it is not known whether a task exists: {self.describe(reply)}",
        )

    def build_refused_outcome(self, reply: ReceivedResponse) -> Outcome:
        return Outcome.refused(
            reply.status, self.parse_message(reply) or self.describe(reply), self.parse_code(reply)
        )

    def build_failed_outcome(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Outcome:
        message = self.parse_message(reply) or "the task failed without a message"
        return Outcome.failed(message, self.parse_code(reply), task_id)

    def build_outcome_without_results(self, task_id: str) -> Outcome:
        return Outcome.failed("the task is done but has no result", task_id=task_id)

    def build_gave_up_outcome(self, message: str, task_id: str | None) -> Outcome:
        return Outcome.gave_up(message, task_id)
