"""Recognizes creates and polls by their paths, at any host."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from ..catalog import list_create_templates, vendors
from ..vendor import Vendor

__all__ = ["GuardedRoute", "find_guarded_route"]


class GuardedRoute(NamedTuple):
    """A vendor's create, with the model in its path if it has one, or poll of a task."""

    vendor: Vendor
    path: str
    model: str | None
    task: str | None

    @property
    def is_create(self) -> bool:
        return self.task is None


def find_guarded_route(method: str, path: str) -> GuardedRoute | None:
    """Returns the vendor's route of a request, or None. *path* is decoded, without a query.

    A gateway may put its own path before that of the vendor.
    """
    for vendor in vendors():
        templates = {"POST": list_create_templates(vendor), "GET": (vendor.poll,)}
        for template in templates.get(method.upper(), ()):
            if found := _compile(template).search(path):
                named = found.groupdict()
                return GuardedRoute(vendor, path, named.get("model"), named.get("task_id"))
    return None


@cache
def _compile(template: str) -> re.Pattern[str]:
    named = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
    return re.compile(f"{named}/?$")
