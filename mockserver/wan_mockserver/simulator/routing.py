"""What stands at which path: the vendors' paths as they declare them, and the files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from wan_validators.catalog import models_of
from wan_validators.messages.suggestions import find_nearest as similar
from wan_validators.vendor import RejectionReason, Vendor

from ..artefacts import files
from ..http.errors import RequestRejected


class Action(Enum):
    CREATE = "create"
    POLL = "poll"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Route:
    """A *template* is a path with ``{names}`` for the parts that vary."""

    action: Action
    methods: tuple[str, ...]
    template: str
    vendor: Vendor | None = None

    def list_paths(self) -> list[str]:
        """The template with every model of the vendor in its place."""
        models = models_of(self.vendor) if self.vendor else ()
        return list(dict.fromkeys(self.template.replace("{model}", model) for model in models))

    def match(self, path: str) -> Mapping[str, str] | None:
        """The parts that vary, by name; None if *path* is another one."""
        names = {}
        wanted, given = self.template.split("/"), path.split("/")
        if len(wanted) != len(given):
            return None
        for part, value in zip(wanted, given, strict=True):
            if part.startswith("{") and value:
                names[part[1:-1]] = value
            elif part != value:
                return None
        return names


class Match(NamedTuple):
    route: Route
    names: Mapping[str, str]


def routes(vendors: Iterable[Vendor]) -> tuple[Route, ...]:
    return (*_routes(vendors), Route(Action.FILE, ("GET", "HEAD"), files.PATH))


def _routes(vendors: Iterable[Vendor]) -> Iterator[Route]:
    for vendor in vendors:
        yield Route(Action.CREATE, ("POST",), vendor.create, vendor)
        yield Route(Action.POLL, ("GET",), vendor.poll, vendor)


def normalize_path(path: str) -> str:
    """*path* with single slashes: a base URL with a slash at its end doubles one."""
    return re.sub("/{2,}", "/", path)


def find_route(table: Iterable[Route], method: str, path: str) -> Match:
    """The route at *path*; raises RequestRejected if there is none, or none with *method*."""
    found = [Match(route, names) for route in table if (names := route.match(path)) is not None]
    for match in found:
        if method in match.route.methods:
            return match
    if found:
        allow = ", ".join(method for match in found for method in match.route.methods)
        says = f"{method} is not allowed at {path}; allowed: {allow}"
        raise RequestRejected(RejectionReason.NO_METHOD, says, headers={"Allow": allow})
    raise RequestRejected(
        RejectionReason.NO_ROUTE, f"nothing is served at {path}; {_hint(table, path)}"
    )


def _hint(table: Iterable[Route], path: str) -> str:
    """The path that was probably meant, or else all that there are."""
    table = list(table)
    meant = similar(path, [place for route in table for place in route.list_paths()], cutoff=0.75)
    if meant:
        return f"did you mean {meant}?"
    near = find_nearest_vendor(table, path)
    offered = [route for route in table if near is None or route.vendor is near]
    return f"known: {', '.join(f'{route.methods[0]} {route.template}' for route in offered)}"


def find_nearest_vendor(table: Iterable[Route], path: str) -> Vendor | None:
    """The vendor whose paths begin most like *path*, part by part; None if none does."""
    best = max(table, key=lambda route: _common(route.template, path))
    return best.vendor if _common(best.template, path) else None


def _common(template: str, path: str) -> int:
    """How many leading parts are the same; one that varies is the same as any."""
    count = 0
    for part, value in zip(template.split("/")[1:], path.split("/")[1:], strict=False):
        if part != value and not part.startswith("{"):
            break
        count += 1
    return count
