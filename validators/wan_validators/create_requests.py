"""Recognises the URLs of create requests of every vendor, and the model in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from .catalog import list_submit_templates, vendors
from .path_templates import compile_template
from .vendor import Vendor

__all__ = [
    "CreatePath",
    "CreateUrl",
    "find_create_path",
    "find_create_url",
    "find_header_model",
]


class CreatePath(NamedTuple):
    """The path of a create at *vendor*. *model* is the model in it, None if it has none."""

    vendor: Vendor
    template: str
    model: str | None


class CreateUrl(NamedTuple):
    """The URL of a create. *model* is what names its model, or None if only the body does.

    It is a qualified name, or the path, if a path has several models.
    """

    model: str | None


# Laws and rules ask several times for the path of one request.
@lru_cache(maxsize=256)
def find_create_path(path: str) -> CreatePath | None:
    """Returns the create that *path* leads to, or None. It may begin with a gateway's path."""
    for vendor in vendors():
        for template in list_submit_templates(vendor):
            if found := compile_template(template).search(path):
                return CreatePath(vendor, template, found.groupdict().get("model"))
    return None


def find_create_url(url: str) -> CreateUrl | None:
    """Returns the create that *url*, or a path, leads to. None for all other URLs."""
    found = find_create_path(re.split("[?#]", url, maxsplit=1)[0])
    if found is None:
        return None
    vendor, template, model = found
    if model is not None:
        return CreateUrl(f"{vendor.name}/{model}")
    api = vendor.synchronous
    has_all = template == vendor.create or (api and api.path == template and not api.endpoint)
    return CreateUrl(None if has_all else template)


def find_header_model(headers: Mapping[str, str]) -> str | None:
    """Returns the model that a header of a vendor names; the names of *headers* are lower case."""
    names = (vendor.model_header.lower() for vendor in vendors() if vendor.model_header)
    return next((headers[name] for name in names if headers.get(name)), None)
