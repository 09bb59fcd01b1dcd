"""Finds the ambiguities of the documents that a captured task settles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from wan_mockserver.captures.exchange import CapturedExchange
from wan_validators.finding import Finding, Report
from wan_validators.messages.formatting import clip, format_count, summarize_value
from wan_validators.outputs import Images
from wan_validators.source.json_pointer import MISSING
from wan_validators.spec import ModelSpec
from wan_validators.task import State
from wan_validators.task_bodies import find_error, find_status_word, find_task_object

from .finding import Settled

__all__ = ["RECOGNIZERS", "CapturedTask", "find_settled"]


@dataclass(slots=True, kw_only=True)
class CapturedTask:
    """A captured create with the *body* of its response, its *report* and its polls.

    *payload* is without the vendor's wrapper. *polls* hold the exchanges and their bodies.
    *results* is the body of results that have a path of their own, None if there is none.
    """

    spec: ModelSpec
    create: CapturedExchange
    body: Any
    report: Report
    payload: Any
    polls: list[tuple[CapturedExchange, Any]] = field(default_factory=list)
    results: Any = None

    @property
    def state(self) -> State | None:
        """The state in the last poll, None if it is not known."""
        vendor = self.spec.vendor
        words = {word.lower(): state for state, word in vendor.other_words.items()}
        words |= {word.lower(): state for state, word in vendor.words.items()}
        state = words.get(str(self.word).lower())
        # One vendor has one word for every end.
        return State.FAILED if state is State.DONE and self.error else state

    @property
    def word(self) -> Any:
        return find_status_word(self.polls[-1][1]) if self.polls else None

    @property
    def error(self) -> Mapping[str, Any]:
        """The error of a failed task or of a rejected create, {} if there is none."""
        bodies = [body for _, body in self.polls[-1:]] or [self.body]
        for body in bodies:
            if error := find_error(body):
                return error
        return {}

    @property
    def result_count(self) -> int:
        """The number of results in the last poll, or in the results of their own."""
        body = self.results or (self.polls[-1][1] if self.polls else {})
        return sum(1 for _ in _iter_results(body))

    @property
    def has_results(self) -> bool:
        """Whether the capture has the response that shows the results of a completed task."""
        return self.spec.vendor.result is None or self.results is not None

    @property
    def ending(self) -> str | None:
        """Describes how the vendor answered; None if the capture does not show it."""
        status = self.create.response.status
        if not 200 <= status < 300:
            code = self.error.get("code")
            return f"rejected with HTTP {status}" + (f" and code {code}" if code else "")
        if self.state is State.FAILED:
            code, message = self.error.get("code"), self.error.get("message")
            return f"accepted, and the task failed with code {code}: {clip(str(message))}"
        if self.state is State.DONE and self.has_results:
            return f"accepted, and the task has {format_count(self.result_count, 'result')}"
        return None


Recognizer = Callable[[CapturedTask], str | None]
"""Returns the evidence in words, None if the task does not settle the ambiguity."""


def find_settled(tasks: Iterable[CapturedTask]) -> Iterator[Settled]:
    """Yields each ambiguity that one of the *tasks* settles, each kind of evidence once."""
    seen: set[tuple[str, str, str]] = set()
    for task in tasks:
        for ambiguity in (*task.spec.ambiguities, *task.spec.vendor.ambiguities):
            recognize = RECOGNIZERS.get(ambiguity.about.partition(" to or from ")[0])
            evidence = recognize(task) if recognize else None
            key = (task.spec.id, ambiguity.about, evidence or "")
            if evidence and key not in seen:
                seen.add(key)
                yield Settled(
                    ambiguity=ambiguity,
                    model=task.spec.id,
                    evidence=evidence,
                    place=(task.polls[-1][0] if task.polls else task.create).place,
                )


def _of_rules(*rules: str, value: Callable[[Any], bool] = lambda _value: True) -> Recognizer:
    """Recognizes a task whose payload breaks one of *rules* with a *value* of this kind."""

    def recognize(task: CapturedTask) -> str | None:
        for finding in task.report.findings:
            if (not rules or finding.rule in rules) and value(finding.value):
                return task.ending and f"{_describe_value(finding)} was {task.ending}"
        return None

    return recognize


def _of_member(pointer: str, value: Callable[[Any], object]) -> Recognizer:
    """Recognizes a task whose payload has a member at *pointer* with a *value* of this kind."""

    def recognize(task: CapturedTask) -> str | None:
        found = _get(task.payload, pointer)
        if found is MISSING or not value(found) or task.ending is None:
            return None
        return f"{pointer} {summarize_value(found)!r} was {task.ending}"

    return recognize


def _recognize_default_n(task: CapturedTask) -> str | None:
    outputs = task.spec.outputs
    if not isinstance(outputs, Images) or task.state is not State.DONE or not task.has_results:
        return None
    if (
        not task.spec.has_fixed_count(task.payload)
        or _get(task.payload, outputs.count) is not MISSING
    ):
        return None
    verb = "image came" if task.result_count == 1 else "images came"
    return f"n was omitted, and {task.result_count} {verb}"


def _recognize_header_model(task: CapturedTask) -> str | None:
    if "model" in task.payload or task.ending is None:
        return None
    return f"a body without model was {task.ending}"


def _recognize_word(task: CapturedTask) -> str | None:
    return f"a completed task has the status {task.word!r}" if task.state is State.DONE else None


def _recognize_rejection_body(task: CapturedTask) -> str | None:
    if task.create.response.status not in (400, 422) or not isinstance(task.body, dict):
        return None
    forms = [name for name in ("detail", "task_info") if name in task.body]
    return f"a rejected payload is answered with {' and '.join(forms) or 'neither'}"


def _recognize_timestamps(task: CapturedTask) -> str | None:
    time = find_task_object(task.body).get("created_at")
    if not isinstance(time, str):
        return None
    fraction = "a fraction" if "." in time else "whole seconds"
    zone = "Z" if time.endswith("Z") else "an offset"
    return f"created_at has {fraction} and {zone}"


def _recognize_code_place(task: CapturedTask) -> str | None:
    code = task.error.get("code")
    if code is None or task.report.valid:
        return None
    place = (
        "a failed task"
        if task.polls
        else f"the create response, HTTP {task.create.response.status}"
    )
    return f"the code {code!r} is in {place}"


def _recognize_code_type(task: CapturedTask) -> str | None:
    code = task.error.get("code")
    kinds: Mapping[type, str] = {str: "a string", int: "a number"}
    return f"the code is {kinds[type(code)]}: {code!r}" if type(code) in kinds else None


def _recognize_error_members(task: CapturedTask) -> str | None:
    return f"error has {', '.join(sorted(task.error))}" if task.polls and task.error else None


def _recognize_error_body(task: CapturedTask) -> str | None:
    if task.create.response.status < 400 or not isinstance(task.body, dict):
        return None
    error = task.body.get("error")
    kinds: Mapping[type, str] = {str: "the message", dict: "an object"}
    return f"error is {kinds[type(error)]}" if type(error) in kinds else None


_is_zero_padded = re.compile(r"0+\d+\*\d+|\d+\*0+\d+").fullmatch

RECOGNIZERS: Final[Mapping[str, Recognizer]] = {
    "base64 without the prefix data:": _of_rules("image-prefix"),
    "an alpha channel whose pixels are all opaque, and the formats that must not have one": (
        _of_rules("image-transparency", "image-alpha")
    ),
    "1.0 for an integer": _of_rules(value=lambda value: type(value) is float and value % 1 == 0),
    "null": _of_rules(value=lambda value: value is None),
    "resolution 720P": _of_rules("resolution-tier", value=lambda value: value == "720P"),
    "last_frame": _of_rules("last-frame-undocumented"),
    "safety_filter": _of_member("/safety_filter", lambda value: True),
    "leading zeros in a size, such as 0720*1280": (
        lambda task: (
            _of_member("/size", lambda value: _is_zero_padded(str(value)))(task)
            or _of_member("/parameters/size", lambda value: _is_zero_padded(str(value)))(task)
        )
    ),
    "a seed near the maximum with n over 1": _of_rules("seed-span"),
    "an empty array of images": _of_rules("images-count", value=lambda value: value == []),
    "audio as a data: URI": _of_member("/audio_url", lambda value: str(value)[:5] == "data:"),
    "the model": _recognize_header_model,
    "text over the limit": _of_rules("prompt-length", "negative-prompt-length"),
    "the character between width and height": (
        _of_rules("size-format", value=lambda value: "\N{MULTIPLICATION SIGN}" in str(value))
    ),
    "n when moving": _recognize_default_n,
    "the code for a malformed size": _of_rules("size-format", "size-integers"),
    "what 001021016 measures": _of_rules("size-pixels"),
    "max_images in editing mode": _of_rules("max-images-mode"),
    "the code for an n over 4 when interleaved": _of_rules("n-range", "n-interleave"),
    "errors without a code": (
        _of_rules("model-value", "interleave-type", "image-source", "prompt-type")
    ),
    "the code for a missing member": (
        _of_rules("input-object", "messages-count", "content-array", "text-count")
    ),
    "a content object with both text and image, or with neither": _of_rules("content-part-members"),
    "the word for a completed task": _recognize_word,
    "the response to a rejected payload": _recognize_rejection_body,
    "timestamps": _recognize_timestamps,
    "where a 001021xxx code is returned": _recognize_code_place,
    "the code of an error": _recognize_code_type,
    "the members of error": _recognize_error_members,
    "the body of an HTTP error": _recognize_error_body,
}
"""The evidence for each ambiguity that requests and responses can settle, by its subject.

A subject ends before the names of other models. The other ambiguities need the pixels or the
length of a result.
"""


def _iter_results(body: Any) -> Iterator[Any]:
    if not isinstance(body, dict):
        return
    for name in ("images", "videos", "outputs"):
        yield from body.get(name) or ()
    for item in body.get("output") or ():
        yield from (item.get("content") or () if isinstance(item, dict) else ())


def _get(payload: Any, pointer: str) -> Any:
    for name in pointer.split("/")[1:]:
        payload = payload.get(name, MISSING) if isinstance(payload, dict) else MISSING
    return payload


def _describe_value(finding: Finding) -> str:
    if finding.value is MISSING:
        return f"a payload without {finding.pointer}"
    return f"{finding.pointer} {clip(repr(finding.got))}"
