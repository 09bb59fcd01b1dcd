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
from ..state.ledger import Charge, Duplicate
from .verdicts import Entries, Span, Verdict, judge_count, numbers, say_seconds

SLACK: Final = 0.001
"""Seconds that a wait may be too short by: what rounding and a network make of it."""

HEADED: Final = ("", Cut.RESET_MIDWAY.value, Cut.TRUNCATED.value)
"""Deliveries in which the client sees at least the status and the headers."""


def requests_made(entries: Entries, action: str, wanted: Span) -> Verdict:
    """Whether as many requests of one *action* came as are *wanted*, answered or not."""
    found = _of(entries, action)
    noun = {"file": "download"}.get(action, action)
    return judge_count(found, f"{noun}s", wanted)


def tasks_made(entries: Entries, wanted: Span) -> Verdict:
    """Whether as many creates as are *wanted* made a task, whether or not the client knows."""
    return judge_count([each for each in _of(entries, "create") if each.task], "tasks", wanted)


def polls_per_task(entries: Entries, most: int) -> Verdict:
    """Whether no task was polled more than *most* times."""
    for polls in _by(_of(entries, "poll"), _task).values():
        if len(polls) > most:
            says = f"task {_name(polls[0])} was polled {len(polls)} times; at most {most} may be"
            return Verdict(passed=False, says=says, entries=numbers(polls))
    return Verdict(passed=True, says=f"no task was polled more than {most} times")


def polls_no_faster_than(entries: Entries, seconds: float) -> Verdict:
    """Whether any two polls of one task in a row lie at least *seconds* apart."""
    pairs = [
        pair for polls in _by(_of(entries, "poll"), _task).values() for pair in pairwise(polls)
    ]
    hasty = [pair for pair in pairs if pair[1].at - pair[0].at < seconds - SLACK]
    if not hasty:
        says = f"all {len(pairs)} waits between two polls of a task were {seconds:g} s or longer"
        return Verdict(passed=True, says=says)
    first, second = min(hasty, key=lambda pair: pair[1].at - pair[0].at)
    says = (
        f"{len(hasty)} of {len(pairs)} waits between two polls of a task were shorter than "
        f"{seconds:g} s, the shortest {say_seconds(second.at - first.at)}, of task {_name(first)}"
    )
    return Verdict(passed=False, says=says, entries=numbers(chain(*hasty)))


def no_poll_after_end(entries: Entries) -> Verdict:
    """Whether no task was polled again after its client had been told that it is over."""
    broken = _within(
        entries,
        forbids=lambda entry: (_task(entry), math.inf) if entry.ended and entry.arrived else None,
        asks=lambda entry: _task(entry) if entry.action == "poll" else None,
    )
    if not broken:
        return Verdict(passed=True, says="no task was polled after its end had been told")
    name = _name(broken[0][1])
    says = f"polls after the end had been told: {len(broken)}, the first one of task {name}"
    return Verdict(passed=False, says=says, entries=numbers(chain(*broken)))


def no_create_after(entries: Entries, status: int) -> Verdict:
    """Whether no tenant sent a create after an answer with *status* to whatever it sent."""
    broken = _within(
        entries,
        forbids=lambda entry: (
            (entry.tenant, math.inf) if entry.status == status and _has_head(entry) else None
        ),
        asks=lambda entry: entry.tenant if entry.action == "create" else None,
    )
    if not broken:
        return Verdict(passed=True, says=f"no create was sent after an answer with {status}")
    says = f"creates sent after an answer with {status}: {len(broken)}"
    return Verdict(passed=False, says=says, entries=numbers(chain(*broken)))


def retry_after_obeyed(entries: Entries) -> Verdict:
    """Whether nobody repeated a request before the time that a Retry-After had told was over.

    After a create that is any create of the tenant, after a poll one of the same task, after
    a download one of the same file.
    """
    broken = _within(entries, forbids=_retry_after, asks=_repeatable)
    if not broken:
        says = "no request was repeated before the time of a Retry-After was over"
        return Verdict(passed=True, says=says)
    told, early = broken[0]
    says = (
        f"requests repeated before the time of a Retry-After was over: {len(broken)}, the first "
        f"one a {early.action}, {say_seconds(early.at - told.at)} after it had been told to wait "
        f"(Retry-After: {told.answer.headers['retry-after']})"
    )
    return Verdict(passed=False, says=says, entries=numbers(chain(*broken)))


