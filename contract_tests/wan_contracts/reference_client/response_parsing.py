"""What answers say: the bodies of both documented shapes, and Retry-After.

Nothing here raises, whatever a body holds: what cannot be read says nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any, Final

from wan_validators.vendor import Output, State

Object = Mapping[str, Any]
"""A JSON object."""

ENVELOPE: Final = "task_info"
"""The member that holds everything about a task, at vendors that have one."""

DONE: Final = ("completed", "succeeded")
FAILED: Final = ("failed",)

LISTS: Final = {"images": "image", "videos": "video"}
"""Members that are lists of URLs, and of what kind those are."""

SENTENCES: Final = ("title", "detail", "message", "error_message")
"""Members in which errors speak to people."""


def parse_object(body: bytes) -> Object:
    """The JSON object that *body* is; an empty one for anything else."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return _object(document)


def task_id(document: Object) -> str | None:
    """The id of the task that *document* tells of."""
    found = _task(document).get("id")
    return found if isinstance(found, str) and found else None


def state(document: Object) -> State:
    """DONE or FAILED in whichever case it is written, and RUNNING for any other word or none."""
    word = _task(document).get("status")
    word = word.lower() if isinstance(word, str) else ""
    if word in DONE:
        return State.DONE
    return State.FAILED if word in FAILED else State.RUNNING


def code(document: Object) -> str | int | None:
    """The vendor's code, of a failed task or of a refusal."""
    codes = _object(_task(document).get("error")).get("code"), document.get("error_code")
    return next((each for each in codes if type(each) in (str, int)), None)


def message(document: Object) -> str:
    """All that an error says in words, each sentence once; "" if it says nothing."""
    return ": ".join(dict.fromkeys(filter(None, _sentences(document))))


def results(document: Object) -> list[Output]:
    """What came of a task that is done, in order; for a part without a URL its value is ""."""
    listed = [
        Output(kind, _string(url)) for name, kind in LISTS.items() for url in _list(document, name)
    ]
    parts = (
        _object(part)
        for item in _list(document, "output")
        for part in _list(_object(item), "content")
    )
    return [*listed, *(_result(part) for part in parts if part)]


def cost(document: Object) -> Decimal | None:
    """What the vendor says the task has cost, in USD."""
    try:
        usd = Decimal(_object(document.get("usage")).get("cost"))  # type: ignore[arg-type]  # raises
    except (InvalidOperation, TypeError, ValueError):
        return None
    return usd if usd.is_finite() else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How many seconds Retry-After asks to wait, in either of its forms; never below 0.

    A date is counted from the answer's own Date, so that the clocks need not agree. None
    without the header, for what is neither form, and for a date in an answer without one.
    """
    asked = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", asked):
        return float(asked)
    try:
        seconds = _moment(asked) - _moment(headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return max(seconds, 0.0)


def _task(document: Object) -> Object:
    return _object(document.get(ENVELOPE)) or document


def _result(part: Object) -> Output:
    kind = _string(part.get("type")) or "image"
    return Output(kind, _string(part.get("text" if kind == "text" else "url")))


def _sentences(document: Object) -> Iterator[str]:
    for source in (document, _task(document)):
        yield from (_string(source.get(name)) for name in SENTENCES)
        error = source.get("error")
        yield _string(error)
        yield from (_string(_object(error).get(name)) for name in SENTENCES)


def _moment(text: str) -> float:
    return parsedate_to_datetime(text).timestamp()


def _object(value: Any) -> Object:
    return value if isinstance(value, dict) else {}


def _list(document: Object, name: str) -> list[Any]:
    value = document.get(name)
    return value if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
