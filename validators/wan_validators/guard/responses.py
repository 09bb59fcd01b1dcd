"""Reads from a vendor's response what a guard needs: whether a task failed, and its cost."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from ..task import State
from ..task_bodies import find_error, find_status_word
from ..vendor import Vendor

__all__ = ["is_failed", "parse_body", "parse_cost"]


def parse_body(data: bytes) -> dict[str, Any]:
    """Parses a JSON object; the result is empty for anything else."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if type(value) is dict else {}


def is_failed(vendor: Vendor, body: dict[str, Any]) -> bool:
    words = (vendor.words[State.FAILED], vendor.other_words.get(State.FAILED, ""))
    is_end = find_status_word(body) in filter(None, words)
    # One word for every end: only the error tells.
    return is_end and (words[0] != vendor.words[State.DONE] or bool(find_error(body)))


def parse_cost(body: dict[str, Any]) -> Decimal | None:
    """Returns the cost in USD that the vendor reports for a task, or None."""
    usage = body.get("usage")
    cost = usage.get("cost") if type(usage) is dict else None
    if type(cost) not in (str, int, float):
        return None
    try:
        usd = Decimal(str(cost))
    except InvalidOperation:
        return None
    return usd if usd.is_finite() and usd >= 0 else None
