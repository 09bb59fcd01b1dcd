"""Parses and writes the parts of a scenario as TOML tables; see :data:`SCENARIO`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wan_validators.catalog import vendors
from wan_validators.field_types import (
    Array,
    Choice,
    FieldType,
    Flag,
    Integer,
    InvalidField,
    Number,
    TextType,
    invalid_value,
)
from wan_validators.fields import Field, TableType
from wan_validators.messages.suggestions import suggest
from wan_validators.task import State

from . import lifecycle
from .scenario import PARTS, Progress, Results, TaskOutcome, UnsetMembers
from .step import Steps
from .toml_steps import MAX_REPETITIONS, STEP, STEP_TYPE, line_of_text

__all__ = ["SCENARIO", "SCENARIO_IN_FILE", "USE", "find_problems", "list_members"]


def find_problems(outcome: TaskOutcome, vendor: str | None) -> Iterator[str]:
    """Yields what contradicts itself in *outcome*, and how to correct it."""
    if outcome.message is not None and outcome.fail is None:
        yield 'message is the text of an error whose code is missing: fail = "3001"'
    own = [each for each in vendors() if vendor in (None, each.name)]
    codes = list(dict.fromkeys(code for each in own for code in each.failures))
    if outcome.fail and outcome.message is None and outcome.fail not in codes:
        hint = suggest(outcome.fail, codes, f"codes: {', '.join(codes)}")
        yield f"no task fails with {outcome.fail!r}, except with a message; {hint}"


@dataclass(frozen=True, slots=True)
class _LifecycleType(FieldType):
    def parse(self, value: Any, path: str) -> lifecycle.Lifecycle:
        if type(value) is not str:
            raise invalid_value(value, path, lifecycle.FORMS)
        try:
            return lifecycle.parse_lifecycle(value)
        except ValueError as error:
            raise InvalidField(path, str(error)) from error

    def write(self, value: lifecycle.Lifecycle) -> str:
        return str(value)


_WORDS: Final = TableType(tuple(Field(state.value, line_of_text(100, 0)) for state in State))


@dataclass(frozen=True, slots=True)
class _WordsType(FieldType):
    def parse(self, value: Any, path: str) -> dict[State, str]:
        return {State(state): word for state, word in _WORDS.parse(value, path).items()}

    def write(self, value: dict[State, str]) -> dict[str, str]:
        return {state.value: word for state, word in value.items()}


_STEPS: Final = Array(STEP_TYPE)


@dataclass(frozen=True, slots=True)
class _StepsType(FieldType):
    def parse(self, value: Any, path: str) -> Steps:
        steps: Steps = _STEPS.parse(value, path)
        last = len(_list_reachable(steps)) - 1
        if last < len(steps) - 1:
            problem = 'this step affects all requests (times = "forever"); no step can follow it'
            raise InvalidField(f"{path}[{last}]", problem)
        return steps

    def write(self, value: Steps) -> list[Any]:
        return _STEPS.write(_list_reachable(value))


def _list_reachable(steps: Steps) -> Steps:
    """Returns *steps* up to the first one that affects all requests."""
    endless = [index for index, each in enumerate(steps) if each.times is None]
    return steps[: endless[0] + 1] if endless else steps


@dataclass(frozen=True, slots=True)
class _PartType(FieldType):
    """The part *name* of a scenario: a table, or an array of steps if the part has steps."""

    name: str
    table: TableType

    def parse(self, value: Any, path: str) -> Any:
        steps = [field for field in self.table.fields if field.name == "steps"]
        if steps and type(value) is list:
            return PARTS[self.name](steps=steps[0].parse(value, path))
        return PARTS[self.name](**self.table.parse(value, path))

    def write(self, value: Any) -> Any:
        table = self.table.write_changes(value, PARTS[self.name]())
        return table["steps"] if [*table] == ["steps"] else table


def _build_part_field(name: str, doc: str, *fields: Field) -> Field:
    has_steps = any(field.name == "steps" for field in fields)
    allowed = "an array of steps, or a table" if has_steps else "a table"
    return Field(name, _PartType(name, TableType(fields, allowed=allowed)), doc)


_STEPS_FIELD: Final = Field("steps", _StepsType(), "An array of steps.")

_CODE: Final = TextType(
    matches=re.compile("[0-9A-Za-z._]{1,64}").fullmatch,
    allowed="a code, letters, digits, . and _, in quotes",
)

POLL: Final = _build_part_field(
    "poll",
    "An array of steps for the polls of one task, or a table.",
    _STEPS_FIELD,
    Field(
        "words",
        _WordsType(),
        'The words on the wire for `pending`, `running`, `done` and `failed`. "" omits the status.',
    ),
    Field("other-words", Flag(), "`true`: the other vocabulary of the vendor."),
    Field("upper-case", Flag(), "`true`: statuses in capitals."),
    Field("backwards", Flag(), "`true`: progress and states go backwards."),
    Field("integer-codes", Flag(), "`true`: the code of an error is a number."),
    Field("as-recorded", Flag(), "`true`: the form of recorded responses, where they differ."),
    Field(
        "unset-members",
        Choice.of(UnsetMembers),
        '`"null"` or `"empty"` for members that the task does not have.',
    ),
    Field("extra-members", Flag(), "`true`: undocumented members, at every level."),
    Field("no-error", Flag(), "`true`: a failed task has no error object."),
    Field("split-output", Flag(), "`true`: each result is in an item of `output` of its own."),
    Field(
        "progress",
        Choice.of(Progress),
        '`"stalls"`: it stands still in the middle. `"full"`: it is 1.0 while the task runs.',
    ),
)

OUTCOME: Final = _build_part_field(
    "outcome",
    "A table: how the task ends.",
    Field(
        "lifecycle",
        _LifecycleType(),
        "When the task ends: `at-once`, `never`, `polls:N` or `seconds:S`.",
    ),
    Field("fail", _CODE, "A code of the vendor, or any code with a `message`."),
    Field("message", line_of_text(1000), "The text of the failure."),
    Field("moderated", Flag(), "`true`: the content is rejected after it was generated."),
    Field("images", Integer(1, MAX_REPETITIONS), "How many images succeed."),
    Field("results", Choice.of(Results), '`"none"` or `"empty"` in place of results.'),
    Field("interleaved", Flag(), "`true`: texts come between the images."),
    Field("texts", Array(TextType(0), high=20), "What the texts between images say, in turn."),
    Field("discount", Number(0, 1), "The factor of the price."),
)

DOWNLOAD: Final = _build_part_field(
    "download",
    "An array of steps for the downloads of one file, or a table.",
    _STEPS_FIELD,
    Field(
        "lifetime",
        Number(-1, 10**9),
        "How many seconds files exist. -1 means that they never exist.",
    ),
    Field(
        "signed-urls",
        Flag(),
        "`true`: URLs with a signed query, on another host name. Changed URLs, HEAD and an "
        "Authorization header are refused.",
    ),
    Field("unsorted-names", Flag(), "`true`: the names of the files do not sort in order."),
    Field("no-ranges", Flag(), "`true`: a Range request is answered with 200 and the whole file."),
)

USE: Final = Field(
    "use",
    Array(TextType(allowed='the name of a scenario, such as "http-503:2"')),
    "Names of other scenarios, with counts and `+`: shipped ones and others of the file, in any "
    "order. Their steps come first. Own members must not contradict them.",
)

SCENARIO: Final = TableType(
    (
        Field(
            "summary",
            line_of_text(1000),
            "One sentence for lists. It is the only required member.",
            required=True,
        ),
        Field(
            "vendor",
            Choice.of(vendor.name for vendor in vendors()),
            "The only vendor where the scenario can happen.",
        ),
        _build_part_field(
            "create",
            "An array of steps for creates, one after the other. After the last step one create "
            "passes, and the steps start again.",
            _STEPS_FIELD,
        ),
        POLL,
        OUTCOME,
        DOWNLOAD,
    )
)
"""The members of a scenario; each one is an attribute of :class:`.Scenario`."""

REPLACES: Final = Field(
    "replaces", Flag(), "`true`: the scenario replaces the shipped one with its name."
)

SCENARIO_IN_FILE: Final = TableType((USE, REPLACES, *SCENARIO.fields))
"""The members of a scenario in a file, which can also use and replace other scenarios."""


def list_members() -> dict[str, Sequence[Field]]:
    """Returns the members that each kind of table in a file can have."""
    parts = {field.name: field.type for field in (POLL, OUTCOME, DOWNLOAD)}
    tables = {name: kind.table for name, kind in parts.items() if isinstance(kind, _PartType)}
    return {
        "a scenario": SCENARIO_IN_FILE.fields,
        **{name: table.fields for name, table in tables.items()},
        "a step": STEP.fields,
    }
