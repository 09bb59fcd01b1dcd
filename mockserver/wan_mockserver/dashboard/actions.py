"""Handles the forms of the page: each action returns a sentence that describes its effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from wan_validators.messages.formatting import format_count, format_duration, format_number

from ..control import Control
from ..http.messages import Request, Response
from .pages import parse_parameters, render_page
from .rendering import is_htmx_request, render_html

__all__ = ["MAX_ADVANCE_S", "MAX_CREATES", "MAX_FORM_BYTES", "advance", "arm", "reset"]

MAX_FORM_BYTES: Final = 20_000
"""The largest form that is read."""

MAX_CREATES: Final = 1_000_000

MAX_ADVANCE_S: Final = 366 * 86400
"""The most seconds by which one request can advance the clock."""

Fields = Mapping[str, str]
Action = Callable[[Control, Fields], str]


def arm(control: Control, request: Request, rest: str) -> Response:
    """Arms a scenario for the next creates; 0 creates disarm it."""
    return _perform(control, request, _arm)


def advance(control: Control, request: Request, rest: str) -> Response:
    """Advances the clock."""
    return _perform(control, request, _advance)


def reset(control: Control, request: Request, rest: str) -> Response:
    """Deletes all state, or the state of one tenant."""
    return _perform(control, request, _reset)


def _perform(control: Control, request: Request, action: Action) -> Response:
    """Shows the result of *action* in the page, or the message of its ValueError."""
    try:
        notice, status = ("good", action(control, _parse_form(request))), 200
    except ValueError as error:
        notice, status = ("bad", str(error)), 422
    if is_htmx_request(request):
        headers = {"HX-Trigger": "refresh"}
        return render_html("notice.html", status=status, headers=headers, notice=notice)
    return render_page(control, request, notice, status)


def _parse_form(request: Request) -> Fields:
    if request.body is None or len(request.body) > MAX_FORM_BYTES:
        limit = format_count(MAX_FORM_BYTES, "byte")
        raise ValueError(f"a form may have at most {limit}; reload the page and try again")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        actual = f"not {kind!r}" if kind else "and there is none"
        raise ValueError(f"the Content-Type must be application/x-www-form-urlencoded, {actual}")
    return parse_parameters(request.body.decode("utf-8", "replace"))


def _arm(control: Control, fields: Fields) -> str:
    name = fields.get("combination", "").strip() or fields.get("scenario", "").strip()
    tenant = fields.get("tenant", "").strip()
    scope = f"of {tenant}" if tenant else "of any tenant"
    if "all" in fields:
        control.arm(name, None, tenant)
        return f"Every create {scope} now uses {name}."
    creates = _parse_creates(fields.get("creates", "1"))
    control.arm(name, creates, tenant)
    if not creates:
        return f"No scenario is armed for creates {scope}."
    if creates == 1:
        return f"The next create {scope} uses {name}."
    return f"The next {format_count(creates, 'create')} {scope} use {name}."


def _parse_creates(text: str) -> int:
    number = text.strip()
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    if not is_number or int(number) > MAX_CREATES:
        limit = format_number(MAX_CREATES)
        raise ValueError(f"creates must be a whole number from 0 to {limit}, not {text[:40]!r}")
    return int(number)


def _advance(control: Control, fields: Fields) -> str:
    text = fields.get("seconds", "")
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= MAX_ADVANCE_S:
        limit = format_count(MAX_ADVANCE_S, "second")
        raise ValueError(f"the clock can be advanced by 0 to {limit}, not by {text[:40]!r}")
    control.clock.advance(seconds)
    return f"The clock was advanced by {format_duration(seconds)}."


def _reset(control: Control, fields: Fields) -> str:
    tenant = fields.get("tenant", "").strip()
    control.reset(tenant or None)
    if tenant:
        return f"The tasks, journal and ledger of {tenant} were deleted."
    return (
        "All tasks, the journal, the ledger and the armed scenarios were deleted. "
        "The clock shows its first time again."
    )
