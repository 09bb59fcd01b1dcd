"""The parts of a scenario as tables of a TOML file; :mod:`.file` tells what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from wan_validators.catalog import vendors
from wan_validators.vendor import State

from . import lifecycle
from .members import (
    InvalidMember,
    Member,
    Members,
    array_reader,
    build_table,
    enum_reader,
    integer_reader,
    list_allowed,
    number_reader,
    parse_fields,
    parse_flag,
    string_reader,
    wrong_value,
)
from .scenario import PARTS, Results, Steps, TaskOutcome
from .toml_steps import MAX_REPETITIONS, parse_step, text_reader, to_table


def find_problems(outcome: TaskOutcome, vendor: str | None) -> Iterator[str]:
    """What makes no sense about *outcome*, and what would."""
    if outcome.message is not None and outcome.fail is None:
        yield 'message is the text of an error, whose code is missing: fail = "3001"'
    codes = [code for each in vendors() if vendor in (None, each.name) for code in each.failures]
    if outcome.fail and outcome.message is None and outcome.fail not in codes:
        near = list_allowed(outcome.fail, dict.fromkeys(codes))
        yield f"no task fails with {outcome.fail!r}; codes: {near}, or any code with a message"


def _lifecycle(given: Any, path: str) -> lifecycle.Lifecycle:
    if type(given) is not str:
        raise wrong_value(given, path, lifecycle.FORMS)
    try:
        return lifecycle.parse_lifecycle(given)
    except ValueError as error:
        raise InvalidMember(f"{path}: {error}") from error


_WORDS: Final[Members] = {state.value: Member(state.value, text_reader(100, 0)) for state in State}


def _words(given: Any, path: str) -> dict[State, str]:
    return {State(state): word for state, word in parse_fields(_WORDS, given, path).items()}


def _vendor(given: Any, path: str) -> str:
    names = {vendor.name: vendor for vendor in vendors()}
    if type(given) is not str or given not in names:
        raise wrong_value(given, path, list_allowed(given, names))
    return given


def _part(name: str, members: Members) -> Member:
    """The member for a part of a scenario, which may be no more than an array of steps."""
    kind, steps = PARTS[name], members.get("steps")

    def read(given: Any, path: str) -> Any:
        if steps and type(given) is list:
            return kind(steps=steps.read(given, path))
        if type(given) is not dict:
            raise wrong_value(given, path, f"{'an array of steps, or ' if steps else ''}a table")
        return kind(**parse_fields(members, given, path))

    def write(part: Any) -> Any:
        told = build_table(members, part, kind())
        return told["steps"] if [*told] == ["steps"] else told

    return Member(name, read, write)


def _steps(given: Any, path: str) -> Steps:
    made: Steps = array_reader(parse_step)(given, path)
    if len(_reachable(made)) < len(made):
        says = 'is for all requests that come (times = "forever"), so no step may follow it'
        raise InvalidMember(f"{path}[{len(_reachable(made)) - 1}] {says}")
    return made


def _reachable(steps: Steps) -> Steps:
    """Those before which there is none without end."""
    endless = [nth for nth, each in enumerate(steps) if each.times is None]
    return steps[: endless[0] + 1] if endless else steps


_STEPS: Final = Member("steps", _steps, lambda steps: [*map(to_table, _reachable(steps))])

_POLL: Final = {
    "steps": _STEPS,
    "words": Member("words", _words, lambda words: {s.value: word for s, word in words.items()}),
    "other-words": Member("other_words", parse_flag),
    "upper-case": Member("upper_case", parse_flag),
    "backwards": Member("backwards", parse_flag),
    "integer-codes": Member("integer_codes", parse_flag),
}

_OUTCOME: Final = {
    "lifecycle": Member("lifecycle", _lifecycle, str),
    "fail": Member(
        "fail", string_reader(re.compile("[0-9]{1,16}").fullmatch, "a code, digits in quotes")
    ),
    "message": Member("message", text_reader(1000)),
    "moderated": Member("moderated", parse_flag),
    "images": Member("images", integer_reader(1, MAX_REPETITIONS)),
    "results": Member("results", enum_reader(Results), lambda results: results.value),
    "interleaved": Member("interleaved", parse_flag),
}

_DOWNLOAD: Final = {"steps": _STEPS, "lifetime": Member("lifetime", number_reader(-1, 10**9))}

SCENARIO: Final[Members] = {
    "summary": Member("summary", text_reader(1000)),
    "vendor": Member("vendor", _vendor),
    "create": _part("create", {"steps": _STEPS}),
    "poll": _part("poll", _POLL),
    "outcome": _part("outcome", _OUTCOME),
    "download": _part("download", _DOWNLOAD),
}
"""The members of a scenario, each of which is a field of it."""
