"""Checks what a client did, from the journal alone.

Each function takes the exchanges in the order of their numbers. It returns a verdict with the
numbers of the exchanges that show it. A check of tenants or tasks passes if all of them pass.
Times are those of the server's clock.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from email.utils import parsedate_to_datetime
from itertools import chain, pairwise
from typing import Final

from wan_validators.messages.formatting import format_count, format_seconds, format_usd

from ..http.delivery import Cut
from ..state.journal import Entry
from ..state.ledger import Charge, DuplicateCharge
from ..time_slices import in_slices
from .verdict import CountRange, Entries, Verdict, judge_count, list_entry_numbers

__all__ = [
    "CUTS_AFTER_HEAD",
    "TOLERANCE_S",
    "find_retry_time",
    "no_create_after",
    "no_duplicate_charges",
    "no_findings",
    "no_poll_after_end",
    "no_task_abandoned",
    "polls_no_faster_than",
    "polls_per_task",
    "requests_made",
    "retry_after_obeyed",
    "tasks_made",
    "usd_at_most",
]

TOLERANCE_S: Final = 0.001
"""The most seconds by which rounding and the network can make a wait too short."""

CUTS_AFTER_HEAD: Final = ("", Cut.RESET_MIDWAY.value, Cut.TRUNCATED.value)
"""Deliveries in which the client sees at least the status and the headers."""


def requests_made(entries: Entries, action: str, wanted: CountRange) -> Verdict:
    """Checks that the number of requests of one *action* is *wanted*, answered or not."""
    found = _filter_by_action(entries, action)
    noun = {"file": "download"}.get(action, action)
    return judge_count(found, noun, wanted)


def tasks_made(entries: Entries, wanted: CountRange) -> Verdict:
    """Checks the number of creates that made a task, even if the client does not know it."""
    return judge_count(
        [each for each in _filter_by_action(entries, "create") if each.task], "task", wanted
    )


def polls_per_task(entries: Entries, maximum: int) -> Verdict:
    """Checks that no task was polled more than *maximum* times."""
    for polls in _group_by(_filter_by_action(entries, "poll"), _task).values():
        if len(polls) > maximum:
            message = (
                f"task {_name(polls[0])} was polled {len(polls)} times; at most {maximum} may be"
            )
            return Verdict(passed=False, message=message, entries=list_entry_numbers(polls))
    return Verdict(passed=True, message=f"no task was polled more than {maximum} times")


def polls_no_faster_than(entries: Entries, seconds: float) -> Verdict:
    """Checks that consecutive polls of one task are at least *seconds* apart."""
    pairs = [
        pair
        for polls in _group_by(_filter_by_action(entries, "poll"), _task).values()
        for pair in pairwise(polls)
    ]
    hasty = [pair for pair in pairs if pair[1].at - pair[0].at < seconds - TOLERANCE_S]
    wanted = format_seconds(seconds)
    if not hasty:
        message = f"all {len(pairs)} waits between two polls of a task were {wanted} or longer"
        return Verdict(passed=True, message=message)
    first, second = min(hasty, key=lambda pair: pair[1].at - pair[0].at)
    message = (
        f"{len(hasty)} of {len(pairs)} waits between two polls of a task were shorter than "
        f"{wanted}, the shortest {format_seconds(second.at - first.at)}, of task {_name(first)}"
    )
    return Verdict(passed=False, message=message, entries=list_entry_numbers(chain(*hasty)))


def no_poll_after_end(entries: Entries) -> Verdict:
    """Checks that no task was polled again after its client received its end."""
    broken = _find_violations(
        entries,
        forbids=lambda entry: (_task(entry), math.inf) if entry.ended and entry.arrived else None,
        asks=lambda entry: _task(entry) if entry.action == "poll" else None,
    )
    if not broken:
        return Verdict(passed=True, message="no task was polled after its end had been told")
    name = _name(broken[0][1])
    message = f"polls after the end had been told: {len(broken)}, the first one of task {name}"
    return Verdict(passed=False, message=message, entries=list_entry_numbers(chain(*broken)))


def no_create_after(entries: Entries, status: int) -> Verdict:
    """Checks that no tenant sent a create after any response with *status*."""
    broken = _find_violations(
        entries,
        forbids=lambda entry: (
            (entry.tenant, math.inf) if entry.status == status and _has_head(entry) else None
        ),
        asks=lambda entry: entry.tenant if entry.action == "create" else None,
    )
    if not broken:
        return Verdict(passed=True, message=f"no create was sent after an answer with {status}")
    message = f"creates sent after an answer with {status}: {len(broken)}"
    return Verdict(passed=False, message=message, entries=list_entry_numbers(chain(*broken)))


def retry_after_obeyed(entries: Entries) -> Verdict:
    """Checks that no client repeated a request before the time of its Retry-After.

    After a create that is any create of the tenant, after a poll one of the same task, after
    a download one of the same file.
    """
    broken = _find_violations(entries, forbids=_retry_after, asks=_get_request_key)
    if not broken:
        message = "no request was repeated before the time of a Retry-After was over"
        return Verdict(passed=True, message=message)
    earlier, early = broken[0]
    message = (
        f"requests repeated before the time of a Retry-After was over: {len(broken)}, the first "
        f"one a {early.action}, {format_seconds(early.at - earlier.at)} after it had been told to "
        f"wait (Retry-After: {earlier.answer.headers['retry-after']})"
    )
    return Verdict(passed=False, message=message, entries=list_entry_numbers(chain(*broken)))


def no_task_abandoned(entries: Entries) -> Verdict:
    """Checks that each task that its client knew of was polled to its end."""
    followed = {_task(each) for each in entries if each.ended and each.arrived}
    known = [each for each in _filter_by_action(entries, "create") if each.task and each.arrived]
    left = [each for each in known if _task(each) not in followed]
    if not left:
        message = f"each of {len(known)} tasks that the client knew of was polled to its end"
        return Verdict(passed=True, message=message)
    message = (
        f"{len(left)} of {len(known)} tasks that the client knew of were not polled to their end"
    )
    return Verdict(passed=False, message=message, entries=list_entry_numbers(left))


def no_findings(entries: Entries) -> Verdict:
    """Checks that no payload had an error or a warning."""
    bad = [each for each in entries if any(note.severity != "info" for note in each.findings)]
    if not bad:
        return Verdict(passed=True, message="no payload had an error or a warning")
    note = next(note for note in bad[0].findings if note.severity != "info")
    message = f"{len(bad)} payloads had an error or a warning, the first one {note.rule}: "
    return Verdict(passed=False, message=message + note.message, entries=list_entry_numbers(bad))


def no_duplicate_charges(duplicates: Sequence[DuplicateCharge]) -> Verdict:
    """Checks that nothing was paid for twice."""
    if not duplicates:
        return Verdict(passed=True, message="nothing was paid for twice")
    pair = duplicates[0]
    message = (
        f"{len(duplicates)} tasks repeat one whose answer was lost, such as {pair.second.task}"
    )
    shown = [charge.entry for each in duplicates for charge in (each.first, each.second)]
    return Verdict(passed=False, message=message, entries=tuple(dict.fromkeys(shown)))


def usd_at_most(charges: Sequence[Charge], maximum: Decimal) -> Verdict:
    """Checks that at most *maximum* USD are billed; a billed task of unknown price fails."""
    billed = [charge for charge in charges if charge.billed]
    unknown = [charge for charge in billed if charge.usd is None]
    total = sum((charge.usd for charge in billed if charge.usd is not None), Decimal(0))
    message = f"{format_usd(total)} are billed; at most {format_usd(maximum)} may be"
    if total <= maximum and unknown:
        tasks = format_count(len(unknown), "task")
        message = f"{format_usd(total)} are billed, and {tasks} of unknown price"
        return Verdict(passed=False, message=message, entries=tuple(each.entry for each in unknown))
    return Verdict(total <= maximum, message, tuple(each.entry for each in billed))


def _find_violations(
    entries: Entries,
    *,
    forbids: Callable[[Entry], tuple[Hashable, float] | None],
    asks: Callable[[Entry], Hashable],
) -> list[tuple[Entry, Entry]]:
    """Returns pairs of a response that forbade something and a request that did it.

    *forbids* gives what an answer forbids and until when, *asks* what a request does.
    """
    held: dict[Hashable, tuple[Entry, float]] = {}
    broken = []
    for entry in in_slices(entries):
        rule = held.get(asks(entry))
        if rule and entry.at < rule[1] - TOLERANCE_S:
            broken.append((rule[0], entry))
        forbidden = forbids(entry)
        if forbidden:
            what, until = forbidden
            if what not in held or until > held[what][1]:
                held[what] = (entry, until)
    return broken


def find_retry_time(entry: Entry) -> float | None:
    """Returns when the request may be repeated, on the server's clock; None without Retry-After."""
    text = entry.answer.headers.get("retry-after", "").strip()
    if not _has_head(entry):
        return None
    if re.fullmatch("[0-9]{1,12}([.][0-9]{1,12})?", text):
        return entry.at + float(text)
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _retry_after(entry: Entry) -> tuple[Hashable, float] | None:
    """Returns what must not be repeated, and until when on the server's clock."""
    what, until = _get_request_key(entry), find_retry_time(entry)
    return None if what is None or until is None else (what, until)


def _get_request_key(entry: Entry) -> Hashable:
    """Returns a key that is equal for repeated requests; None without an action."""
    alike = {"create": entry.tenant, "poll": _task(entry), "file": entry.path}
    return (entry.action, alike[entry.action]) if entry.action in alike else None


def _has_head(entry: Entry) -> bool:
    """Returns True if the client received status and headers."""
    return entry.delivery in CUTS_AFTER_HEAD


def _task(entry: Entry) -> Hashable:
    """Returns a key of the task; the path stands for an unknown task."""
    return entry.tenant, entry.vendor, entry.task or entry.path


def _name(entry: Entry) -> str:
    return entry.task or entry.path


def _filter_by_action(entries: Iterable[Entry], action: str) -> list[Entry]:
    return [entry for entry in in_slices(entries) if entry.action == action]


def _group_by(
    entries: Iterable[Entry], key: Callable[[Entry], Hashable]
) -> Mapping[Hashable, Entries]:
    groups: dict[Hashable, list[Entry]] = defaultdict(list)
    for entry in in_slices(entries):
        groups[key(entry)].append(entry)
    return groups
