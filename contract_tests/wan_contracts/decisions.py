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

from . import answers
from .case import Setting
from .outcome import Kind, Outcome
from .steps import Answer, Fault

REPEATS: Final = 4
"""How often a create is repeated that was answered with 429."""

RETRIES: Final = 3
"""How often a download is repeated that failed in a way that may pass."""

HOPELESS: Final = (401, 402, 403)
"""Statuses of polls that the next poll would meet again."""


class Decisions:
    """What to send for *payload*, and what to make of answers."""

    preflight = True
    """Whether a payload that lint calls invalid ends the call before anything is sent."""

    def __init__(self, setting: Setting, payload: Any) -> None:
        self.setting, self.payload = setting, payload
        self.spec = model(setting.model)

    # What is sent

    def check(self) -> Outcome | None:
        """How the call ends at once, if the payload breaks a documented rule."""
        errors = lint(self.payload, self.setting.model).errors
        if not errors:
            return None
        first = errors[0]
        return Outcome.not_sent(f"{first.pointer or '/'}: {first.message}", first.code)

    def content(self) -> Any:
        """The JSON value that goes out as the body of the create."""
        return self.payload

    def create_url(self) -> str:
        return self.url(self.spec.vendor.create)

    def poll_url(self, task_id: str) -> str:
        return self.url(self.spec.vendor.poll, task_id)

    def url(self, template: str, task_id: str = "") -> str:
        path = template.format(model=self.setting.model, task_id=quote(task_id, safe=""))
        return self.setting.base_url.rstrip("/") + path

    def create_headers(self) -> dict[str, str]:
        return {**self.poll_headers(), "Content-Type": "application/json"}

    def poll_headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.setting.api_key}"}

    def download_headers(self) -> dict[str, str]:
        """Without the key: whoever keeps the files need not know it."""
        return {}

    # What is made of an answer

    def cut(self, got: Answer) -> bool:
        """Whether the body is shorter than announced, for libraries that let that pass."""
        announced = got.headers.get("content-length", "")
        countable = announced.isdecimal() and "content-encoding" not in got.headers
        return countable and int(announced) > len(got.body)

    def may_repeat(self, got: Answer | Fault, turn: int) -> bool:
        """Whether *got*, the answer to the create number *turn*, tells that no task was made.

        After anything but a 429 there may be one, and to repeat the create would pay twice.
        """
        return isinstance(got, Answer) and got.status == 429 and turn <= REPEATS

    def may_retry(self, got: Answer | Fault, turn: int) -> bool:
        """Whether the download number *turn* failed in a way that may pass."""
        passing = isinstance(got, Fault) or got.status == 429 or got.status >= 500
        return passing and turn <= RETRIES

    def hopeless(self, got: Answer | Fault) -> bool:
        """Whether no further poll can fare better than *got*."""
        return isinstance(got, Answer) and got.status in HOPELESS

    def retry_after(self, got: Answer | Fault | None) -> float | None:
        """How many seconds the server asks to wait, if it does."""
        return answers.retry_after(got.headers) if isinstance(got, Answer) else None

    def document(self, got: Answer | Fault) -> answers.Object:
        """The JSON object that *got* holds; an empty one if it holds none."""
        return answers.told(got.body) if isinstance(got, Answer) else {}

    def healthy(self, got: Answer | Fault) -> bool:
        return isinstance(got, Answer) and 200 <= got.status < 300

    def task_id_of(self, got: Answer | Fault) -> str | None:
        return answers.task_id(self.document(got)) if self.healthy(got) else None

    def state_of(self, got: Answer | Fault) -> State:
        """DONE, FAILED, or RUNNING for everything that is not an end."""
        return answers.state(self.document(got)) if self.healthy(got) else State.RUNNING

    def code_of(self, got: Answer | Fault) -> str | int | None:
        return answers.code(self.document(got))

    def message_of(self, got: Answer | Fault) -> str:
        """What the vendor says of an error; "" if nothing."""
        return answers.message(self.document(got))

    def results_of(self, got: Answer | Fault) -> Sequence[vendor.Output]:
        return answers.results(self.document(got))

    def price_of(self, got: Answer | Fault) -> Decimal | None:
        return answers.cost(self.document(got))

    def is_partial(self, results: Sequence[vendor.Output]) -> bool:
        """Whether these are fewer images than the payload asks for."""
        asked = self.asked()
        return asked is not None and sum(each.kind == "image" for each in results) < asked

    def asked(self) -> int | None:
        """How many images; None where no number is promised."""
        outputs = self.spec.outputs
        if not isinstance(outputs, Images):
            return None
        if outputs.interleave and self.spec.value(self.payload, outputs.interleave) is True:
            return None
        number = self.spec.value(self.payload, outputs.count)
        return number if type(number) is int else None

    def flaw_of(self, kind: str, got: Answer | Fault) -> str | None:
        """Why *got* is not the file of that *kind*; None if it is."""
        if isinstance(got, Fault) or got.status != 200:
            return self.says(got)
        found = got.headers.get("content-type", "")
        if not found.lower().startswith(f"{kind}/"):
            return f"a file of type {found or 'unknown'}, not {kind}/*"
        return None if got.body else "an empty file"

    def says(self, got: Answer | Fault) -> str:
        """*got* in a few words."""
        if isinstance(got, Fault):
            return got.says
        if not self.document(got):
            return f"HTTP {got.status} without a JSON object"
        return ": ".join(filter(None, (f"HTTP {got.status}", self.message_of(got))))

    # How it ends

    def without_task(self, got: Answer | Fault) -> Outcome:
        """The end of a create that named no task."""
        if isinstance(got, Fault):
            return self.gave_up(f"whether there is a task is not known: {got.says}", None)
        if 300 <= got.status < 500:
            return self.refused(got)
        return Outcome(
            kind=Kind.GAVE_UP,
            status=got.status,
            code=None if (code := self.code_of(got)) is None else str(code),
            message=f"whether there is a task is not known: {self.says(got)}",
        )

    def refused(self, got: Answer) -> Outcome:
        return Outcome.refused(
            got.status, self.message_of(got) or self.says(got), self.code_of(got)
        )

    def failed(self, task_id: str, got: Answer | Fault) -> Outcome:
        says = self.message_of(got) or "the task failed and does not say why"
        return Outcome.failed(says, self.code_of(got), task_id)

    def without_results(self, task_id: str) -> Outcome:
        return Outcome.failed("the task is done and has no result", task_id=task_id)

    def gave_up(self, message: str, task_id: str | None) -> Outcome:
        return Outcome.gave_up(message, task_id)
