"""The page and its parts, as answers to GET."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from urllib.parse import parse_qs

from ..control import ROOT, Control
from ..http.messages import Request, Response
from ..scenarios.catalogue import GROUPS
from ..scenarios.scenario import Scenario
from ..state import journal
from .journal_rows import ENTRY_FILTERS, entry_view
from .live import STEPS, DashboardView
from .news import get_view, is_unchanged
from .rendering import html

Groups = Sequence[tuple[str, Sequence[Scenario]]]

NO_NOTICE: Final = ("", "")

MAX_FIELDS: Final = 50
"""Fields of a query or a form, which have some few."""

_NO_CONTENT: Final = Response(status=204, headers={"Cache-Control": "no-store"})


def home(control: Control, request: Request, rest: str) -> Response:
    """Leads to the page, so that its address ends with a slash."""
    query = f"?{request.query}" if request.query else ""
    return Response(status=308, headers={"Location": f"{ROOT}/{query}", "Content-Length": "0"})


def whole(control: Control, request: Request, rest: str) -> Response:
    return page(control, request)


def page(
    control: Control, request: Request, notice: tuple[str, str] = NO_NOTICE, status: int = 200
) -> Response:
    """The whole page; *notice* is a look, ``good`` or ``bad``, and what is to be said."""
    return html(
        "page.html",
        status=status,
        notice=notice,
        groups=_groups(control),
        **_values(get_view(control, *_filters(request)), request),
    )


def live(control: Control, request: Request, rest: str) -> Response:
    """The part of the page that moves; 204 if it still is as the browser has it."""
    tenant, show = _filters(request)
    known = parameters(request.query).get("revision", "")
    if is_unchanged(control, tenant, show, known):
        return _NO_CONTENT
    shown = get_view(control, tenant, show)
    if shown.revision == known:
        return _NO_CONTENT
    return html("live.html", notice=NO_NOTICE, groups=(), **_values(shown, request))


def scenario(control: Control, request: Request, rest: str) -> Response:
    """What the scenario that is picked does, in a sentence."""
    name = parameters(request.query).get("scenario", "")
    known = control.simulator.scenarios.get(name)
    return html("scenario.html", summary=known.summary if known else "")


def entry(control: Control, request: Request, number: str) -> Response:
    """One entry of the journal, in full."""
    found = journal.get_entry(control.store, int(number))
    shown = entry_view(found) if found else None
    return html("entry.html", status=200 if shown else 404, number=number, entry=shown)


def parameters(text: str) -> Mapping[str, str]:
    """The fields of a query or a form, the first of each name.

    Raises ValueError if there are more than MOST_FIELDS.
    """
    count = 1 + text.count("&")
    if count > MAX_FIELDS:
        raise ValueError(f"there may be {MAX_FIELDS} fields, not {count}; leave out the others")
    fields = parse_qs(text, keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def _filters(request: Request) -> tuple[str | None, str]:
    """Whose tasks and entries are asked for, None for all, and which of SHOWN."""
    asked = parameters(request.query)
    show = asked.get("show", "all")
    return asked.get("tenant") or None, show if show in ENTRY_FILTERS else "all"


def _values(shown: DashboardView, request: Request) -> dict[str, Any]:
    return {
        "root": ROOT,
        "base_url": request.base_url,
        "view": shown,
        "shown": {name: label for name, (label, _) in ENTRY_FILTERS.items()},
        "steps": STEPS,
    }


def _groups(control: Control) -> Groups:
    """All scenarios, under the headings of their groups."""
    known = sorted(control.simulator.scenarios.values(), key=_place)
    grouped = groupby(known, key=lambda scenario: scenario.group)
    return [(GROUPS.get(group, group), tuple(members)) for group, members in grouped]


def _place(scenario: Scenario) -> tuple[int, str]:
    known = list(GROUPS)
    group = scenario.group
    return (known.index(group) if group in GROUPS else len(known), group)
