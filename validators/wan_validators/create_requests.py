"""Recognises the URLs of create requests of every vendor, and the model in them."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from .catalog import vendors

__all__ = ["CreateUrl", "find_create_url"]


class CreateUrl(NamedTuple):
    """The URL of a create. *model* is None if the vendor has the model in the body."""

    model: str | None


def find_create_url(url: str) -> CreateUrl | None:
    """Returns the create that *url*, or a path, leads to. None for all other URLs."""
    path = re.split("[?#]", url, maxsplit=1)[0].rstrip("/")
    for pattern in _compile_patterns():
        if found := pattern.search(path):
            return CreateUrl(found[1] if pattern.groups else None)
    return None


@cache
def _compile_patterns() -> list[re.Pattern[str]]:
    templates = [re.escape(vendor.create) for vendor in vendors()]
    return [re.compile(each.replace(r"\{model\}", "([^/]+)") + "$") for each in templates]
