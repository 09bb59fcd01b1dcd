"""Formats journal entries as rows of the page, and one entry in full."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wan_validators.messages.formatting import format_count, format_duration

from ..state.journal import Entry, Message, Note, list_entries
from ..state.stores import Store
from .task_rows import shorten_id
from .timestamps import format_clock_time, format_timestamp

__all__ = [
    "ENTRY_FILTERS",
    "MAX_JOURNAL_ROWS",
    "MAX_NOTES_SHOWN",
    "EntryRow",
    "EntryView",
    "MessageView",
    "build_entry_rows",
    "build_entry_view",
    "find_latest_entries",
    "is_lost",
    "is_rejected",
]

MAX_JOURNAL_ROWS: Final = 100
"""The number of newest entries that are shown."""

MAX_NOTES_SHOWN: Final = 4
"""The number of findings that are shown in a row."""

_UNCHANGED_STEP: Final = ": as usual"
"""The end of the description of a step without effect; rows do not show such a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One exchange; *tags* are pairs of a CSS class and a label for what is not normal."""

    number: int
    at: str
    timestamp: str
    action: str
    subject: str
    request: str
    status: int
    tenant: str
    step: str
    reason: str
    notes: tuple[Note, ...]
    more_notes: str
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A request or response; *body* is empty if the journal did not keep it."""

    headers: Mapping[str, str]
    body: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One exchange in full; *facts* are labels with their values."""

    number: int
    facts: Mapping[str, str]
    notes: tuple[Note, ...]
    request: MessageView
    response: MessageView


def is_rejected(entry: Entry) -> bool:
    return entry.status >= 400


def is_lost(entry: Entry) -> bool:
    """Returns True if the client received no response, or another than that of its new task."""
    return not entry.arrived and bool(entry.delivery or (entry.action == "create" and entry.task))


ENTRY_FILTERS: Final[Mapping[str, tuple[str, Callable[[Entry], bool]]]] = {
    "all": ("Everything", lambda entry: True),
    "creates": ("Creates", lambda entry: entry.action == "create"),
    "polls": ("Polls", lambda entry: entry.action == "poll"),
    "trouble": ("Rejected, lost or changed", lambda entry: any(_find_tags(entry))),
}
"""The filters of the journal by name: a label, and whether an entry is shown."""


def find_latest_entries(store: Store, tenant: str | None, show: str) -> tuple[list[Entry], bool]:
    """Returns the newest entries that pass the filter *show*, and whether any entry exists.

    Returns more than MAX_JOURNAL_ROWS entries if that many exist, and reads few others.
    """
    passes_filter = ENTRY_FILTERS[show][1]
    count: int | None = MAX_JOURNAL_ROWS + 1
    while True:
        entries = list_entries(store, tenant, count)
        found = [entry for entry in entries if passes_filter(entry)]
        if count is None or len(entries) < count or len(found) > MAX_JOURNAL_ROWS:
            return found, bool(entries)
        # Enough if older entries pass as often as these, plus a quarter as a margin.
        count = 5 * count * (MAX_JOURNAL_ROWS + 1) // (4 * len(found)) if found else None


def build_entry_rows(entries: Sequence[Entry], now: float) -> tuple[EntryRow, ...]:
    """Returns rows of the newest *entries*, the newest first."""
    return tuple(_build_row(entry, now) for entry in reversed(entries[-MAX_JOURNAL_ROWS:]))


def build_entry_view(entry: Entry) -> EntryView:
    facts = {
        "Request": f"{entry.method} {entry.path}",
        "Base URL": entry.base_url,
        "Status": str(entry.status),
        "Time": format_timestamp(entry.at),
        "Tenant": entry.tenant,
        "Model": entry.model,
        "Task": entry.task,
        "Task state": entry.state,
        "Scenario": entry.step,
        "Rejection reason": entry.why,
        "Delivery": entry.delivery,
        "Delay": format_duration(entry.delay) if entry.delay else "",
    }
    return EntryView(
        number=entry.number,
        facts={name: value for name, value in facts.items() if value},
        notes=entry.findings,
        request=_build_message_view(entry.sent),
        response=_build_message_view(entry.answer),
    )


def _build_row(entry: Entry, now: float) -> EntryRow:
    more = len(entry.findings) - MAX_NOTES_SHOWN
    return EntryRow(
        number=entry.number,
        at=format_clock_time(entry.at, now),
        timestamp=format_timestamp(entry.at),
        action=entry.action or entry.method,
        subject=_describe_subject(entry),
        request=f"{entry.method} {entry.path}",
        status=entry.status,
        tenant=entry.tenant,
        step="" if entry.step.endswith(_UNCHANGED_STEP) else entry.step,
        reason=_find_reason(entry),
        notes=entry.findings[:MAX_NOTES_SHOWN],
        more_notes=f"and {format_count(more, 'more finding')}" if more > 0 else "",
        tags=tuple(_find_tags(entry)),
    )


def _describe_subject(entry: Entry) -> str:
    """Returns the model, the task or the path, short enough for a row."""
    match entry.action:
        case "create" if entry.model:
            return entry.model
        case "poll" if entry.task:
            return f"{shorten_id(entry.task)} {entry.state}".rstrip()
        case "file" if entry.task:
            return f"{shorten_id(entry.task)} {entry.path.rpartition('/')[2]}"
    return entry.path


def _find_reason(entry: Entry) -> str:
    """Returns the rejection reason, or "" if a finding already has the same text."""
    is_repeated = any(note.message in entry.why for note in entry.findings)
    return "" if is_repeated else entry.why


def _find_tags(entry: Entry) -> Iterator[tuple[str, str]]:
    if is_rejected(entry):
        yield "bad", "rejected" if not is_lost(entry) else "error"
    if is_lost(entry):
        yield "warn", f"response lost ({entry.delivery})" if entry.delivery else "response lost"
    elif not entry.arrived and not is_rejected(entry):
        yield "warn", "response changed"
    if entry.delay and not entry.delivery:
        yield "warn", f"delayed by {format_duration(entry.delay)}"


def _build_message_view(message: Message) -> MessageView:
    size = format_count(message.length, "byte")
    if message.text is None and message.length:
        digest = f", SHA-256 {message.sha256}" if message.sha256 else ""
        return MessageView(headers=message.headers, body="", size=f"{size}, not kept{digest}")
    return MessageView(headers=message.headers, body=_indent_json(message.text or ""), size=size)


def _indent_json(text: str) -> str:
    """Returns JSON with one line for each member, and any other text unchanged."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
