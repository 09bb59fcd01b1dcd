"""Answers GET requests for the page and its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from urllib.parse import parse_qs

from ..control import Control
from ..http.messages import Request, Response
from ..scenarios.catalogue import GROUPS
from ..scenarios.scenario import Scenario
from ..simulator.routing import ROOT
from ..state import journal
from .journal_rows import ENTRY_FILTERS, build_entry_view
from .live import CLOCK_STEPS, DashboardView
from .rendering import render_html
from .revisions import get_view, is_unchanged

__all__ = [
    "MAX_FIELDS",
    "NO_NOTICE",
    "parse_parameters",
    "redirect_to_page",
    "render_page",
    "show_entry",
    "show_live_part",
    "show_page",
    "show_scenario_summary",
]

Groups = Sequence[tuple[str, Sequence[Scenario]]]

NO_NOTICE: Final = ("", "")

MAX_FIELDS: Final = 50
"""The most fields of a query or form; those of the page have fewer than 10."""

_NO_CONTENT: Final = Response(status=204, headers={"Cache-Control": "no-store"})


def redirect_to_page(control: Control, request: Request, rest: str) -> Response:
    """Redirects to the page, whose address ends with a slash."""
    query = f"?{request.query}" if request.query else ""
    return Response(status=308, headers={"Location": f"{ROOT}/{query}", "Content-Length": "0"})


def show_page(control: Control, request: Request, rest: str) -> Response:
    return render_page(control, request)


def render_page(
    control: Control, request: Request, notice: tuple[str, str] = NO_NOTICE, status: int = 200
) -> Response:
    """Renders the whole page; *notice* is a CSS class, ``good`` or ``bad``, and a message."""
    return render_html(
        "page.html",
        status=status,
        notice=notice,
        groups=_group_scenarios(control),
        **_template_values(get_view(control, *_parse_filters(request)), request),
    )


def show_live_part(control: Control, request: Request, rest: str) -> Response:
    """Renders the part that changes. Returns 204 if the browser has this revision."""
    tenant, show = _parse_filters(request)
    known = parse_parameters(request.query).get("revision", "")
    if is_unchanged(control, tenant, show, known):
        return _NO_CONTENT
    view = get_view(control, tenant, show)
    if view.revision == known:
        return _NO_CONTENT
    return render_html("live.html", notice=NO_NOTICE, groups=(), **_template_values(view, request))


def show_scenario_summary(control: Control, request: Request, rest: str) -> Response:
    """Renders the description of the selected scenario."""
    name = parse_parameters(request.query).get("scenario", "")
    known = control.simulator.scenarios.get(name)
    return render_html("scenario.html", summary=known.summary if known else "")


def show_entry(control: Control, request: Request, number: str) -> Response:
    """Renders one journal entry in full."""
    found = journal.get_entry(control.store, int(number))
    view = build_entry_view(found) if found else None
    return render_html("entry.html", status=200 if view else 404, number=number, entry=view)


def parse_parameters(text: str) -> Mapping[str, str]:
    """Parses a query or form; of fields with the same name it keeps the first.

    Raises ValueError if there are more than MAX_FIELDS.
    """
    count = 1 + text.count("&")
    if count > MAX_FIELDS:
        raise ValueError(f"it may have at most {MAX_FIELDS} fields, not {count}; remove the others")
    fields = parse_qs(text, keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def _parse_filters(request: Request) -> tuple[str | None, str]:
    """Returns the selected tenant, or None for all, and a key of ENTRY_FILTERS."""
    parameters = parse_parameters(request.query)
    show = parameters.get("show", "all")
    return parameters.get("tenant") or None, show if show in ENTRY_FILTERS else "all"


def _template_values(view: DashboardView, request: Request) -> dict[str, Any]:
    return {
        "root": ROOT,
        "base_url": request.base_url,
        "view": view,
        "filters": {name: label for name, (label, _) in ENTRY_FILTERS.items()},
        "clock_steps": CLOCK_STEPS,
    }


def _group_scenarios(control: Control) -> Groups:
    """Returns all scenarios with the titles of their groups, in the order of GROUPS."""
    scenarios = sorted(control.simulator.scenarios.values(), key=_sort_key)
    grouped = groupby(scenarios, key=lambda scenario: scenario.group)
    return [(GROUPS.get(group, group), tuple(members)) for group, members in grouped]


def _sort_key(scenario: Scenario) -> tuple[int, str]:
    known = list(GROUPS)
    group = scenario.group
    return (known.index(group) if group in GROUPS else len(known), group)
