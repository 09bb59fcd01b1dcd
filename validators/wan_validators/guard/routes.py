"""Recognizes creates and polls by their paths, at any host."""

from __future__ import annotations

from typing import NamedTuple

from ..catalog import list_poll_templates, vendors
from ..create_requests import find_create_path
from ..path_templates import compile_template
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
    if method.upper() == "POST":
        create = find_create_path(path)
        return GuardedRoute(create.vendor, path, create.model, None) if create else None
    if method.upper() != "GET":
        return None
    for vendor in vendors():
        for template in list_poll_templates(vendor):
            if found := compile_template(template).search(path):
                named = found.groupdict()
                return GuardedRoute(vendor, path, named.get("model"), named["task_id"])
    return None