def no_task_abandoned(entries: Entries) -> Verdict:
    """Whether each task that its client knew of was polled until its end was told."""
    followed = {_task(each) for each in entries if each.ended and each.arrived}
    known = [each for each in _of(entries, "create") if each.task and each.arrived]
    left = [each for each in known if _task(each) not in followed]
    if not left:
        says = f"each of {len(known)} tasks that the client knew of was polled to its end"
        return Verdict(passed=True, says=says)
    says = f"{len(left)} of {len(known)} tasks that the client knew of were not polled to their end"
    return Verdict(passed=False, says=says, entries=numbers(left))


def no_findings(entries: Entries) -> Verdict:
    """Whether no payload had anything wrong with it that is worse than an info."""
    bad = [each for each in entries if any(note.severity != "info" for note in each.findings)]
    if not bad:
        return Verdict(passed=True, says="no payload had an error or a warning")
    note = next(note for note in bad[0].findings if note.severity != "info")
    says = f"{len(bad)} payloads had an error or a warning, the first one {note.rule}: "
    return Verdict(passed=False, says=says + note.message, entries=numbers(bad))


def no_duplicate_charges(duplicates: Sequence[Duplicate]) -> Verdict:
    """Whether nothing was paid for twice."""
    if not duplicates:
        return Verdict(passed=True, says="nothing was paid for twice")
    pair = duplicates[0]
    says = f"{len(duplicates)} tasks repeat one whose answer was lost, such as {pair.second.task}"
    shown = [charge.entry for each in duplicates for charge in (each.first, each.second)]
    return Verdict(passed=False, says=says, entries=tuple(dict.fromkeys(shown)))


def usd_at_most(charges: Sequence[Charge], most: Decimal) -> Verdict:
    """Whether what is billed comes to *most* USD at most; an unknown price is not nothing."""
    billed = [charge for charge in charges if charge.billed]
    unknown = [charge for charge in billed if charge.usd is None]
    total = sum((charge.usd for charge in billed if charge.usd is not None), Decimal(0))
    says = f"{total:f} USD are billed; at most {most:f} may be"
    if total <= most and unknown:
        says = f"{total:f} USD are billed, and {len(unknown)} tasks whose price is unknown"
        return Verdict(passed=False, says=says, entries=tuple(each.entry for each in unknown))
    return Verdict(total <= most, says, tuple(each.entry for each in billed))


def _within(
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
        if told and entry.at < told[1] - SLACK:
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
    what = _repeatable(entry)
    if what is None or not _has_head(entry):
        return None
    if re.fullmatch("[0-9]{1,12}([.][0-9]{1,12})?", text):
        return what, entry.at + float(text)
    try:
        date = parsedate_to_datetime(text)
        return what, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _repeatable(entry: Entry) -> Hashable:
    """What a later request must be alike in to be the same once more; None for no action."""
    alike = {"create": entry.tenant, "poll": _task(entry), "file": entry.path}
    return (entry.action, alike[entry.action]) if entry.action in alike else None


def _has_head(entry: Entry) -> bool:
    """Whether the client saw status and headers of the answer."""
    return entry.delivery in HEADED


def _task(entry: Entry) -> Hashable:
    """Which task it is about; one that is not known goes by the path that was asked for."""
    return entry.tenant, entry.vendor, entry.task or entry.path


def _name(entry: Entry) -> str:
    return entry.task or entry.path


def _of(entries: Iterable[Entry], action: str) -> list[Entry]:
    return [entry for entry in entries if entry.action == action]


def _by(entries: Iterable[Entry], key: Callable[[Entry], Hashable]) -> Mapping[Hashable, Entries]:
    groups: dict[Hashable, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[key(entry)].append(entry)
    return groups
