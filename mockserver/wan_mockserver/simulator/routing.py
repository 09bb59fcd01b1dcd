"""Matches paths to the routes of the vendors and of the files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from wan_validators.catalog import (
    describe_edition,
    describe_unmodelled,
    find_excluded,
    list_create_templates,
    list_poll_templates,
    models_of,
)
from wan_validators.messages.suggestions import find_nearest
from wan_validators.rejection import RejectionReason
from wan_validators.vendor import Page, Vendor

from ..artefacts import files
from ..http.errors import RequestRejected

__all__ = [
    "FILES",
    "MAX_PARTS",
    "ROOT",
    "SLOW_PATHS",
    "Action",
    "Match",
    "Route",
    "RouteTable",
    "build_routes",
    "find_nearest_vendor",
    "find_route",
    "normalize_path",
]

ROOT: Final = "/_wanproof"
"""The path above the dashboard and the admin API; no vendor uses it."""


DASHBOARD: Final = f"{ROOT}/"
"""The path of the dashboard."""

OPENAPI: Final = "/openapi.json"
"""The path of the OpenAPI document of the vendors' routes."""

FILES: Final = files.PATH.partition("{")[0]
"""The path above all files."""

SLOW_PATHS: Final = (ROOT, OPENAPI, FILES)
"""The beginnings of paths whose responses may take long to make."""

MAX_PARTS: Final = 20
"""Parts of an unknown path that are searched for the id of a task."""


class Action(Enum):
    CREATE = "create"
    POLL = "poll"
    RESULT = "result"
    CANCEL = "cancel"
    STREAM = "stream"
    LIST = "list"
    PRECHARGE = "precharge"
    PAGE = "page"
    FILE = "file"
    POLICY = "policy"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class Route:
    """A path with its methods; *template* has ``{names}`` for the variable parts.

    A *variant* is another way to write the path of another route. If *waits* is true, the
    response comes when the task has ended. *page* is that of PAGE.
    """

    action: Action
    methods: tuple[str, ...]
    template: str
    vendor: Vendor | None = None
    variant: bool = False
    waits: bool = False
    page: Page | None = None

    def list_paths(self) -> list[str]:
        """Lists the paths: the template with each model of the vendor."""
        if "{model}" not in self.template:
            return [self.template]
        models = models_of(self.vendor) if self.vendor else {}
        if self.page:
            return [self.template.replace("{model}", name) for name in models]
        specs = models.values()
        paths = [path for spec in specs for path in (spec.create_path, spec.poll_path)]
        return [path for path in paths if self.match(path)]

    def match(self, path: str) -> Mapping[str, str] | None:
        """Returns the variable parts of *path* by name, or None if it does not match."""
        names = {}
        template_parts, values = _split(self.template), path.split("/")
        if len(template_parts) != len(values):
            return None
        for part, value in zip(template_parts, values, strict=True):
            if part.startswith("{") and value:
                names[part[1:-1]] = value
            elif part != value:
                return None
        return names


@lru_cache(maxsize=1024)
def _split(template: str) -> list[str]:
    return template.split("/")


class Match(NamedTuple):
    route: Route
    names: Mapping[str, str]


class RouteTable(tuple[Route, ...]):  # noqa: SLOT001  (it keeps an index)
    """Routes in their order, which finds those that can match a path."""

    @cached_property
    def _by_shape(self) -> dict[tuple[int, str], list[Route]]:
        """The routes by their number of parts and their first part, "" for a variable one."""
        found: dict[tuple[int, str], list[Route]] = {}
        for route in self:
            parts = _split(route.template)
            first = parts[1] if len(parts) > 1 and not parts[1].startswith("{") else ""
            found.setdefault((len(parts), first), []).append(route)
        return found

    def find_candidates(self, path: str) -> list[Route]:
        """Returns the routes with as many parts as *path* and its first part."""
        parts = path.split("/", 2)
        count, first = path.count("/") + 1, parts[1] if len(parts) > 1 else ""
        fixed, variable = (
            self._by_shape.get((count, first), []),
            self._by_shape.get((count, ""), []),
        )
        if not (first and variable):
            return fixed or variable
        return [route for route in self if route in fixed or route in variable]


def build_routes(vendors: Iterable[Vendor]) -> RouteTable:
    """Builds the routes of *vendors* and the route of the files.

    The pages are last: an unknown path that begins like one of them is rather another vendor's.
    """
    vendors = tuple(vendors)
    pages = tuple(
        Route(Action.PAGE, ("GET", "HEAD"), template, vendor, page=page)
        for vendor in vendors
        for page, template in vendor.pages.items()
    )
    file = Route(Action.FILE, ("GET", "HEAD"), files.PATH)
    return RouteTable((*_iter_routes(vendors), *pages, file))


