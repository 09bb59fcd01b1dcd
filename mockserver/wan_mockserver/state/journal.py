"""Every exchange with the server, as values that can be kept and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final

from .stores import Store, Table, next_index

HEADERS: Final = (
    "content-type",
    "content-length",
    "user-agent",
    "accept",
    "idempotency-key",
    "range",
    "retry-after",
    "location",
    "traceparent",
    "x-model",
    "x-wanproof-scenario",
    "x-wanproof-step",
    "x-wanproof-findings",
)
"""The headers that are kept; no other ever gets into the journal, least of all a key."""

MAX_BODY_CHARACTERS: Final = 8 * 1024
"""Characters of a body that are kept as text; of a longer one, length and hash are."""

MAX_JOURNAL_BYTES: Final = 32 * 1024 * 1024
"""How much all entries together weigh at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A finding about a payload; *pointer* is the place in the body."""

    rule: str
    code: str | None
    severity: str
    pointer: str
    message: str

    @property
    def line(self) -> str:
        """All of it in a line."""
        code = f" {self.code}" if self.code else ""
        place = self.pointer or "(the whole body)"
        return f"{self.severity} {self.rule}{code} at {place}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A body, and the headers that the journal keeps.

    *text* is None (null in JSON) if the body is long or is not text.
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

    @property
    def weight(self) -> int:
        """About how many bytes it takes to keep it."""
        texts = (self.path, self.why, self.sent.text or "", self.answer.text or "")
        notes = sum(len(note.message) + len(note.pointer) + 60 for note in self.findings)
        headers = sum(map(len, (*self.sent.headers.values(), *self.answer.headers.values())))
        return 500 + sum(map(len, texts)) + notes + headers


JOURNAL: Final = Table("journal", Entry, bytes=MAX_JOURNAL_BYTES, weigh=lambda entry: entry.weight)


def message(headers: Mapping[str, str], body: bytes | None, secret: str = "") -> Message:
    """What may be kept of a body and its headers; *secret* is blotted out wherever it is."""
    kept = {
        name: redact(secret, value)
        for name, value in ((name.lower(), value) for name, value in headers.items())
        if name in HEADERS
    }
    if body is None:
        return Message(headers=kept, length=int(headers.get("content-length") or 0))
    text = _text(body)
    return Message(
        headers=kept,
        length=len(body),
        text=None if text is None else redact(secret, text),
        sha256=sha256(body).hexdigest(),
    )


def redact(secret: str, text: str) -> str:
    """*text* with no *secret* in it; shorter ones than any key are not looked for."""
    return text.replace(secret, "[the API key]") if len(secret) > 3 else text


def keep_entry(store: Store, entry: Entry) -> None:
    """Puts *entry* into the journal, in place of the one with its number if there is one."""
    store.change(JOURNAL, str(entry.number), lambda _: entry, entry.tenant)


def next_number(store: Store) -> int:
    """The number of the next entry: 1 at first."""
    return next_index(store, "journal") + 1


def entries(store: Store, tenant: str | None = None, newest: int | None = None) -> list[Entry]:
    """The entries that are kept, or the *newest* of them, in the order of their numbers.

    Those are the newest that ended last, which is not always to have come in last.
    """
    return sorted(store.values(JOURNAL, tenant, newest), key=lambda entry: entry.number)


def entry(store: Store, number: int) -> Entry | None:
    return store.get(JOURNAL, str(number))


def mark_not_arrived(store: Store, number: int) -> Entry | None:
    """Marks the answer of an entry as lost on its way; gives the entry, None if forgotten."""
    if entry(store, number) is None:
        return None

    def mark(kept: Entry | None) -> Entry:
        assert kept
        return replace(kept, arrived=False, delivery=kept.delivery or "the client went away")

    return store.change(JOURNAL, str(number), mark)


def _text(body: bytes) -> str | None:
    if len(body) > MAX_BODY_CHARACTERS:
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
