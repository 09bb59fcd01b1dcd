"""The journal of all exchanges with the server, as values that can be stored and shown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from typing import Final

from wan_validators.finding import Finding

from ..http.messages import Request, Response, parse_length
from .journal_index import build_journal_entry
from .secrets import Secrets, redact, redact_members, select_response_headers
from .stores import Store, Table

__all__ = [
    "JOURNAL",
    "MAX_BODY_CHARACTERS",
    "MAX_JOURNAL_BYTES",
    "Entry",
    "Exchange",
    "Listener",
    "Message",
    "Note",
    "build_message",
    "escape_line",
    "format_lines",
    "get_entry",
    "list_entries",
    "log",
    "log_exchange",
    "mark_not_arrived",
    "put_entry",
]

log = logging.getLogger("wan_mockserver")

MAX_BODY_CHARACTERS: Final = 8 * 1024
"""Bytes up to which a body is stored as text; of a longer one, length and hash are."""

MAX_HEADER_CHARACTERS: Final = 1000
"""Characters of a header's value that are stored."""

MAX_JOURNAL_BYTES: Final = 32 * 1024 * 1024
"""The most bytes that all entries may take in total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A finding about a payload as text; *pointer* refers to the body as it was sent."""

    rule: str
    code: str | None
    severity: str
    pointer: str
    message: str

    @property
    def line(self) -> str:
        """The whole finding in one line."""
        code = f" {self.code}" if self.code else ""
        place = self.pointer or "(the whole body)"
        return f"{self.severity} {self.rule}{code} at {place}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A body and those of its headers that may be stored.

    *text* is None if the body is long or is not text. *sha256* is the digest of the body.
    """

    headers: Mapping[str, str]
    length: int
    text: str | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request and its response. Times are seconds of the server's clock.

    *action* is ``create``, ``poll``, ``file``, or "" if nothing is served at the path. *step*
    describes what the scenario did, and *why* gives the reason of a rejection. *state* is the
    state of the task on the server: ``pending``, ``running``, ``done`` or ``failed`` at every
    vendor. A scenario can show another state to the client. *arrived* is false if the client
    did not receive the usual response of the vendor. *delay* is the delay of the response.
    *query* is as it was sent.
    """

    number: int
    at: float
    action: str
    method: str
    path: str
    status: int
    base_url: str
    sent: Message
    answer: Message
    tenant: str = ""
    vendor: str = ""
    model: str = ""
    task: str = ""
    state: str = ""
    step: str = ""
    why: str = ""
    delivery: str = ""
    delay: float = 0.0
    arrived: bool = True
    findings: tuple[Note, ...] = ()
    ended: bool = field(default=False)
    query: str = ""

    @property
    def target(self) -> str:
        """The path with its query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def weight(self) -> int:
        """The approximate number of bytes that the entry takes."""
        texts = (self.target, self.why, self.sent.text or "", self.answer.text or "")
        notes = sum(len(note.message) + len(note.pointer) + 60 for note in self.findings)
        headers = sum(map(len, (*self.sent.headers.values(), *self.answer.headers.values())))
        return 500 + sum(map(len, texts)) + notes + headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its response, and their entry in the journal.

    Only the request's own headers contain the API key. *findings* are about the payload, None
    if there was none.
    """

    request: Request
    response: Response
    entry: Entry
    findings: tuple[Finding, ...] | None = None


Listener = Callable[[Exchange], None]


JOURNAL: Final = Table(
    "journal",
    Entry,
    bytes=MAX_JOURNAL_BYTES,
    weigh=lambda entry: entry.weight,
    index=build_journal_entry,
    packs=True,
)


def build_message(headers: Mapping[str, str], body: bytes | None, secret: Secrets = ()) -> Message:
    """Builds what is stored of a body and *headers*, without *secret*."""
    kept = _shorten_headers(headers, secret)
    if body is None:
        return Message(headers=kept, length=parse_length(headers.get("content-length", "")))
    text = _decode(body)
    return Message(
        headers=kept,
        length=len(body),
        text=None if text is None else redact_members(redact(secret, text)),
        sha256=sha256(body).hexdigest(),
    )


def _shorten_headers(headers: Mapping[str, str], secret: Secrets) -> Mapping[str, str]:
    """Returns *headers* without *secret*, each up to MAX_HEADER_CHARACTERS."""
    if _is_harmless("\n".join(headers.values()), secret):
        return headers
    return {
        name: redact_members(redact(secret, value))[:MAX_HEADER_CHARACTERS]
        for name, value in headers.items()
    }


@lru_cache(maxsize=256)  # the headers of clients, which send the same with each request
def _is_harmless(values: str, secret: Secrets) -> bool:
    """Returns True if the *values* of headers are stored as they are."""
    return len(values) <= MAX_HEADER_CHARACTERS and redact_members(redact(secret, values)) == values


def put_entry(store: Store, entry: Entry) -> None:
    """Stores *entry*, in place of the one with its number if there is one."""
    store.put(JOURNAL, str(entry.number), entry, entry.tenant)


def list_entries(store: Store, tenant: str | None = None, newest: int | None = None) -> list[Entry]:
    """Returns the stored entries, or the *newest* of them, in the order of their numbers.

    The newest entries are those that were stored last. Their requests may have begun earlier.
    """
    return sorted(store.values(JOURNAL, tenant, newest), key=lambda entry: entry.number)


def get_entry(store: Store, number: int) -> Entry | None:
    return store.get(JOURNAL, str(number))


def mark_not_arrived(store: Store, response: Response) -> Entry | None:
    """Marks the entry of *response* as lost; returns the entry, or None if it is forgotten.

    The numbers of entries start again at a reset, so another entry can have its number.
    """
    number = response.entry
    known = get_entry(store, number)
    trace = select_response_headers(response.headers).get("traceparent")
    if known is None or known.answer.headers.get("traceparent") != trace:
        return None

    def mark(kept: Entry | None) -> Entry:
        assert kept
        return replace(kept, arrived=False, delivery=kept.delivery or "the client went away")

    return store.change(JOURNAL, str(number), mark)


def format_lines(exchange: Exchange) -> list[str]:
    """Formats the exchange as one line, and each finding as one more, without the API key."""
    entry = exchange.entry
    head = [entry.method, ascii(entry.target)[1:-1], str(entry.status)]
    if entry.task:
        head.append(f"task={entry.task}")
    if entry.tenant:
        head.append(f"tenant={entry.tenant}")
    if exchange.findings is not None:
        head.append(f"findings={len(entry.findings)}")
    if entry.step:
        head.append(f"step={entry.step!r}")
    if entry.delivery:
        head.append(f"delivery={entry.delivery}")
    notes = (escape_line(note.line) for note in entry.findings)
    return [" ".join(head), *(f"  {note}" for note in notes)]


def escape_line(text: str) -> str:
    """Escapes what would end a line of a log, or hide a part of it."""
    return text.encode("unicode_escape").decode()


def log_exchange(exchange: Exchange) -> None:
    """Logs the exchange to the logger ``wan_mockserver`` at level INFO."""
    if log.isEnabledFor(logging.INFO):
        for line in format_lines(exchange):
            log.info("%s", line)


def _decode(body: bytes) -> str | None:
    if len(body) > MAX_BODY_CHARACTERS:
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
