"""The language of ``POST /_wanproof/verify``: checks as JSON, each judged true or false."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from wan_validators.messages.formatting import brief, clip

from ..http.errors import AdminError
from ..state.journal import Entry
from ..state.ledger import Ledger
from . import judges, shapes
from .hints import hint
from .kinds import Flag, Kind, Schema, Seconds, Usd, Whole
from .verdicts import Entries, Span, Verdict

COUNT: Final = Whole(0, 1_000_000)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What happened, of one tenant or of all: *entries* in the order of their numbers."""

    entries: Entries
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class Counted:
    """A :class:`~wan_mockserver.admin.kinds.Kind`: a number, or an object with its limits."""

    @property
    def schema(self) -> Schema:
        limits = {
            "type": "object",
            "properties": {"at_least": COUNT.schema, "at_most": COUNT.schema},
            "additionalProperties": False,
            "minProperties": 1,
        }
        return {"oneOf": [COUNT.schema, limits]}

    def read(self, value: Any) -> Span:
        if type(value) is not dict:
            count = COUNT.read(value)
            return Span(count, count)
        names = ("at_least", "at_most")
        for name in value:
            if name not in names:
                raise ValueError(f"has no member {clip(repr(name))}; {hint(name, names)}")
        if not value:
            raise ValueError("must be a whole number, or an object with at_least or at_most")
        low = COUNT.read(value.get("at_least", 0))
        high = COUNT.read(value["at_most"]) if "at_most" in value else None
        if high is not None and high < low:
            raise ValueError(f"can never be: at_least {low} is more than at_most {high}")
        return Span(low, high)

    def parse(self, text: str) -> Any:
        return text


Judge = Callable[[Evidence, Any], Verdict]


@dataclass(frozen=True, slots=True)
class Check:
    """One word of the language: the value that goes with it, what it *says*, and its judge."""

    kind: Kind
    says: str
    judge: Judge


def _counting(action: str) -> Judge:
    return lambda seen, wanted: judges.requests_made(seen.entries, action, wanted)


def _plain(judge: Callable[[Entries], Verdict]) -> Judge:
    return lambda seen, _: judge(seen.entries)


ONLY: Final = Flag(only=True)

CHECKS: Final[Mapping[str, Check]] = {
    "creates": Check(Counted(), "So many creates were sent, answered or not.", _counting("create")),
    "polls": Check(Counted(), "So many polls were sent.", _counting("poll")),
    "downloads": Check(Counted(), "So many downloads were asked for.", _counting("file")),
    "tasks": Check(
        Counted(),
        "So many creates made a task, whether or not their client knows.",
        lambda seen, wanted: judges.tasks_made(seen.entries, wanted),
    ),
    "polls_per_task_at_most": Check(
        COUNT,
        "No task was polled more often.",
        lambda seen, most: judges.polls_per_task(seen.entries, most),
    ),
    "polls_no_faster_than": Check(
        Seconds(10**9),
        "Between two polls of one task lie at least so many seconds of the server's clock.",
        lambda seen, seconds: judges.polls_no_faster_than(seen.entries, seconds),
    ),
    "no_poll_after_end": Check(
        ONLY,
        "No task was polled again after its client had been told that it is over.",
        _plain(judges.no_poll_after_end),
    ),
    "no_create_after": Check(
        Whole(100, 599),
        "No tenant sent a create after an answer with this HTTP status.",
        lambda seen, status: judges.no_create_after(seen.entries, status),
    ),
    "retry_after_obeyed": Check(
        ONLY,
        "No create of a tenant, poll of a task or download of a file was repeated before the "
        "time of its Retry-After, in seconds or as a date, was over.",
        _plain(judges.retry_after_obeyed),
    ),
    "no_task_abandoned": Check(
        ONLY,
        "Each task that its client knew of was polled until its end was told.",
        _plain(judges.no_task_abandoned),
    ),
    "no_findings": Check(ONLY, "No payload had an error or a warning.", _plain(judges.no_findings)),
    "no_duplicate_charges": Check(
        ONLY,
        "Nothing was paid for twice.",
        lambda seen, _: judges.no_duplicate_charges(seen.ledger.duplicates),
    ),
    "usd_at_most": Check(
        Usd(),
        "What is billed comes to no more; a billed task of unknown price does not pass.",
        lambda seen, most: judges.usd_at_most(seen.ledger.charges, most),
    ),
}


class ResultJson(TypedDict):
    """One check as it was given, its verdict in a sentence, and the entries that show it."""

    check: dict[str, Any]
    passed: bool
    says: str
    entries: list[int]


class VerifiedJson(TypedDict):
    """All verdicts, whether all passed, and the entries that they name, by their numbers.

    *forgotten* counts entries of the journal that later ones pushed out, so that no judge
    saw them.
    """

    passed: bool
    results: list[ResultJson]
    requests: dict[str, shapes.EntryJson]
    forgotten: int


def judge_checks(checks: Sequence[Any], seen: Evidence, forgotten: int = 0) -> VerifiedJson:
    """Returns the verdicts on *checks* as JSON; raises AdminError for one that is not valid."""
    wanted = [_read(check, f"checks[{place}]") for place, check in enumerate(checks)]
    verdicts = [judge(seen) for judge in wanted]
    named = {number for verdict in verdicts for number in verdict.entries}
    return {
        "passed": all(verdict.passed for verdict in verdicts),
        "results": [
            {
                "check": check,
                "passed": verdict.passed,
                "says": verdict.says,
                "entries": [*verdict.entries],
            }
            for check, verdict in zip(checks, verdicts, strict=True)
        ],
        "requests": _named_entries(seen.entries, named),
        "forgotten": forgotten,
    }


def schema() -> Schema:
    """The JSON Schema of one check."""
    return {
        "oneOf": [
            {
                "type": "object",
                "description": check.says,
                "properties": {name: check.kind.schema},
                "required": [name],
                "additionalProperties": False,
            }
            for name, check in CHECKS.items()
        ]
    }


def _read(given: Any, where: str) -> Callable[[Evidence], Verdict]:
    if type(given) is not dict or len(given) != 1:
        says = f'{where} must be an object with one member, such as {{"creates": 2}}'
        raise AdminError(f"{says}, not {brief(given)!r}")
    [(name, value)] = given.items()
    check = CHECKS.get(name)
    if check is None:
        says = f"{where}: there is no check {clip(repr(name))}"
        raise AdminError(f"{says}; {hint(name, CHECKS, 'checks')}")
    try:
        argument = check.kind.read(value)
    except ValueError as error:
        raise AdminError(f"{where}: {name} {error}") from error
    return lambda seen: check.judge(seen, argument)


def _named_entries(entries: Sequence[Entry], named: set[int]) -> dict[str, shapes.EntryJson]:
    return {str(kept.number): shapes.entry(kept) for kept in entries if kept.number in named}
