"""Defines scenarios as values: effects on creates, polls, outcomes and downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any, Final, TypeVar

from wan_validators.task import State

from .lifecycle import Lifecycle
from .step import Steps

__all__ = [
    "DEFAULT_FILE_LIFETIME_S",
    "DEFAULT_PARTS",
    "MAX_DELAY_S",
    "PARTS",
    "CreateBehaviour",
    "DownloadBehaviour",
    "Part",
    "PollBehaviour",
    "Results",
    "Scenario",
    "TaskOutcome",
    "combine",
]

DEFAULT_FILE_LIFETIME_S: Final = 24 * 3600.0
"""Seconds for which tasks and result URLs are kept, as by the upstream."""

MAX_DELAY_S: Final = 120.0
"""The longest delay of a response, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBehaviour:
    """The steps for creates. After the last one, one create passes; the steps then repeat."""

    steps: Steps = ()


class UnsetMembers(Enum):
    """The value of members that a task does not have."""

    NULL = "null"
    EMPTY = "empty"
    """An empty array or object."""


class Progress(Enum):
    """A wrong progress of an unfinished task."""

    STALLS = "stalls"
    """It stops in the middle, and then continues."""
    FULL = "full"
    """It is 1.0 while the task runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollBehaviour:
    """The steps for the polls of one task, and changes to their bodies.

    *words* replace the vendor's words for states ("" omits the status). *other_words* selects
    the vendor's other vocabulary, and *upper_case* writes either in capitals.
    *backwards* shows an unfinished task's progress and states in the wrong order, and
    *integer_codes* an error's code as a number.

    *as_recorded* uses the form of recorded responses in place of the documented one.
    *unset_members* fills in members that the task does not have, and *extra_members* adds
    undocumented ones. *no_error* omits the error of a failed task, and
    *split_output* gives each result an item of its own.
    """

    steps: Steps = ()
    words: Mapping[State, str] | None = None
    other_words: bool = False
    upper_case: bool = False
    backwards: bool = False
    integer_codes: bool = False
    as_recorded: bool = False
    unset_members: UnsetMembers | None = None
    extra_members: bool = False
    no_error: bool = False
    split_output: bool = False
    progress: Progress | None = None


class Results(Enum):
    """The results of a completed task."""

    NONE = "none"
    """The member is absent."""
    EMPTY = "empty"
    """The member is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOutcome:
    """How a task ends, and when.

    *fail* is the code of its error, *message* a text in place of the vendor's text for the
    code. *moderated* ends it with the vendor's error for refused content. *images* is the number
    of images that succeed, at least one fewer than requested unless that leaves none.
    *interleaved* makes text parts for any payload, and *texts* are their texts, in turn.
    *discount* is the factor of the price.
    """

    lifecycle: Lifecycle | None = None
    fail: str | None = None
    message: str | None = None
    moderated: bool = False
    images: int | None = None
    results: Results | None = None
    interleaved: bool = False
    texts: tuple[str, ...] = ()
    discount: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadBehaviour:
    """The steps for the downloads of one file, and its lifetime.

    *lifetime* is in seconds after the end of the task.

    *signed_urls* puts the files on another host name, under URLs with a signed query, and
    *unsorted_names* gives them names that do not sort in the order of the results. Both are fixed
    when the task is created. *no_ranges* answers a Range request with 200 and the whole file.
    """

    steps: Steps = ()
    lifetime: float = DEFAULT_FILE_LIFETIME_S
    signed_urls: bool = False
    unsorted_names: bool = False
    no_ranges: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A named set of faults and behaviours. A default part changes nothing.

    *vendor* is the only vendor that can have it, None for all. *group* is its place in lists.
    """

    name: str
    summary: str
    group: str = "own"
    vendor: str | None = None
    create: CreateBehaviour = CreateBehaviour()
    poll: PollBehaviour = PollBehaviour()
    outcome: TaskOutcome = TaskOutcome()
    download: DownloadBehaviour = DownloadBehaviour()

    @property
    def parts(self) -> tuple[str, ...]:
        """Returns the names of the parts that are not the default."""
        # Most parts are the default itself, and comparing their members takes long.
        return tuple(
            part
            for part, default in DEFAULT_PARTS.items()
            if (own := getattr(self, part)) is not default and own != default
        )

    def with_count(self, count: int) -> Scenario:
        """Returns a copy with its repeat count set: ``NAME:COUNT``.

        *count* is the number of images if the scenario limits them, else the times of each
        step. Raises ValueError if it has neither.
        """
        name = f"{self.name}:{count}"
        if self.outcome.images is not None:
            summary = f"At most {_format_number(count)} of several images succeed and are billed."
            outcome = replace(self.outcome, images=count)
            return replace(self, name=name, summary=summary, outcome=outcome)
        changed: dict[str, Any] = {"name": name, "summary": _describe_count(self.summary, count)}
        for part in ("create", "poll", "download"):
            value = getattr(self, part)
            steps = tuple(replace(step, times=count) for step in value.steps)
            changed[part] = replace(value, steps=steps)
        if not any(changed[part].steps for part in ("create", "poll", "download")):
            raise ValueError(f"the scenario {self.name} has nothing to count, so no :{count}")
        return replace(self, **changed)


_NUMBERS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _format_number(count: int) -> str:
    return _NUMBERS[count - 1] if count <= len(_NUMBERS) else str(count)


def _describe_count(summary: str, count: int) -> str:
    """Returns the summary of a scenario whose steps happen *count* times each."""
    times = {1: "once", 2: "twice"}.get(count, f"{_format_number(count)} times")
    if "twice" in summary:
        return summary.replace("twice", times)
    if "two polls" in summary:
        if count == 1:
            summary = summary.replace("two polls after create do", "one poll after create does")
        polls = "one poll" if count == 1 else f"{_format_number(count)} polls"
        return summary.replace("first one poll", "first poll").replace("two polls", polls)
    return f"{summary} This happens {times}."


PARTS: Final = {
    "create": CreateBehaviour,
    "poll": PollBehaviour,
    "outcome": TaskOutcome,
    "download": DownloadBehaviour,
}

DEFAULT_PARTS: Final = {part: getattr(Scenario(name="", summary=""), part) for part in PARTS}

Part = TypeVar("Part", CreateBehaviour, PollBehaviour, TaskOutcome, DownloadBehaviour)


def combine(name: str, scenarios: tuple[Scenario, ...], summary: str = "") -> Scenario:
    """Returns a scenario with the effects of all *scenarios*, and their steps in order.

    Raises ValueError if two of them differ in anything else, or end the task in two ways.
    """
    made = replace(scenarios[0], name=name, summary=summary or scenarios[0].summary)
    for other in scenarios[1:]:
        if None not in (made.vendor, other.vendor) and made.vendor != other.vendor:
            raise ValueError(f"{name}: {other.name} can only happen at {other.vendor}")
        parts = {
            part: _merge_parts(getattr(made, part), getattr(other, part), name) for part in PARTS
        }
        made = replace(made, vendor=made.vendor or other.vendor, **parts)
    if made.outcome.moderated and made.outcome.fail:
        raise ValueError(f"{name}: moderated and fail are two ends of one task")
    text = summary or " ".join(each.summary for each in scenarios)
    return replace(made, summary=text)


def _merge_parts(one: Part, other: Part, name: str) -> Part:
    default = type(one)()
    changed: dict[str, Any] = {}
    for field in fields(one):
        first: Any = getattr(one, field.name)
        second: Any = getattr(other, field.name)
        if field.name == "steps":
            changed["steps"] = (*first, *second)
        elif second != getattr(default, field.name):
            if first not in (getattr(default, field.name), second):
                raise ValueError(f"{name}: two of its scenarios differ about {field.name}")
            changed[field.name] = second
    return replace(one, **changed)
