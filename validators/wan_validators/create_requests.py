"""Recognises the URLs of create requests of every vendor, and the model in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from .catalog import list_create_templates, vendors
from .vendor import Vendor

__all__ = ["CreateUrl", "find_create_url", "find_header_model"]


class CreateUrl(NamedTuple):
    """The URL of a create. *model* is what names its model, or None if only the body does.

    It is a qualified name, or the path, if a path has several models.
    """

    model: str | None


def find_create_url(url: str) -> CreateUrl | None:
    """Returns the create that *url*, or a path, leads to. None for all other URLs."""
    path = re.split("[?#]", url, maxsplit=1)[0].rstrip("/")
    for vendor, template, pattern in _compile_patterns():
        if found := pattern.search(path):
            if pattern.groups:
                return CreateUrl(f"{vendor.name}/{found[1]}")
            return CreateUrl(None if template == vendor.create else template)
    return None


def find_header_model(headers: Mapping[str, str]) -> str | None:
    """Returns the model that a header of a vendor names; the names of *headers* are lower case."""
    names = (vendor.model_header.lower() for vendor in vendors() if vendor.model_header)
    return next((headers[name] for name in names if headers.get(name)), None)


@cache
def _compile_patterns() -> list[tuple[Vendor, str, re.Pattern[str]]]:
    return [
        (
            vendor,
            template,
            re.compile(re.escape(template).replace(r"\{model\}", "([^/]+)") + "$"),
        )
        for vendor in vendors()
        for template in list_create_templates(vendor)
    ]
