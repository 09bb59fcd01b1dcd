"""Recognises files in a folder that are not payloads, such as ``package.json``."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import PurePath
from typing import Any, Final

from .catalog import list_all_specs
from .messages.suggestions import find_nearest

__all__ = ["is_payload"]

_OTHER_FILES: Final = re.compile(
    r"(package|package-lock|npm-shrinkwrap|composer|jsconfig|tsconfig([.-].*)?|.*\.schema)\.json",
    re.IGNORECASE,
)
_CUTOFF: Final = 0.8
_MAX_MEMBERS: Final = 100


def is_payload(name: str, data: bytes | str) -> bool:
    """Returns False if the file *name* with the content *data* is about something else.

    A payload has a member that a model has, possibly misspelt. A text that is not JSON may
    be meant as a payload, unless its name is that of a usual file.
    """
    if _OTHER_FILES.fullmatch(PurePath(name).name):
        return False
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return True
    return any(map(_has_member, value if type(value) is list else [value]))


def _has_member(value: Any) -> bool:
    if type(value) is not dict:
        return False
    known = _list_members()
    if not value or value.keys() & known:
        return True
    return any(find_nearest(each, known, _CUTOFF) for each in [*value][:_MAX_MEMBERS])


@cache
def _list_members() -> frozenset[str]:
    """Returns the members of every payload, and those of envelopes."""
    members = {str(rule.path[0]) for spec in list_all_specs() for rule in spec.rules if rule.path}
    return frozenset(members | {"model", "payload"})
