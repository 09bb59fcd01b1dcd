"""Parses and evaluates the checks of ``POST /_wanproof/verify``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypedDict

from wan_validators.field_types import (
    FieldType,
    Flag,
    Integer,
    InvalidField,
    Number,
    Schema,
    Usd,
    invalid_value,
    unknown_name,
)
from wan_validators.fields import Field, TableType

from ..assertions import checks
from ..assertions.verdict import CountRange, Entries, Verdict
from ..state.journal import Entry
from ..state.ledger import Ledger
from ..time_slices import in_slices

__all__ = [
    "CHECKS",
    "COUNT_TYPE",
    "MAX_NAMED",
    "TRUE_TYPE",
    "Check",
    "CheckFunction",
    "CheckType",
    "CountType",
    "Evidence",
    "RequestedCheck",
    "ResultJson",
    "VerifiedJson",
    "evaluate_checks",
]

COUNT_TYPE: Final = Integer(0, 1_000_000)

MAX_NAMED: Final = 1000
"""Entries of one verdict that the answer contains."""


class Evidence:
    """The journal entries, by number, and the ledger of one tenant or of all.

    Both are read when a check needs them: reading takes most of the time of many checks. If the
    entries are only summaries, *read_entry* reads one of them as a whole.
    """

    def __init__(
        self,
        read_entries: Callable[[], Entries],
        read_ledger: Callable[[], Ledger],
        read_entry: Callable[[int], Entry | None] | None = None,
    ) -> None:
        self._read_entries, self._read_ledger = read_entries, read_ledger
        self._read_entry = read_entry

    @cached_property
    def entries(self) -> Entries:
        return self._read_entries()

    @cached_property
    def ledger(self) -> Ledger:
        return self._read_ledger()

    def find_entries(self, numbers: Collection[int]) -> Iterator[Entry]:
        """Yields the entries with *numbers*, in their order, as far as they are still there."""
        if self._read_entry is None:
            yield from (entry for entry in self.entries if entry.number in numbers)
        else:
            found = map(self._read_entry, in_slices(sorted(numbers)))
            yield from (entry for entry in found if entry)


_LIMITS: Final = TableType((Field("at_least", COUNT_TYPE), Field("at_most", COUNT_TYPE)))


@dataclass(frozen=True, slots=True)
class CountType(FieldType):
    """A number, or an object with its limits."""

    @property
    def json_schema(self) -> Schema:
        return {"oneOf": [COUNT_TYPE.json_schema, {**_LIMITS.json_schema, "minProperties": 1}]}

    def parse(self, value: Any, path: str) -> CountRange:
        if type(value) is not dict:
            count = COUNT_TYPE.parse(value, path)
            return CountRange(count, count)
        limits = _LIMITS.parse(value, path)
        if not limits:
            allowed = "a whole number, or an object with at_least or at_most"
            raise invalid_value(value, path, allowed)
        low, high = limits.get("at_least", 0), limits.get("at_most")
        if high is not None and high < low:
            raise InvalidField(path, f"at_least {low} is more than at_most {high}")
        return CountRange(low, high)


CheckFunction = Callable[[Evidence, Any], Verdict]


@dataclass(frozen=True, slots=True)
class Check:
    """Check definition: argument type, description, evaluator."""

    type: FieldType
    description: str
    evaluate: CheckFunction


def _make_count_check(action: str) -> CheckFunction:
    return lambda seen, wanted: checks.requests_made(seen.entries, action, wanted)


def _make_entry_check(evaluate: Callable[[Entries], Verdict]) -> CheckFunction:
    return lambda seen, _: evaluate(seen.entries)


TRUE_TYPE: Final = Flag(true_only=True)

CHECKS: Final[Mapping[str, Check]] = {
    "creates": Check(
        CountType(),
        "Number of creates that were sent, answered or not.",
        _make_count_check("create"),
    ),
    "polls": Check(CountType(), "Number of polls that were sent.", _make_count_check("poll")),
    "downloads": Check(
        CountType(), "Number of downloads that were requested.", _make_count_check("file")
    ),
    "tasks": Check(
        CountType(),
        "Number of creates that made a task, whether or not the client received its id.",
        lambda seen, wanted: checks.tasks_made(seen.entries, wanted),
    ),
    "polls_per_task_at_most": Check(
        COUNT_TYPE,
        "No task was polled more often.",
        lambda seen, most: checks.polls_per_task(seen.entries, most),
    ),
    "polls_no_faster_than": Check(
        Number(0, 10**9, "seconds"),
        "At least this many seconds of the server's clock are between two polls of one task.",
        lambda seen, seconds: checks.polls_no_faster_than(seen.entries, seconds),
    ),
    "no_poll_after_end": Check(
        TRUE_TYPE,
        "No task was polled again after its client received its end.",
        _make_entry_check(checks.no_poll_after_end),
    ),
    "no_create_after": Check(
        Integer(100, 599),
        "No tenant sent a create after an answer with this HTTP status.",
        lambda seen, status: checks.no_create_after(seen.entries, status),
    ),
    "retry_after_obeyed": Check(
        TRUE_TYPE,
        "No create of a tenant, poll of a task or download of a file was repeated before the "
        "time of its Retry-After, in seconds or as a date, was over.",
        _make_entry_check(checks.retry_after_obeyed),
    ),
    "no_task_abandoned": Check(
        TRUE_TYPE,
        "Each task whose id the client received was polled until its end.",
        _make_entry_check(checks.no_task_abandoned),
    ),
    "no_findings": Check(
        TRUE_TYPE, "No payload had an error or a warning.", _make_entry_check(checks.no_findings)
    ),
    "no_duplicate_charges": Check(
        TRUE_TYPE,
        "Nothing was paid for twice.",
        lambda seen, _: checks.no_duplicate_charges(seen.ledger.duplicate_charges),
    ),
    "usd_at_most": Check(
        Usd(),
        "The billed total is not higher; a billed task without a known price does not pass.",
        lambda seen, most: checks.usd_at_most(seen.ledger.entries, most),
    ),
}


class ResultJson(TypedDict):
    """A check, its verdict in a sentence, and the numbers of the entries that show it."""

    check: dict[str, Any]
    passed: bool
    says: str
    entries: list[int]


class VerifiedJson(TypedDict):
    """All verdicts, whether all passed, and the first 1000 entries that each names, by number.

    *forgotten* counts deleted entries of the journal, which no check could see.
    """

    passed: bool
    results: list[ResultJson]
    requests: dict[str, Entry]
    forgotten: int


@dataclass(frozen=True, slots=True)
class RequestedCheck:
    """A check as the client wrote it, and a function that evaluates it."""

    source: Mapping[str, Any]
    evaluate: Callable[[Evidence], Verdict]


@dataclass(frozen=True, slots=True)
class CheckType(FieldType):
    """An object with one member: the name of a check and its argument."""

    @property
    def json_schema(self) -> Schema:
        return {
            "oneOf": [
                {
                    "type": "object",
                    "description": check.description,
                    "properties": {name: check.type.json_schema},
                    "required": [name],
                    "additionalProperties": False,
                }
                for name, check in CHECKS.items()
            ]
        }

    def parse(self, value: Any, path: str) -> RequestedCheck:
        if type(value) is not dict or len(value) != 1:
            raise invalid_value(value, path, 'an object with one member, such as {"creates": 2}')
        [(name, member)] = value.items()
        check = CHECKS.get(name)
        if check is None:
            raise unknown_name(name, path, "check", CHECKS)
        argument = check.type.parse(member, f"{path}.{name}" if path else name)
        return RequestedCheck(value, lambda seen: check.evaluate(seen, argument))


def evaluate_checks(
    checks: Sequence[RequestedCheck], seen: Evidence, forgotten: int = 0
) -> VerifiedJson:
    """Evaluates *checks*; *forgotten* entries are no longer in the journal."""
    verdicts = [check.evaluate(seen) for check in checks]
    named = {number for verdict in verdicts for number in verdict.entries[:MAX_NAMED]}
    return {
        "passed": all(verdict.passed for verdict in verdicts),
        "results": [
            {
                "check": dict(check.source),
                "passed": verdict.passed,
                "says": verdict.message,
                "entries": [*verdict.entries],
            }
            for check, verdict in zip(checks, verdicts, strict=True)
        ],
        "requests": {
            str(entry.number): entry for entry in (seen.find_entries(named) if named else ())
        },
        "forgotten": forgotten,
    }
