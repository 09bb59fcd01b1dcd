"""The language of ``POST /_wanproof/verify``: checks as JSON, each judged true or false."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from wan_validators.messages.formatting import clip, summarize_value

from ..assertions import checks
from ..assertions.verdict import CountRange, Entries, Verdict
from ..http.errors import AdminError
from ..state.journal import Entry
from ..state.ledger import Ledger
from . import response_types
from .hints import format_suggestion
from .kinds import BooleanType, FieldType, IntegerType, Schema, SecondsType, UsdType

COUNT_TYPE: Final = IntegerType(0, 1_000_000)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What happened, of one tenant or of all: *entries* in the order of their numbers."""

    entries: Entries
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class CountType:
    """A :class:`~wan_mockserver.admin.kinds.Kind`: a number, or an object with its limits."""

    @property
    def json_schema(self) -> Schema:
        limits = {
            "type": "object",
            "properties": {"at_least": COUNT_TYPE.json_schema, "at_most": COUNT_TYPE.json_schema},
            "additionalProperties": False,
            "minProperties": 1,
        }
        return {"oneOf": [COUNT_TYPE.json_schema, limits]}

    def parse_value(self, value: Any) -> CountRange:
        if type(value) is not dict:
            count = COUNT_TYPE.parse_value(value)
            return CountRange(count, count)
        names = ("at_least", "at_most")
        for name in value:
            if name not in names:
                raise ValueError(
                    f"has no member {clip(repr(name))}; {format_suggestion(name, names)}"
                )
        if not value:
            raise ValueError("must be a whole number, or an object with at_least or at_most")
        low = COUNT_TYPE.parse_value(value.get("at_least", 0))
        high = COUNT_TYPE.parse_value(value["at_most"]) if "at_most" in value else None
        if high is not None and high < low:
            raise ValueError(f"can never be: at_least {low} is more than at_most {high}")
        return CountRange(low, high)

    def parse_text(self, text: str) -> Any:
        return text


CheckFunction = Callable[[Evidence, Any], Verdict]


@dataclass(frozen=True, slots=True)
class Check:
    """One word of the language: the value that goes with it, what it *says*, and its judge."""

    type: FieldType
    description: str
    evaluate: CheckFunction


def _make_count_check(action: str) -> CheckFunction:
    return lambda seen, wanted: checks.requests_made(seen.entries, action, wanted)


def _make_entry_check(judge: Callable[[Entries], Verdict]) -> CheckFunction:
    return lambda seen, _: judge(seen.entries)


TRUE_TYPE: Final = BooleanType(true_only=True)

CHECKS: Final[Mapping[str, Check]] = {
    "creates": Check(
        CountType(), "So many creates were sent, answered or not.", _make_count_check("create")
    ),
    "polls": Check(CountType(), "So many polls were sent.", _make_count_check("poll")),
    "downloads": Check(CountType(), "So many downloads were asked for.", _make_count_check("file")),
    "tasks": Check(
        CountType(),
        "So many creates made a task, whether or not their client knows.",
        lambda seen, wanted: checks.tasks_made(seen.entries, wanted),
    ),
    "polls_per_task_at_most": Check(
        COUNT_TYPE,
        "No task was polled more often.",
        lambda seen, most: checks.polls_per_task(seen.entries, most),
    ),
    "polls_no_faster_than": Check(
        SecondsType(10**9),
        "Between two polls of one task lie at least so many seconds of the server's clock.",
        lambda seen, seconds: checks.polls_no_faster_than(seen.entries, seconds),
    ),
    "no_poll_after_end": Check(
        TRUE_TYPE,
        "No task was polled again after its client had been told that it is over.",
        _make_entry_check(checks.no_poll_after_end),
    ),
    "no_create_after": Check(
        IntegerType(100, 599),
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
        "Each task that its client knew of was polled until its end was told.",
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
        UsdType(),
        "What is billed comes to no more; a billed task of unknown price does not pass.",
        lambda seen, most: checks.usd_at_most(seen.ledger.entries, most),
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
    requests: dict[str, response_types.EntryJson]
    forgotten: int


def judge_checks(checks: Sequence[Any], seen: Evidence, forgotten: int = 0) -> VerifiedJson:
    """Returns the verdicts on *checks* as JSON; raises AdminError for one that is not valid."""
    wanted = [_parse_check(check, f"checks[{place}]") for place, check in enumerate(checks)]
    verdicts = [judge(seen) for judge in wanted]
    named = {number for verdict in verdicts for number in verdict.entries}
    return {
        "passed": all(verdict.passed for verdict in verdicts),
        "results": [
            {
                "check": check,
                "passed": verdict.passed,
                "says": verdict.message,
                "entries": [*verdict.entries],
            }
            for check, verdict in zip(checks, verdicts, strict=True)
        ],
        "requests": _build_entries(seen.entries, named),
        "forgotten": forgotten,
    }


def build_check_schema() -> Schema:
    """The JSON Schema of one check."""
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


def _parse_check(given: Any, where: str) -> Callable[[Evidence], Verdict]:
    if type(given) is not dict or len(given) != 1:
        says = f'{where} must be an object with one member, such as {{"creates": 2}}'
        raise AdminError(f"{says}, not {summarize_value(given)!r}")
    [(name, value)] = given.items()
    check = CHECKS.get(name)
    if check is None:
        says = f"{where}: there is no check {clip(repr(name))}"
        raise AdminError(f"{says}; {format_suggestion(name, CHECKS, 'checks')}")
    try:
        argument = check.type.parse_value(value)
    except ValueError as error:
        raise AdminError(f"{where}: {name} {error}") from error
    return lambda seen: check.evaluate(seen, argument)


def _build_entries(
    entries: Sequence[Entry], named: set[int]
) -> dict[str, response_types.EntryJson]:
    return {
        str(kept.number): response_types.entry(kept) for kept in entries if kept.number in named
    }
