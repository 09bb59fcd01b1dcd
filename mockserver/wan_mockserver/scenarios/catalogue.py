"""Defines the shipped scenarios."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from wan_validators.catalog import vendors
from wan_validators.task import State
from wan_validators.vendor import Vendor

from ..http.delivery import Cut
from .faults import build_page, iter_faults
from .lifecycle import Never, Polls, Seconds
from .scenario import (
    CreateBehaviour,
    DownloadBehaviour,
    PollBehaviour,
    Progress,
    Results,
    Scenario,
    TaskOutcome,
    UnsetMembers,
)
from .step import Body, Step

__all__ = [
    "DEFAULT_SCENARIO",
    "GROUPS",
    "load_shipped_scenarios",
]

DEFAULT_SCENARIO: Final = Scenario(
    name="ok", group="outcome", summary="Everything goes as documented."
)

ACCEPTING_STATUSES: Final = (408, 502, 503, 504, 520, 524)
"""Statuses of a proxy that may have forwarded the request."""

ODD_TEXTS: Final = (
    "  Zwölf Boxkämpfer — «ça» \u2026 Привет!\n",
    "\t山水画：第二幅图。\u00a0\U0001f304 ",
)

FILE_PACE: Final = 64 * 1024
"""Bytes per second of a slow download; files are longer than other bodies."""


def _iter_outcomes() -> Iterator[Scenario]:
    def build(name: str, summary: str, vendor: str | None = None, **how: object) -> Scenario:
        made = TaskOutcome(**how)  # type: ignore[arg-type]
        return Scenario(name=name, summary=summary, group="outcome", vendor=vendor, outcome=made)

    yield DEFAULT_SCENARIO
    yield build("slow", "The task takes ten minutes and then succeeds.", lifecycle=Seconds(600))
    yield build("stuck", "The task never ends.", lifecycle=Never())
    for vendor in vendors():
        for code, text in vendor.failures.items():
            if vendor.platform and code in _list_platform_codes(vendor):
                continue
            effect = f"The task fails with {code}, {text!r}."
            yield build(f"fail-{_format_code(code)}", effect, vendor.name, fail=code)
    yield build("moderated", "The content is refused after it has been made.", moderated=True)
    yield build("partial", "Only one of several images succeeds and is billed.", images=1)
    yield build("no-results", "The task succeeds and has no results.", results=Results.NONE)
    yield build("empty-results", "The task succeeds with no result.", results=Results.EMPTY)
    yield build("interleaved", "Texts come between the images.", interleaved=True)
    yield build(
        "odd-texts",
        "Texts between the images have outer white space and letters of many scripts.",
        interleaved=True,
        texts=ODD_TEXTS,
    )
    yield build("odd-costs", "Costs and discounts are not round.", discount=0.9137)
    yield Scenario(
        name="fail-without-error",
        summary="The task fails and has no error object.",
        group="outcome",
        outcome=TaskOutcome(moderated=True),
        poll=PollBehaviour(no_error=True),
    )


def _list_platform_codes(vendor: Vendor) -> set[str]:
    """Returns the codes of the vendor of which *vendor* is a second protocol."""
    return {code for each in vendors() if each.name == vendor.platform for code in each.failures}


def _iter_states() -> Iterator[Scenario]:
    def build(name: str, summary: str, vendor: str | None = None, **how: object) -> Scenario:
        made = PollBehaviour(**how)  # type: ignore[arg-type]
        return Scenario(name=name, summary=summary, group="states", vendor=vendor, poll=made)

    unfinished = (State.PENDING, State.RUNNING)
    yield build(
        "unknown-status",
        "An unfinished task has an undocumented status.",
        words=dict.fromkeys(unfinished, "archiving"),
    )
    yield build("upper-case", "Statuses are in capitals.", upper_case=True)
    yield build(
        "missing-status", "An unfinished task has no status.", words=dict.fromkeys(unfinished, "")
    )
    for vendor in vendors():
        if vendor.other_words:
            words = ", ".join(dict.fromkeys(vendor.other_words.values()))
            effect = f"Statuses are those of the vendor's other page: {words}."
            yield build("other-vocabulary", effect, vendor.name, other_words=True)
    yield build(
        "retrying", "A task that runs is called retrying.", words={State.RUNNING: "retrying"}
    )
    yield build("backwards", "Progress goes backwards, and so do the states.", backwards=True)
    yield build("integer-codes", "The code of an error is a number.", integer_codes=True)
    for vendor in vendors():
        if vendor.to_recorded_body:
            effect = (
                "Responses have the form of recorded ones: times, status, error and output.url."
            )
            yield build("as-recorded", effect, vendor.name, as_recorded=True)
        if vendor.has_output_items:
            effect = "Each result is in an item of output of its own."
            yield build("split-output", effect, vendor.name, split_output=True)
        if vendor.shows_progress:
            effect = "Progress is 1.0 while the task is still in progress."
            yield build("progress-full", effect, vendor.name, progress=Progress.FULL)
            yield Scenario(
                name="progress-stalls",
                summary="Progress stands still for some polls and then continues.",
                group="states",
                vendor=vendor.name,
                poll=PollBehaviour(progress=Progress.STALLS),
                outcome=TaskOutcome(lifecycle=Polls(5)),
            )
    null, empty = UnsetMembers.NULL, UnsetMembers.EMPTY
    effect = "Members that the task does not have are"
    yield build("null-members", f"{effect} null.", unset_members=null)
    yield build("empty-members", f"{effect} empty arrays and objects.", unset_members=empty)
    effect = "Every object has undocumented members."
    yield build("extra-members", effect, extra_members=True)
    yield build(
        "not-found-yet",
        "The first two polls after create do not find the task.",
        steps=(Step(handled=False, status=404, times=2),),
    )
    yield build(
        "forgotten",
        "After two polls the task is unknown, as after 24 hours.",
        steps=(Step(times=2), Step(handled=False, status=404, times=None)),
    )


def _iter_creates() -> Iterator[Scenario]:
    def build(group: str, name: str, effect: str, step: Step) -> Scenario:
        summary = f"Create {effect}."
        return Scenario(
            name=name, summary=summary, group=group, create=CreateBehaviour(steps=(step,))
        )

    for fault in iter_faults():
        yield build(*fault)
    large = build_page(413, times=None)
    yield build("http", "http-413", "is refused by a proxy with 413 and an HTML page", large)
    moved = replace(build_page(302), location="")
    effect = "is answered with 302 and an HTML page; a library that follows sends a GET"
    yield build("http", "http-302", effect, moved)
    empty = Step(status=202, body=Body.EMPTY)
    yield build("http", "empty-202", "makes the task and answers 202 with no body", empty)
    done = "makes the task, which is billed, and the answer is lost"
    yield build("transport", "accept-lost", f"{done} to a reset", Step(cut=Cut.RESET))
    internal = Step(status=500)
    yield build("transport", "accept-500", f"{done} to the vendor's own 500", internal)
    for status in ACCEPTING_STATUSES:
        effect, page = f"{done} to a proxy's {status}", build_page(status, handled=True)
        yield build("transport", f"accept-{status}", effect, page)
    silence = Step(cut=Cut.SILENCE)
    yield build("transport", "accept-timeout", f"{done}: no response arrives", silence)


def _iter_polls() -> Iterator[Scenario]:
    for group, name, effect, step in iter_faults():
        short = name.removeprefix("http-")
        poll = PollBehaviour(steps=(step,))
        yield Scenario(name=f"poll-{short}", summary=f"A poll {effect}.", group=group, poll=poll)


def _iter_downloads() -> Iterator[Scenario]:
    def build(name: str, effect: str, **how: object) -> Scenario:
        made = DownloadBehaviour(**how)  # type: ignore[arg-type]
        summary = f"A download {effect}."
        return Scenario(name=name, summary=summary, group="download", download=made)

    yield build("expired-urls", "finds the URL expired at once, not after 24 hours", lifetime=-1)
    wrong = Step(content_type="text/html", times=None)
    yield build("download-wrong-type", "calls the file text/html", steps=(wrong,))
    octets = Step(content_type="application/octet-stream", times=None)
    effect = "calls the file application/octet-stream, as object stores do"
    yield build("download-octet-stream", effect, steps=(octets,))
    page = Step(handled=False, status=200, body=Body.XML, content_type="image/png", times=None)
    effect = "gets an XML error page that is called image/png"
    yield build("download-xml-page", effect, steps=(page,))
    effect = "finds names that do not sort in the order of the results"
    yield build("unsorted-names", effect, unsorted_names=True)
    effect = "needs the unchanged URL with its signed query, on another host name"
    yield build("signed-urls", effect, signed_urls=True)
    cut = Step(cut=Cut.TRUNCATED)
    effect = "is cut once; a Range for the rest is answered with 200 and the whole file"
    yield build("no-ranges", effect, steps=(cut,), no_ranges=True)
    empty = Step(status=200, body=Body.EMPTY, times=None)
    yield build("download-empty", "gets zero bytes", steps=(empty,))
    for _, name, effect, step in iter_faults():
        if name not in ("wrong-content-type", "rate-limited-bare"):
            short = name.removeprefix("http-").removesuffix("-body")
            paced = replace(step, pace=FILE_PACE) if step.pace else step
            yield build(f"download-{short}", effect, steps=(paced,))


@cache
def load_shipped_scenarios() -> Mapping[str, Scenario]:
    """Returns the shipped scenarios by name, in the order of their groups."""
    made = (
        *_iter_outcomes(),
        *_iter_states(),
        *_iter_creates(),
        *_iter_polls(),
        *_iter_downloads(),
    )
    return {scenario.name: scenario for scenario in sorted(made, key=_get_group_index)}


GROUPS: Final = {
    "outcome": "How the task ends",
    "states": "How a poll shows the task",
    "http": "HTTP errors, on create (or on polls: poll-…)",
    "transport": "Lost, late and broken answers",
    "download": "The files",
    "own": "Your own",
}


def _get_group_index(scenario: Scenario) -> int:
    return list(GROUPS).index(scenario.group)


def _format_code(code: str) -> str:
    """Formats a code for a name: a dot would separate the tenant in an API key."""
    return re.sub("(?<=[a-z])(?=[A-Z])|[._]", "-", code).lower()
