"""Tasks and exchanges without what the ledger and the checks of ``verify`` do not need.

Stores keep many values in a form that takes long to read. Reading all of them for each answer would
keep creates and polls waiting, so a store keeps these parts at hand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .evolving import evolve
from .journal import JOURNAL, Entry, Message
from .stores import Store
from .tasks import TASKS, TaskRecord

__all__ = ["ENTRY_SUMMARIES", "TASK_SUMMARIES", "list_entry_summaries"]

_NO_MESSAGE: Final = Message(headers={}, length=0)


def _summarize_entry(entry: Entry) -> Entry:
    """Returns *entry* with one finding and the header Retry-After, but without its messages.

    The path is left out where the task says the same.
    """
    wait = entry.answer.headers.get("retry-after")
    answer = _NO_MESSAGE if wait is None else Message(headers={"retry-after": wait}, length=0)
    bad = [note for note in entry.findings if note.severity != "info"]
    path = "" if entry.task and entry.action != "file" else entry.path
    return evolve(
        entry,
        sent=_NO_MESSAGE,
        answer=answer,
        findings=tuple(bad[:1]),
        path=path,
        base_url="",
        query="",
        step="",
        why="",
    )


def _summarize_task(record: TaskRecord) -> TaskRecord:
    """Returns *record* without what it results in."""
    return evolve(record, parts=(), prompt="", remote_id="")


ENTRY_SUMMARIES: Final = replace(JOURNAL, summarize=_summarize_entry)
TASK_SUMMARIES: Final = replace(TASKS, summarize=_summarize_task)


def list_entry_summaries(store: Store, tenant: str | None = None) -> list[Entry]:
    """Returns the summaries of the stored entries in the order of their numbers."""
    return sorted(store.values(ENTRY_SUMMARIES, tenant), key=lambda entry: entry.number)
