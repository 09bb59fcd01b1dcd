"""What a person does on the page, as answers to POST: each says what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ..control import Control
from ..http.messages import Request, Response
from .pages import page, parameters
from .rendering import html, is_htmx_request
from .wording import format_count, format_duration

MAX_FORM_BYTES: Final = 20_000
"""Bytes of a form that are read."""

MAX_CREATES: Final = 1_000_000

MAX_ADVANCE_S: Final = 366 * 86400.0
"""Seconds by which the clock is advanced at once, at most."""

Fields = Mapping[str, str]
Action = Callable[[Control, Fields], str]


def arm(control: Control, request: Request, rest: str) -> Response:
    """Lets the next creates meet a scenario; 0 of them take back what was armed."""
    return _perform(control, request, _arm)


def advance(control: Control, request: Request, rest: str) -> Response:
    """Moves the clock on."""
    return _perform(control, request, _advance)


def reset(control: Control, request: Request, rest: str) -> Response:
    """Forgets everything, or all of one tenant."""
    return _perform(control, request, _reset)


def _perform(control: Control, request: Request, action: Action) -> Response:
    """What *action* says, in the page; the reason if it refuses to."""
    try:
        notice, status = ("good", action(control, _fields(request))), 200
    except ValueError as error:
        notice, status = ("bad", str(error)), 422
    if is_htmx_request(request):
        return html("notice.html", status=status, headers={"HX-Trigger": "refresh"}, notice=notice)
    return page(control, request, notice, status)


def _fields(request: Request) -> Fields:
    if request.body is None or len(request.body) > MAX_FORM_BYTES:
        raise ValueError(f"a form may have {MAX_FORM_BYTES:,} bytes; reload the page and try again")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise ValueError(
            f"a form must come as application/x-www-form-urlencoded, not as {kind or 'nothing'}"
        )
    return parameters(request.body.decode("utf-8", "replace"))


def _arm(control: Control, fields: Fields) -> str:
    name = fields.get("combination", "").strip() or fields.get("scenario", "").strip()
    tenant = fields.get("tenant", "").strip()
    whose = f"of {tenant}" if tenant else "of any tenant"
    if "all" in fields:
        control.arm(name, None, tenant)
        return f"Every create {whose} now meets {name}."
    creates = _creates(fields.get("creates", "1"))
    control.arm(name, creates, tenant)
    if not creates:
        return f"No scenario is waiting for creates {whose} any more."
    which = "create" if creates == 1 else format_count(creates, "create")
    return f"The next {which} {whose} {'meets' if creates == 1 else 'meet'} {name}."


def _creates(text: str) -> int:
    said = text.strip()
    if not (said.isascii() and said.isdigit() and len(said) < 10 and int(said) <= MAX_CREATES):
        raise ValueError(
            f"creates must be a whole number from 0 to {MAX_CREATES:,}, not {text[:40]!r}"
        )
    return int(said)


def _advance(control: Control, fields: Fields) -> str:
    text = fields.get("seconds", "")
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= MAX_ADVANCE_S:
        raise ValueError(
            f"the clock can be advanced by 0 to {MAX_ADVANCE_S:,.0f} seconds, not by {text[:40]!r}"
        )
    control.clock.advance(seconds)
    return f"The clock was advanced by {format_duration(seconds)}."


def _reset(control: Control, fields: Fields) -> str:
    tenant = fields.get("tenant", "").strip()
    control.reset(tenant or None)
    if tenant:
        return f"Tasks, journal and ledger of {tenant} are forgotten."
    return "Tasks, journal, ledger and waiting scenarios are forgotten; the clock is as it began."
