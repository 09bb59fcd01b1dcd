"""What a client did right or wrong, judged from the journal alone: pure functions.

Each takes the exchanges of a run in the order of their numbers, and gives a verdict with the
numbers of those that show it. What is to be judged for each tenant, or each task, is judged
for each of them; all must pass. Times are those of the server's clock.
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

from ..http.delivery import Cut
from ..state.journal import Entry
from ..state.ledger import Charge, DuplicateCharge
from .verdict import CountRange, Entries, Verdict, format_seconds, judge_count, list_entry_numbers

TOLERANCE_S: Final = 0.001
"""Seconds that a wait may be too short by: what rounding and a network make of it."""

CUTS_AFTER_HEAD: Final = ("", Cut.RESET_MIDWAY.value, Cut.TRUNCATED.value)
"""Deliveries in which the client sees at least the status and the headers."""


def requests_made(entries: Entries, action: str, wanted: CountRange) -> Verdict:
    """Whether as many requests of one *action* came as are *wanted*, answered or not."""
    found = _filter_by_action(entries, action)
    noun = {"file": "download"}.get(action, action)
    return judge_count(found, f"{noun}s", wanted)


def tasks_made(entries: Entries, wanted: CountRange) -> Verdict:
    """Whether as many creates as are *wanted* made a task, whether or not the client knows."""
    return judge_count(
        [each for each in _filter_by_action(entries, "create") if each.task], "tasks", wanted
    )


def polls_per_task(entries: Entries, maximum: int) -> Verdict:
    """Whether no task was polled more than *maximum* times."""
    for polls in _group_by(_filter_by_action(entries, "poll"), _task).values():
        if len(polls) > maximum:
            says = f"task {_name(polls[0])} was polled {len(polls)} times; at most {maximum} may be"
            return Verdict(passed=False, message=says, entries=list_entry_numbers(polls))
    return Verdict(passed=True, message=f"no task was polled more than {maximum} times")


def polls_no_faster_than(entries: Entries, seconds: float) -> Verdict:
    """Whether any two polls of one task in a row lie at least *seconds* apart."""
    pairs = [
        pair
        for polls in _group_by(_filter_by_action(entries, "poll"), _task).values()
        for pair in pairwise(polls)
    ]
    hasty = [pair for pair in pairs if pair[1].at - pair[0].at < seconds - TOLERANCE_S]
    if not hasty:
        says = f"all {len(pairs)} waits between two polls of a task were {seconds:g} s or longer"
        return Verdict(passed=True, message=says)
    first, second = min(hasty, key=lambda pair: pair[1].at - pair[0].at)
    says = (
        f"{len(hasty)} of {len(pairs)} waits between two polls of a task were shorter than "
        f"{seconds:g} s, the shortest {format_seconds(second.at - first.at)}, "
        f"of task {_name(first)}"
    )
    return Verdict(passed=False, message=says, entries=list_entry_numbers(chain(*hasty)))


def no_poll_after_end(entries: Entries) -> Verdict:
    """Whether no task was polled again after its client had been told that it is over."""
    broken = _find_violations(
        entries,
        forbids=lambda entry: (_task(entry), math.inf) if entry.ended and entry.arrived else None,
        asks=lambda entry: _task(entry) if entry.action == "poll" else None,
    )
    if not broken:
        return Verdict(passed=True, message="no task was polled after its end had been told")
    name = _name(broken[0][1])
    says = f"polls after the end had been told: {len(broken)}, the first one of task {name}"
    return Verdict(passed=False, message=says, entries=list_entry_numbers(chain(*broken)))


def no_create_after(entries: Entries, status: int) -> Verdict:
    """Whether no tenant sent a create after an answer with *status* to whatever it sent."""
    broken = _find_violations(
        entries,
        forbids=lambda entry: (
            (entry.tenant, math.inf) if entry.status == status and _has_head(entry) else None
        ),
        asks=lambda entry: entry.tenant if entry.action == "create" else None,
    )
    if not broken:
        return Verdict(passed=True, message=f"no create was sent after an answer with {status}")
    says = f"creates sent after an answer with {status}: {len(broken)}"
    return Verdict(passed=False, message=says, entries=list_entry_numbers(chain(*broken)))


def retry_after_obeyed(entries: Entries) -> Verdict:
    """Whether nobody repeated a request before the time that a Retry-After had told was over.

    After a create that is any create of the tenant, after a poll one of the same task, after
    a download one of the same file.
    """
    broken = _find_violations(entries, forbids=_retry_after, asks=_get_request_key)
    if not broken:
        says = "no request was repeated before the time of a Retry-After was over"
        return Verdict(passed=True, message=says)
    told, early = broken[0]
    says = (
        f"requests repeated before the time of a Retry-After was over: {len(broken)}, the first "
        f"one a {early.action}, {format_seconds(early.at - told.at)} "
        "after it had been told to wait "
        f"(Retry-After: {told.answer.headers['retry-after']})"
    )
    return Verdict(passed=False, message=says, entries=list_entry_numbers(chain(*broken)))


def no_task_abandoned(entries: Entries) -> Verdict:
    """Whether each task that its client knew of was polled until its end was told."""
    followed = {_task(each) for each in entries if each.ended and each.arrived}
    known = [each for each in _filter_by_action(entries, "create") if each.task and each.arrived]
    left = [each for each in known if _task(each) not in followed]
    if not left:
        says = f"each of {len(known)} tasks that the client knew of was polled to its end"
        return Verdict(passed=True, message=says)
    says = f"{len(left)} of {len(known)} tasks that the client knew of were not polled to their end"
    return Verdict(passed=False, message=says, entries=list_entry_numbers(left))


def no_findings(entries: Entries) -> Verdict:
    """Whether no payload had anything wrong with it that is worse than an info."""
    bad = [each for each in entries if any(note.severity != "info" for note in each.findings)]
    if not bad:
        return Verdict(passed=True, message="no payload had an error or a warning")
    note = next(note for note in bad[0].findings if note.severity != "info")
    says = f"{len(bad)} payloads had an error or a warning, the first one {note.rule}: "
    return Verdict(passed=False, message=says + note.message, entries=list_entry_numbers(bad))


def no_duplicate_charges(duplicates: Sequence[DuplicateCharge]) -> Verdict:
    """Whether nothing was paid for twice."""
    if not duplicates:
        return Verdict(passed=True, message="nothing was paid for twice")
    pair = duplicates[0]
    says = f"{len(duplicates)} tasks repeat one whose answer was lost, such as {pair.second.task}"
    shown = [charge.entry for each in duplicates for charge in (each.first, each.second)]
    return Verdict(passed=False, message=says, entries=tuple(dict.fromkeys(shown)))


def usd_at_most(charges: Sequence[Charge], maximum: Decimal) -> Verdict:
    """Whether what is billed comes to *maximum* USD at most; an unknown price is not nothing."""
    billed = [charge for charge in charges if charge.billed]
    unknown = [charge for charge in billed if charge.usd is None]
    total = sum((charge.usd for charge in billed if charge.usd is not None), Decimal(0))
    says = f"{total:f} USD are billed; at most {maximum:f} may be"
    if total <= maximum and unknown:
        says = f"{total:f} USD are billed, and {len(unknown)} tasks whose price is unknown"
        return Verdict(passed=False, message=says, entries=tuple(each.entry for each in unknown))
    return Verdict(total <= maximum, says, tuple(each.entry for each in billed))


def _find_violations(
    entries: Entries,
    *,
    forbids: Callable[[Entry], tuple[Hashable, float] | None],
    asks: Callable[[Entry], Hashable],
) -> list[tuple[Entry, Entry]]:
    """Pairs of an answer that forbade something, and of a request that did it all the same.

    *forbids* gives what an answer forbids and until when, *asks* what a request does.
    """
    held: dict[Hashable, tuple[Entry, float]] = {}
    broken = []
    for entry in entries:
        told = held.get(asks(entry))
        if told and entry.at < told[1] - TOLERANCE_S:
            broken.append((told[0], entry))
        forbidden = forbids(entry)
        if forbidden:
            what, until = forbidden
            if what not in held or until > held[what][1]:
                held[what] = (entry, until)
    return broken


def _retry_after(entry: Entry) -> tuple[Hashable, float] | None:
    """What must not be repeated until when, on the server's clock."""
    text = entry.answer.headers.get("retry-after", "").strip()
    what = _get_request_key(entry)
    if what is None or not _has_head(entry):
        return None
    if re.fullmatch("[0-9]{1,12}([.][0-9]{1,12})?", text):
        return what, entry.at + float(text)
    try:
        date = parsedate_to_datetime(text)
        return what, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _get_request_key(entry: Entry) -> Hashable:
    """What a later request must be alike in to be the same once more; None for no action."""
    alike = {"create": entry.tenant, "poll": _task(entry), "file": entry.path}
    return (entry.action, alike[entry.action]) if entry.action in alike else None


def _has_head(entry: Entry) -> bool:
    """Whether the client saw status and headers of the answer."""
    return entry.delivery in CUTS_AFTER_HEAD


def _task(entry: Entry) -> Hashable:
    """Which task it is about; one that is not known goes by the path that was asked for."""
    return entry.tenant, entry.vendor, entry.task or entry.path


def _name(entry: Entry) -> str:
    return entry.task or entry.path


def _filter_by_action(entries: Iterable[Entry], action: str) -> list[Entry]:
    return [entry for entry in entries if entry.action == action]


def _group_by(
    entries: Iterable[Entry], key: Callable[[Entry], Hashable]
) -> Mapping[Hashable, Entries]:
    groups: dict[Hashable, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[key(entry)].append(entry)
    return groups
