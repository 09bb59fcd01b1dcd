"""The steps of a scenario as tables of a TOML file.

=====================  ==========================================================================
member                 what it says
=====================  ==========================================================================
status                 the HTTP status; alone, an error in the vendor's shape
body                   "html", "empty" or "error" in place of the vendor's
detail                 the text of the error
content-type           the Content-Type in place of the usual one
redirect-to            a path of this server, "" for the same; status 307 unless given
retry-after            whole seconds
retry-after-as-date    true: the same as an HTTP date
transport              "reset", "reset-midway", "truncated", "garbage" or "silence"
delay                  seconds before the answer, or {median = 0.4, sigma = 0.7} to draw them
pace                   bytes of body a second
done                   whether the server first does what it is asked; by default errors (a status
                       from 300 up, a body "html" or "error") are not done, all else is
times                  to how many requests it happens, 1 by default, or "forever"
=====================  ==========================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from ..http.delivery import Cut
from ..simulator.fault_injection import MAX_DELAY_S
from .members import (
    InvalidMember,
    Member,
    build_table,
    enum_reader,
    integer_reader,
    number_reader,
    parse_fields,
    parse_flag,
    string_reader,
    wrong_value,
)
from .scenario import Body, Lag, Step

MAX_REPETITIONS: Final = 10**6
"""Requests that one step is for, unless it is for all."""

FOREVER_WORD: Final = "forever"

STATUSES: Final = {status.value for status in HTTPStatus if status.value >= 200}
BODILESS_STATUSES: Final = (204, 205, 304)
REDIRECTS: Final = (301, 302, 303, 307, 308)

CUTS_BEFORE_HEAD: Final = (Cut.RESET, Cut.GARBAGE, Cut.SILENCE)
"""After these the client knows nothing of the answer."""

DEFAULT_STEP: Final = Step()


def text_reader(max_length: int, min_length: int = 1) -> Any:
    """A reader of text for people, on one line."""

    def fits(text: str) -> bool:
        return min_length <= len(text.strip()) <= len(text) <= max_length and text.isprintable()

    return string_reader(fits, f"text on one line, of {min_length} to {max_length} characters")


def _status(given: Any, path: str) -> int:
    if type(given) is not int or given not in STATUSES:
        raise wrong_value(given, path, "an HTTP status from 200 to 511, such as 429 or 503")
    return given


def _times(given: Any, path: str) -> int | None:
    if given == FOREVER_WORD:
        return None
    if type(given) is not int:
        raise wrong_value(
            given, path, f'a whole number from 1 to {MAX_REPETITIONS}, or "{FOREVER_WORD}"'
        )
    made: int = integer_reader(1, MAX_REPETITIONS)(given, path)
    return made


_LAG: Final = {
    "median": Member("median", number_reader(0, MAX_DELAY_S)),
    "sigma": Member("sigma", number_reader(0, 10)),
}


def _delay(given: Any, path: str) -> Lag:
    if type(given) is not dict:
        return Lag(median=number_reader(0, MAX_DELAY_S)(given, path))
    drawn = parse_fields(_LAG, given, path)
    if "median" not in drawn:
        raise InvalidMember(f"{path}: the member median is missing, in seconds: {{median = 0.4}}")
    return Lag(**drawn)


def _build_delay_value(lag: Lag) -> Any:
    return {"median": lag.median, "sigma": lag.sigma} if lag.sigma else lag.median


STEP: Final = {
    "status": Member("status", _status),
    "body": Member("body", enum_reader(Body), lambda body: body.value),
    "detail": Member("detail", text_reader(1000)),
    "content-type": Member(
        "content_type",
        string_reader(
            re.compile("[!#-.0-~]{1,99}/[!-~][ -~]{0,199}").fullmatch,
            'a media type such as "text/html"',
        ),
    ),
    "redirect-to": Member(
        "location",
        string_reader(
            re.compile("(/[!-~]{0,999})?").fullmatch,
            'a path of this server, such as "/elsewhere", or "" for the same path',
        ),
    ),
    "retry-after": Member("retry_after", integer_reader(0, 86_400)),
    "retry-after-as-date": Member("retry_as_date", parse_flag),
    "transport": Member("cut", enum_reader(Cut), lambda cut: cut.value),
    "delay": Member("delay", _delay, _build_delay_value),
    "pace": Member("pace", number_reader(0.01, 10**9)),
    "done": Member("handled", parse_flag),
    "times": Member("times", _times, lambda times: FOREVER_WORD if times is None else times),
}


def parse_step(given: Any, path: str) -> Step:
    """The step that the table *given* is; raises Wrong, also for members that exclude others."""
    said = parse_fields(STEP, given, path)
    if "location" in said:
        said = {"status": 307, "body": Body.EMPTY, **said}
    made = Step(**said)
    if "handled" not in said:
        made = replace(made, handled=_is_default(made))
    for trouble in _find_problems(made):
        raise InvalidMember(f"{path}: {trouble}")
    return made


def to_table(step: Step) -> dict[str, Any]:
    """The table that :func:`step` reads as *step*."""
    return build_table(STEP, step, replace(DEFAULT_STEP, handled=_is_default(step)))


def _is_default(step: Step) -> bool:
    return (step.status or 200) < 300 and step.body in (None, Body.EMPTY)


def _find_problems(step: Step) -> Iterator[str]:
    """What makes no sense about *step*, and what would."""
    if step.cut:
        yield from _find_cut_problems(step, step.cut)
    if step.status:
        yield from _find_status_problems(step, step.status)
    if step.detail and (step.body is Body.EMPTY or not (step.status or step.body)):
        yield "detail is the text of an error; it needs a status from 400 up, or another body"
    if step.location is not None and step.status not in REDIRECTS:
        yield f"redirect-to needs a status of {', '.join(map(str, REDIRECTS))}"
    if step.retry_as_date and step.retry_after is None:
        yield "retry-after-as-date needs retry-after, in seconds"
    if step.retry_after is not None and step.status is None:
        yield "retry-after needs a status, such as 429 or 503"
    if not (step.handled or step.status or step.body or step.cut):
        yield "what is not done needs an answer: a status, a body or a transport"


def _find_cut_problems(step: Step, cut: Cut) -> Iterator[str]:
    if step.body:
        yield "transport cuts the vendor's own answer; leave out body and redirect-to"
    if cut in CUTS_BEFORE_HEAD and (step.status or step.content_type or step.pace or step.detail):
        yield (
            f'with transport "{cut.value}" nothing of an answer arrives; leave out status, '
            "detail, content-type and pace"
        )
    if cut is Cut.SILENCE and step.delay:
        yield 'with transport "silence" no answer comes, so none comes late; leave out delay'


def _find_status_problems(step: Step, status: int) -> Iterator[str]:
    if status in BODILESS_STATUSES and step.body is not Body.EMPTY:
        yield f'an answer with status {status} has no body; write body = "empty"'
    if status < 400 and step.body is None:
        yield f'status {status} is no error, so it needs a body ("empty", "html" or "error")'