def _iter_routes(vendors: Iterable[Vendor]) -> Iterator[Route]:
    for vendor in vendors:
        for template in list_create_templates(vendor):
            yield from _iter_variants(Route(Action.CREATE, ("POST",), template, vendor))
        for template in list_poll_templates(vendor):
            yield from _iter_variants(Route(Action.POLL, ("GET",), template, vendor))
        if api := vendor.synchronous:
            made = Route(Action.CREATE, ("POST",), api.path, vendor, waits=True)
            yield from _iter_variants(made)
            if api.stream:
                yield Route(Action.POLL, ("GET",), api.stream, vendor, waits=True)
        yield from _iter_task_routes(vendor)
        if uploads := vendor.uploads:
            yield from _iter_variants(Route(Action.POLICY, ("GET",), uploads.path, vendor))
            yield Route(Action.UPLOAD, ("POST",), uploads.store, vendor)
        if vendor.precharge:
            yield Route(Action.PRECHARGE, ("POST",), vendor.precharge, vendor)


def _iter_task_routes(vendor: Vendor) -> Iterator[Route]:
    """Yields the routes of tasks that exist, but those of polls."""
    if vendor.cancel:
        methods = (vendor.cancel_method,)
        yield from _iter_variants(Route(Action.CANCEL, methods, vendor.cancel, vendor))
    if vendor.listing:
        yield from _iter_variants(Route(Action.LIST, ("GET",), vendor.listing, vendor))
    if vendor.result:
        yield Route(Action.RESULT, ("GET",), vendor.result, vendor)
    if vendor.stream:
        yield Route(Action.STREAM, ("GET",), vendor.stream, vendor, variant=True)


def _iter_variants(route: Route) -> Iterator[Route]:
    """Yields *route*, and its variants where the vendor's start of the path is optional.

    The clients of such a vendor also add a slash to some paths.
    """
    yield route
    prefix = route.vendor.optional_prefix if route.vendor else ""
    if prefix:
        yield replace(route, variant=True, template=f"{route.template}/")
        short = route.template.removeprefix(prefix)
        yield replace(route, variant=True, template=short)
        yield replace(route, variant=True, template=f"{short}/")


def normalize_path(path: str) -> str:
    """Replaces double slashes, which a base URL with a final slash causes."""
    return re.sub("/{2,}", "/", path) if "//" in path else path


def find_route(table: RouteTable, method: str, path: str) -> Match:
    """Finds the route of *path*. Raises RequestRejected if there is none for *method*."""
    found = [
        Match(route, names)
        for route in table.find_candidates(path)
        if (names := route.match(path)) is not None
    ]
    for match in found:
        if method in match.route.methods:
            return match
    if found:
        allow = ", ".join(method for match in found for method in match.route.methods)
        detail = f"{method} is not allowed at {path}; allowed: {allow}"
        raise RequestRejected(RejectionReason.NO_METHOD, detail, headers={"Allow": allow})
    raise RequestRejected(
        RejectionReason.NO_ROUTE, f"nothing is served at {path}; {_build_hint(table, path)}"
    )


def _build_hint(table: Iterable[Route], path: str) -> str:
    """Names a model without a table, the path that was probably meant, or the known paths."""
    table = [route for route in table if not route.variant]
    unmodelled = describe_unmodelled(path)
    if unmodelled:
        return unmodelled
    excluded = find_excluded(path)
    if excluded:
        return describe_edition(excluded[0])
    meant = find_nearest(
        path, [place for route in table for place in route.list_paths()], cutoff=0.75
    )
    if meant:
        return f"did you mean {meant}?"
    if path in ("", "/"):
        return f"the dashboard is at {DASHBOARD}, and the description of all paths at {OPENAPI}"
    near = find_nearest_vendor(table, path)
    offered = [route for route in table if near is None or route.vendor is near]
    return f"known: {', '.join(f'{route.methods[0]} {route.template}' for route in offered)}"


def find_nearest_vendor(table: Iterable[Route], path: str) -> Vendor | None:
    """Finds the vendor whose paths share the most leading parts with *path*, or None."""
    best = max(table, key=lambda route: _count_common(route.template, path))
    return best.vendor if _count_common(best.template, path) else None


def _count_common(template: str, path: str) -> int:
    """Counts the equal leading parts; a variable part equals any other."""
    count = 0
    for part, value in zip(template.split("/")[1:], path.split("/")[1:], strict=False):
        if part != value and not part.startswith("{"):
            break
        count += 1
    return count
