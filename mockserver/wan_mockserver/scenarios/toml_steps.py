"""Parses and writes the steps of a scenario as TOML tables; see :data:`STEP`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from wan_validators.fields import (
    Choice,
    Field,
    FieldType,
    Flag,
    Integer,
    InvalidField,
    Number,
    TableType,
    TextType,
    invalid_value,
)

from ..http.delivery import Cut
from .scenario import MAX_DELAY_S, Body, Lag, Step

__all__ = ["MAX_REPETITIONS", "STEP", "STEP_TYPE", "StepType", "line_of_text"]

MAX_REPETITIONS: Final = 10**6
"""The largest number of requests that one step affects, unless it affects all."""

_FOREVER: Final = "forever"

_STATUSES: Final = range(200, 600)
_BODILESS_STATUSES: Final = (204, 205, 304)
_REDIRECTS: Final = (301, 302, 303, 307, 308)

_CUTS_BEFORE_HEAD: Final = (Cut.RESET, Cut.GARBAGE, Cut.SILENCE)
"""With these the client receives no status and no header."""

_DEFAULT_STEP: Final = Step()


def line_of_text(max_length: int, min_length: int = 1) -> TextType:
    """Returns the type of printable texts on one line."""
    return TextType(
        0,
        max_length,
        lambda text: min_length <= len(text.strip()) and text.isprintable(),
        f"text on one line, of {min_length} to {max_length} characters",
    )


@dataclass(frozen=True, slots=True)
class _StatusType(FieldType):
    def parse(self, value: Any, path: str) -> int:
        if type(value) is not int or value not in _STATUSES:
            raise invalid_value(value, path, "an HTTP status from 200 to 599, such as 429 or 503")
        return value


@dataclass(frozen=True, slots=True)
class _TimesType(FieldType):
    def parse(self, value: Any, path: str) -> int | None:
        if value == _FOREVER:
            return None
        if type(value) is not int or not 1 <= value <= MAX_REPETITIONS:
            allowed = f'a whole number from 1 to {MAX_REPETITIONS}, or "{_FOREVER}"'
            raise invalid_value(value, path, allowed)
        return value

    def write(self, value: int | None) -> Any:
        return _FOREVER if value is None else value


_SECONDS: Final = Number(0, MAX_DELAY_S)

_LAG: Final = TableType(
    (
        Field("median", _SECONDS, "in seconds: {median = 0.4}", required=True),
        Field("sigma", Number(0, 10), "the spread of the logarithm"),
    )
)


@dataclass(frozen=True, slots=True)
class _DelayType(FieldType):
    def parse(self, value: Any, path: str) -> Lag:
        if type(value) is dict:
            return Lag(**_LAG.parse(value, path))
        return Lag(median=_SECONDS.parse(value, path))

    def write(self, value: Lag) -> Any:
        return {"median": value.median, "sigma": value.sigma} if value.sigma else value.median


_MEDIA_TYPE: Final = TextType(
    matches=re.compile("[!#-.0-~]{1,99}/[!-~][ -~]{0,199}").fullmatch,
    allowed='a media type such as "text/html"',
)
_LOCATION: Final = TextType(
    0,
    matches=re.compile("(/[!-~]{0,999})?").fullmatch,
    allowed='a path of this server, such as "/elsewhere", or "" for the same path',
)

STEP: Final = TableType(
    (
        Field(
            "status",
            _StatusType(),
            "The HTTP status. Alone it means an error in the form of the vendor.",
        ),
        Field(
            "body",
            Choice.of(Body),
            '`"html"`, `"xml"`, `"empty"` or `"error"` in place of the body of the vendor.',
        ),
        Field("detail", line_of_text(1000), "The text of the error."),
        Field("content-type", _MEDIA_TYPE, "The Content-Type in place of the usual one."),
        Field(
            "redirect-to",
            _LOCATION,
            'A path of this server, or "" for the same path. The default status is 307.',
            attribute="location",
        ),
        Field("retry-after", Integer(0, 86_400), "Whole seconds."),
        Field(
            "retry-after-as-date",
            Flag(),
            "`true`: the same as an HTTP date.",
            attribute="retry_as_date",
        ),
        Field(
            "transport",
            Choice.of(Cut),
            '`"reset"`, `"reset-midway"`, `"truncated"`, `"garbage"` or `"silence"`.',
            attribute="cut",
        ),
        Field(
            "delay",
            _DelayType(),
            "Seconds before the response, or `{median = 0.4, sigma = 0.7}` to draw them.",
        ),
        Field("pace", Number(0.01, 10**9), "Bytes of the body per second."),
        Field(
            "done",
            Flag(),
            "Whether the server does what the request asks. The default is `false` for errors (a "
            'status from 300, a body `"html"`, `"xml"` or `"error"`), and `true` otherwise.',
            attribute="handled",
        ),
        Field(
            "times",
            _TimesType(),
            'How many requests the step applies to, 1 by default, or `"forever"`.',
        ),
    )
)


@dataclass(frozen=True, slots=True)
class StepType(FieldType):
    """A step; its parser also rejects members that exclude each other."""

    def parse(self, value: Any, path: str) -> Step:
        members = STEP.parse(value, path)
        if "location" in members:
            members = {"status": 307, "body": Body.EMPTY, **members}
        step = Step(**members)
        if "handled" not in members:
            step = replace(step, handled=_is_handled_by_default(step))
        for problem in _find_problems(step):
            raise InvalidField(path, problem)
        return step

    def write(self, value: Step) -> dict[str, Any]:
        default = replace(_DEFAULT_STEP, handled=_is_handled_by_default(value))
        return STEP.write_changes(value, default)


STEP_TYPE: Final = StepType()


def _is_handled_by_default(step: Step) -> bool:
    return (step.status or 200) < 300 and step.body in (None, Body.EMPTY)


def _find_problems(step: Step) -> Iterator[str]:
    """Yields what contradicts itself in *step*, and how to correct it."""
    if step.cut:
        yield from _find_cut_problems(step, step.cut)
    if step.status:
        yield from _find_status_problems(step, step.status)
    if step.detail and (step.body is Body.EMPTY or not (step.status or step.body)):
        yield "detail is the text of an error; it needs a status from 400 up, or another body"
    if step.location is not None and step.status not in _REDIRECTS:
        yield f"redirect-to needs a status of {', '.join(map(str, _REDIRECTS))}"
    if step.retry_as_date and step.retry_after is None:
        yield "retry-after-as-date needs retry-after, in seconds"
    if step.retry_after is not None and step.status is None:
        yield "retry-after needs a status, such as 429 or 503"
    if not (step.handled or step.status or step.body or step.cut):
        yield "done = false needs a response: a status, a body or a transport"


def _find_cut_problems(step: Step, cut: Cut) -> Iterator[str]:
    if step.body:
        yield "transport cuts the response of the vendor; leave out body and redirect-to"
    if cut in _CUTS_BEFORE_HEAD and (step.status or step.content_type or step.pace or step.detail):
        yield (
            f'with transport "{cut.value}" no part of a response arrives; leave out status, '
            "detail, content-type and pace"
        )
    if cut is Cut.SILENCE and step.delay:
        yield 'with transport "silence" no response arrives; leave out delay'


def _find_status_problems(step: Step, status: int) -> Iterator[str]:
    if status in _BODILESS_STATUSES and step.body is not Body.EMPTY:
        yield f'a response with status {status} has no body; write body = "empty"'
    if status < 400 and step.body is None:
        bodies = " or ".join(f'"{body.value}"' for body in Body)
        yield f"status {status} is not an error, so it needs a body ({bodies})"
