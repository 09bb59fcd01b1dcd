"""Reads response bodies of all documented shapes, and Retry-After.

No function raises for an invalid body: it returns an empty value instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from wan_validators.media.formats import detect_format
from wan_validators.task import State, TaskOutput

__all__ = [
    "Object",
    "is_media",
    "parse_code",
    "parse_cost",
    "parse_message",
    "parse_object",
    "parse_results",
    "parse_retry_after",
    "parse_state",
    "parse_task_id",
]

Object = Mapping[str, Any]
"""A JSON object."""

ENVELOPE: Final = "task_info"
"""The member that holds the task, for vendors that have one."""

DONE_WORDS: Final = ("completed", "succeeded")
FAILED_WORDS: Final = ("failed",)

CANCELED_WORD: Final = "canceled"
"""The end of a canceled task, for the one vendor that documents it."""

LIST_MEMBERS: Final = {"images": "image", "videos": "video"}
"""Members that are lists of URLs, and the kind of those files."""

VIDEO_SUFFIXES: Final = (".mp4", ".mov", ".webm")

MEDIA_FORMATS: Final = {
    "image": ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIC"),
    "video": ("MP4", "MOV", "WebM", "3GP"),
}
"""Formats of results, by their kind."""

MESSAGE_MEMBERS: Final = ("title", "detail", "message", "error_message")
"""Members that hold the message of an error."""


def is_media(kind: str, body: bytes) -> bool:
    """Returns whether *body* starts like a file of this *kind*, an image or a video."""
    return detect_format(body) in MEDIA_FORMATS.get(kind, ())


@lru_cache(maxsize=16)
def parse_object(body: bytes) -> Object:
    """Parses *body* as a JSON object; returns an empty one if it is not valid.

    A client reads several members of the same body, so the last objects are kept.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return _as_object(document)


def parse_task_id(document: Object) -> str | None:
    """Returns the task id in *document*; None if there is none."""
    task = _find_task_object(document)
    queued = task.get("request_id") if "response_url" in task else None
    found = task.get("id", task.get("task_id", queued))
    return found if isinstance(found, str) and found else None


def parse_state(document: Object) -> State:
    """Returns DONE or FAILED, in any letter case, and RUNNING for every other status.

    A task with a type of error has failed, whatever the word: one vendor has one word for each end.
    """
    task = _find_task_object(document)
    word = task.get("status", task.get("task_status"))
    word = word.lower() if isinstance(word, str) else ""
    if word == CANCELED_WORD and "task_status" in task:
        return State.FAILED
    if word in DONE_WORDS:
        return State.FAILED if task.get("error_type") else State.DONE
    return State.FAILED if word in FAILED_WORDS else State.RUNNING


def parse_code(document: Object) -> str | int | None:
    """Returns the vendor's error code, of a failed task or a rejected create."""
    codes = (
        _as_object(_find_task_object(document).get("error")).get("code"),
        _as_object(document.get("error")).get("code"),
        document.get("error_code"),
        document.get("error_type"),
        _find_task_object(document).get("code"),
        document.get("code"),
    )
    return next((each for each in codes if type(each) in (str, int)), None)


def parse_message(document: Object) -> str:
    """Returns the messages of an error, each one once; "" if there are none."""
    return ": ".join(dict.fromkeys(filter(None, _iter_messages(document))))


def parse_results(document: Object) -> list[TaskOutput]:
    """Returns the results of a done task in order; a part without a URL has the value ""."""
    listed = [
        TaskOutput(kind, _as_string(url))
        for name, kind in LIST_MEMBERS.items()
        for url in _list_member(document, name)
    ]
    parts = (
        _as_object(part)
        for item in _list_member(document, "output")
        for part in _list_member(_as_object(item), "content")
    )
    queued = [_as_object(each) for each in _list_member(document, "outputs")]
    listed += [_parse_result(each) for each in queued if each]
    output = _as_object(document.get("output"))
    made = [_as_object(each) for each in _list_member(output, "results")]
    # A failed one of several results has a code in place of its URL.
    listed += [
        TaskOutput("image", _as_string(each.get("url"))) for each in made if "code" not in each
    ]
    messages = [_as_object(each).get("message") for each in _list_member(output, "choices")]
    spoken = [part for each in messages for part in _list_member(_as_object(each), "content")]
    listed += [_parse_message_part(_as_object(part)) for part in spoken]
    if "video_url" in output:
        listed.append(TaskOutput("video", _as_string(output["video_url"])))
    results = [*listed, *(_parse_result(part) for part in parts if part)]
    url = _as_string(output.get("url"))
    return results if results or not url else [TaskOutput(_guess_kind(url), url)]


def parse_cost(document: Object) -> Decimal | None:
    """Returns the cost of the task in USD; None if the document has no valid cost."""
    try:
        usd = Decimal(_as_object(document.get("usage")).get("cost"))  # type: ignore[arg-type]  # raises
    except (InvalidOperation, TypeError, ValueError):
        return None
    return usd if usd.is_finite() else None


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Returns the seconds of Retry-After in both forms (RFC 9110, section 10.2.3), at least 0.

    A date is relative to the Date of the response, so that the clocks need not agree. Returns
    None without a valid header, and for a date if the response has no Date.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return float(value)
    try:
        seconds = _parse_http_date(value) - _parse_http_date(headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return max(seconds, 0.0)


def _find_task_object(document: Object) -> Object:
    output = _as_object(document.get("output"))
    if output.keys() & {"task_id", "task_status"}:
        return output
    return _as_object(document.get(ENVELOPE)) or document


def _guess_kind(url: str) -> str:
    """Returns the kind of a file that nothing but its URL describes."""
    return "video" if urlsplit(url).path.endswith(VIDEO_SUFFIXES) else "image"


def _parse_result(part: Object) -> TaskOutput:
    kind = _as_string(part.get("type")) or "image"
    return TaskOutput(kind, _as_string(part.get("text" if kind == "text" else "url")))


def _parse_message_part(part: Object) -> TaskOutput:
    """Parses a part whose value is the member that is called like its type."""
    kind = _as_string(part.get("type")) or "image"
    return TaskOutput(kind, _as_string(part.get(kind)))


def _iter_messages(document: Object) -> Iterator[str]:
    for source in (document, _find_task_object(document)):
        yield from (_as_string(source.get(name)) for name in MESSAGE_MEMBERS)
        error = source.get("error")
        yield _as_string(error)
        yield from (_as_string(_as_object(error).get(name)) for name in MESSAGE_MEMBERS)


def _parse_http_date(text: str) -> float:
    return parsedate_to_datetime(text).timestamp()


def _as_object(value: Any) -> Object:
    return value if isinstance(value, dict) else {}


def _list_member(document: Object, name: str) -> list[Any]:
    value = document.get(name)
    return value if isinstance(value, list) else []


def _as_string(value: Any) -> str:
    return value if isinstance(value, str) else ""
