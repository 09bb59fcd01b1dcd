"""Compiles the path templates of the vendors, such as ``/v1/{model}/generation``."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["compile_template"]


@cache
def compile_template(template: str, *, is_whole: bool = True) -> re.Pattern[str]:
    """Compiles *template* to a pattern with a named group for each ``{name}``.

    The path may begin with that of a gateway. If *is_whole* is true, it must end with the
    template, or with a slash after it; else a query or more parts may follow.
    """
    named = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/?#]+)", re.escape(template))
    return re.compile(f"{named}/?$" if is_whole else named)
