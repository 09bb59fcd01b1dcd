"""Entries of the journal as rows of the page, and one of them in full."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..control import Control
from ..state.journal import Entry, Message, Note
from .wording import clock_time, format_count, format_duration, full_time, shorten_id

MAX_JOURNAL_ROWS: Final = 100
"""Entries that are shown, the newest."""

MAX_NOTES_SHOWN: Final = 4
"""Findings of one entry that are shown in its row."""


AS_USUAL: Final = ": as usual"
"""How a step ends that changed nothing; a row does not speak of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One exchange. *tags* are pairs of a look and a word: what is out of the ordinary."""

    number: int
    at: str
    at_in_full: str
    what: str
    about: str
    request: str
    status: int
    tenant: str
    step: str
    why: str
    notes: tuple[Note, ...]
    more_notes: str
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """What went one way: *headers*, and the *body* as far as it was kept."""

    headers: Mapping[str, str]
    body: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One exchange in full: *facts* by their names, and both of its halves."""

    number: int
    facts: Mapping[str, str]
    notes: tuple[Note, ...]
    sent: MessageView
    answer: MessageView


def is_refused(entry: Entry) -> bool:
    """Whether the client was turned away."""
    return entry.status >= 400


def is_lost(entry: Entry) -> bool:
    """Whether the answer that tells of it never got through."""
    return not entry.arrived and bool(entry.delivery or (entry.action == "create" and entry.task))


ENTRY_FILTERS: Final[Mapping[str, tuple[str, Callable[[Entry], bool]]]] = {
    "all": ("Everything", lambda entry: True),
    "creates": ("Creates", lambda entry: entry.action == "create"),
    "polls": ("Polls", lambda entry: entry.action == "poll"),
    "trouble": ("Refused, lost or changed", lambda entry: any(_tags(entry))),
}
"""Which entries may be asked for: a label, and whether an entry is one of them."""


def latest(control: Control, tenant: str | None, show: str) -> tuple[list[Entry], bool]:
    """The newest entries to *show*, and whether any are kept.

    There are more than MAX_JOURNAL_ROWS of them if so many are kept.

    Not much more is read than it takes to find them.
    """
    fits = ENTRY_FILTERS[show][1]
    count: int | None = MAX_JOURNAL_ROWS + 1
    while True:
        read = control.journal(tenant, count)
        found = [entry for entry in read if fits(entry)]
        if count is None or len(read) < count or len(found) > MAX_JOURNAL_ROWS:
            return found, bool(read)
        # So many hold enough if they are like those that were read, and a quarter of them more.
        count = 5 * count * (MAX_JOURNAL_ROWS + 1) // (4 * len(found)) if found else None


def entry_rows(entries: Sequence[Entry], now: float) -> tuple[EntryRow, ...]:
    """The newest of *entries*, the newest first."""
    return tuple(_row(entry, now) for entry in reversed(entries[-MAX_JOURNAL_ROWS:]))


def entry_view(entry: Entry) -> EntryView:
    """All that is known of *entry*."""
    facts = {
        "Request": f"{entry.method} {entry.path}",
        "Sent to": entry.base_url,
        "Status": str(entry.status),
        "At": full_time(entry.at),
        "Tenant": entry.tenant,
        "Model": entry.model,
        "Task": entry.task,
        "State shown": entry.state,
        "Scenario": entry.step,
        "Refused because": entry.why,
        "Connection": entry.delivery,
        "Held back": format_duration(entry.delay) if entry.delay else "",
    }
    return EntryView(
        number=entry.number,
        facts={name: value for name, value in facts.items() if value},
        notes=entry.findings,
        sent=_half(entry.sent),
        answer=_half(entry.answer),
    )


def _row(entry: Entry, now: float) -> EntryRow:
    more = len(entry.findings) - MAX_NOTES_SHOWN
    return EntryRow(
        number=entry.number,
        at=clock_time(entry.at, now),
        at_in_full=full_time(entry.at),
        what=entry.action or entry.method,
        about=_about(entry),
        request=f"{entry.method} {entry.path}",
        status=entry.status,
        tenant=entry.tenant,
        step="" if entry.step.endswith(AS_USUAL) else entry.step,
        why=_why(entry),
        notes=entry.findings[:MAX_NOTES_SHOWN],
        more_notes=f"and {format_count(more, 'more finding')}" if more > 0 else "",
        tags=tuple(_tags(entry)),
    )


def _about(entry: Entry) -> str:
    """What the request was about, in the space of a row."""
    match entry.action:
        case "create" if entry.model:
            return entry.model
        case "poll" if entry.task:
            return f"{shorten_id(entry.task)} {entry.state}".rstrip()
        case "file" if entry.task:
            return f"{shorten_id(entry.task)} {entry.path.rpartition('/')[2]}"
    return entry.path


def _why(entry: Entry) -> str:
    """Why it was refused, unless a finding says so in the same words."""
    told = any(note.message in entry.why for note in entry.findings)
    return "" if told else entry.why


def _tags(entry: Entry) -> Iterator[tuple[str, str]]:
    if is_refused(entry):
        yield "bad", "refused" if not is_lost(entry) else "error"
    if is_lost(entry):
        yield "warn", f"answer lost ({entry.delivery})" if entry.delivery else "answer lost"
    elif not entry.arrived and not is_refused(entry):
        yield "warn", "answer changed"
    if entry.delay and not entry.delivery:
        yield "warn", f"late by {format_duration(entry.delay)}"


def _half(message: Message) -> MessageView:
    size = format_count(message.length, "byte")
    if message.text is None and message.length:
        kept = f", SHA-256 {message.sha256}" if message.sha256 else ""
        return MessageView(headers=message.headers, body="", size=f"{size}, not kept{kept}")
    return MessageView(headers=message.headers, body=_pretty(message.text or ""), size=size)


def _pretty(text: str) -> str:
    """JSON with a line for each member; any other text as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
