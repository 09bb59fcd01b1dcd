"""The scenarios that are shipped, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from wan_validators.catalog import vendors
from wan_validators.vendor import State, find_status_phrase

from ..http.delivery import Cut
from .lifecycle import Never, Polls, Seconds
from .scenario import (
    Body,
    CreateBehaviour,
    DownloadBehaviour,
    Lag,
    PollBehaviour,
    Progress,
    Results,
    Scenario,
    Step,
    TaskOutcome,
    UnsetMembers,
)

__all__ = [
    "CLIENT_ERROR_STATUSES",
    "DEFAULT_SCENARIO",
    "FILE_PACE",
    "GROUPS",
    "SILENT_STEP",
    "TRANSIENT_STATUSES",
    "load_shipped_scenarios",
]

DEFAULT_SCENARIO: Final = Scenario(
    name="ok", group="outcome", summary="Everything goes as documented."
)

CLIENT_ERROR_STATUSES: Final = (401, 402, 403, 404, 409, 423, 451)
"""Statuses that do not pass by themselves."""

TRANSIENT_STATUSES: Final = (500, 502, 503, 504)
"""Statuses that are gone when a client tries again."""

PROXY_STATUSES: Final = (520, 524)
"""Statuses of a proxy that got no usable answer from the server; they pass, too."""

ACCEPTING_STATUSES: Final = (408, 502, 503, 504, 520, 524)
"""Statuses of a proxy that may have passed the request on."""

SILENT_STEP: Final = Step(handled=False, cut=Cut.SILENCE)

ODD_TEXTS: Final = (
    "  Zwölf Boxkämpfer — «ça» \u2026 Привет!\n",
    "\t山水画：第二幅图。\u00a0\U0001f304 ",
)

FILE_PACE: Final = 64 * 1024
"""Bytes a second of a slow download, as files are longer than other bodies."""


def _outcomes() -> Iterator[Scenario]:
    def outcome(name: str, summary: str, vendor: str | None = None, **how: object) -> Scenario:
        made = TaskOutcome(**how)  # type: ignore[arg-type]
        return Scenario(name=name, summary=summary, group="outcome", vendor=vendor, outcome=made)

    yield DEFAULT_SCENARIO
    yield outcome("slow", "The task takes ten minutes and then succeeds.", lifecycle=Seconds(600))
    yield outcome("stuck", "The task never ends.", lifecycle=Never())
    for vendor in vendors():
        for code, text in vendor.failures.items():
            says = f"The task fails with {code}, {text!r}."
            yield outcome(f"fail-{code}", says, vendor.name, fail=code)
    yield outcome("moderated", "The content is refused when it has been made.", moderated=True)
    yield outcome("partial", "Only one of several images succeeds and is billed.", images=1)
    yield outcome("no-results", "The task succeeds and has no results.", results=Results.NONE)
    yield outcome("empty-results", "The task succeeds with no result.", results=Results.EMPTY)
    yield outcome("interleaved", "Texts come between the images.", interleaved=True)
    yield outcome(
        "odd-texts",
        "Texts between the images have outer white space and letters of many scripts.",
        interleaved=True,
        texts=ODD_TEXTS,
    )
    yield outcome("odd-costs", "Costs and discounts are not round.", discount=0.9137)
    yield Scenario(
        name="fail-without-error",
        summary="The task fails and has no error object.",
        group="outcome",
        outcome=TaskOutcome(moderated=True),
        poll=PollBehaviour(no_error=True),
    )


def _states() -> Iterator[Scenario]:
    def polling(name: str, summary: str, vendor: str | None = None, **how: object) -> Scenario:
        made = PollBehaviour(**how)  # type: ignore[arg-type]
        return Scenario(name=name, summary=summary, group="states", vendor=vendor, poll=made)

    unfinished = (State.PENDING, State.RUNNING)
    yield polling(
        "unknown-status",
        "An unfinished task has a status that no page knows.",
        words=dict.fromkeys(unfinished, "archiving"),
    )
    yield polling("upper-case", "Statuses are in capitals.", upper_case=True)
    yield polling(
        "missing-status", "An unfinished task has no status.", words=dict.fromkeys(unfinished, "")
    )
    for vendor in vendors():
        if vendor.other_words:
            words = ", ".join(dict.fromkeys(vendor.other_words.values()))
            says = f"Statuses are those of the vendor's other page: {words}."
            yield polling("other-vocabulary", says, vendor.name, other_words=True)
    yield polling(
        "retrying", "A task that runs is called retrying.", words={State.RUNNING: "retrying"}
    )
    yield polling("backwards", "Progress goes backwards, and so do the states.", backwards=True)
    yield polling("integer-codes", "The code of an error is a number.", integer_codes=True)
    for vendor in vendors():
        if vendor.to_recorded_body:
            says = "Responses have the form of recorded ones: times, status, error and output.url."
            yield polling("as-recorded", says, vendor.name, as_recorded=True)
        if vendor.has_output_items:
            says = "Each result is in an item of output of its own."
            yield polling("split-output", says, vendor.name, split_output=True)
        if vendor.shows_progress:
            says = "Progress is 1.0 while the task is still in progress."
            yield polling("progress-full", says, vendor.name, progress=Progress.FULL)
            yield Scenario(
                name="progress-stalls",
                summary="Progress stands still for some polls and then continues.",
                group="states",
                vendor=vendor.name,
                poll=PollBehaviour(progress=Progress.STALLS),
                outcome=TaskOutcome(lifecycle=Polls(5)),
            )
    null, empty = UnsetMembers.NULL, UnsetMembers.EMPTY
    says = "Members that the task does not have are"
    yield polling("null-members", f"{says} null.", unset_members=null)
    yield polling("empty-members", f"{says} empty arrays and objects.", unset_members=empty)
    says = "Every object has members that no page names."
    yield polling("extra-members", says, extra_members=True)
    yield polling(
        "not-found-yet",
        "The first two polls after create do not find the task.",
        steps=(Step(handled=False, status=404, times=2),),
    )
    yield polling(
        "forgotten",
        "After two polls the task is not known any more, as after 24 hours.",
        steps=(Step(times=2), Step(handled=False, status=404, times=None)),
    )


def _faults() -> Iterator[tuple[str, str, str, Step]]:
    """Group, name, what becomes of the request in a sentence, and the step."""
    for status in (*CLIENT_ERROR_STATUSES, *TRANSIENT_STATUSES):
        passes = status in TRANSIENT_STATUSES
        text = f"{status} {find_status_phrase(status)}{', twice' if passes else ''}"
        step = Step(handled=False, status=status, times=2 if passes else None)
        yield "http", f"http-{status}", f"is answered with {text}", step
    for status in PROXY_STATUSES:
        text = f"a proxy's page: {status} {find_status_phrase(status)}, twice"
        yield "http", f"http-{status}", f"is answered with {text}", _page(status, times=2)
    overloaded = Step(handled=False, status=503, retry_after=2, times=2)
    says = "is answered with 503, twice, and Retry-After in seconds"
    yield "http", "http-503-retry-after", says, overloaded
    limited = Step(handled=False, status=429, retry_after=2, times=2)
    says = "is answered with 429, twice, and Retry-After"
    yield "http", "rate-limited", f"{says} in seconds", limited
    dated = Step(handled=False, status=429, retry_after=2, retry_as_date=True, times=2)
    yield "http", "rate-limited-date", f"{says} as an HTTP date", dated
    bare = Step(handled=False, status=429, times=2)
    yield "http", "rate-limited-bare", "is answered with 429, twice, without Retry-After", bare
    page = Step(handled=False, status=200, body=Body.HTML, content_type="text/html")
    yield "http", "html-page", "is answered with an HTML page in place of JSON", page
    json_error = Step(handled=False, status=200, body=Body.ERROR)
    yield "http", "json-error", "is answered with 200 and a JSON error", json_error
    redirect = Step(handled=False, status=307, location="", body=Body.EMPTY)
    yield "http", "redirect", "is redirected, to the same path", redirect
    plain = Step(content_type="text/plain")
    yield "http", "wrong-content-type", "is answered as usual, as text/plain", plain
    before = Step(handled=False, cut=Cut.RESET)
    yield "transport", "reset-before", "is lost to a reset before anything is done", before
    middle = Step(cut=Cut.RESET_MIDWAY)
    yield "transport", "reset-midway", "is done, and a reset cuts the answer in the middle", middle
    short = Step(cut=Cut.TRUNCATED)
    says = "is done, and the answer ends short of its Content-Length"
    yield "transport", "truncated-body", says, short
    yield "transport", "garbage", "is done, and the answer is no HTTP", Step(cut=Cut.GARBAGE)
    yield "transport", "timeout", "is never answered and not done", SILENT_STEP
    yield "transport", "slow-body", "is answered slowly, byte by byte", Step(pace=100, times=None)
    lag = Lag(median=0.4, sigma=0.7)
    says = "is answered late, by a time drawn anew for each"
    yield "transport", "latency", says, Step(delay=lag, times=None)


def _page(status: int, *, handled: bool = False, times: int | None = 1) -> Step:
    """A proxy's page with *status*, in place of the vendor's answer."""
    phrase = f"{status} {find_status_phrase(status)}"
    return Step(handled=handled, status=status, body=Body.HTML, detail=phrase, times=times)


def _creates() -> Iterator[Scenario]:
    def create(group: str, name: str, says: str, step: Step) -> Scenario:
        summary = f"Create {says}."
        return Scenario(
            name=name, summary=summary, group=group, create=CreateBehaviour(steps=(step,))
        )

    for fault in _faults():
        yield create(*fault)
    large = _page(413, times=None)
    yield create("http", "http-413", "is refused by a proxy with 413 and an HTML page", large)
    moved = replace(_page(302), location="")
    says = "is answered with 302 and an HTML page; a library that follows sends a GET"
    yield create("http", "http-302", says, moved)
    empty = Step(status=202, body=Body.EMPTY)
    yield create("http", "empty-202", "makes the task and answers 202 with no body", empty)
    done = "makes the task, which is billed, and the answer is lost"
    yield create("transport", "accept-lost", f"{done} to a reset", Step(cut=Cut.RESET))
    internal = Step(status=500)
    yield create("transport", "accept-500", f"{done} to the vendor's own 500", internal)
    for status in ACCEPTING_STATUSES:
        says, page = f"{done} to a proxy's {status}", _page(status, handled=True)
        yield create("transport", f"accept-{status}", says, page)
    silence = Step(cut=Cut.SILENCE)
    yield create("transport", "accept-timeout", f"{done}: nothing ever comes", silence)


def _polls() -> Iterator[Scenario]:
    for group, name, says, step in _faults():
        short = name.removeprefix("http-")
        poll = PollBehaviour(steps=(step,))
        yield Scenario(name=f"poll-{short}", summary=f"A poll {says}.", group=group, poll=poll)


def _downloads() -> Iterator[Scenario]:
    def download(name: str, says: str, **how: object) -> Scenario:
        made = DownloadBehaviour(**how)  # type: ignore[arg-type]
        summary = f"A download {says}."
        return Scenario(name=name, summary=summary, group="download", download=made)

    yield download("expired-urls", "finds the URL expired at once, not after 24 hours", lifetime=-1)
    wrong = Step(content_type="text/html", times=None)
    yield download("download-wrong-type", "calls the file text/html", steps=(wrong,))
    octets = Step(content_type="application/octet-stream", times=None)
    says = "calls the file application/octet-stream, as object stores do"
    yield download("download-octet-stream", says, steps=(octets,))
    page = Step(handled=False, status=200, body=Body.XML, content_type="image/png", times=None)
    says = "gets an XML error page that is called image/png"
    yield download("download-xml-page", says, steps=(page,))
    says = "finds names that do not sort in the order of the results"
    yield download("unsorted-names", says, unsorted_names=True)
    says = "needs the unchanged URL with its signed query, on another host name"
    yield download("signed-urls", says, signed_urls=True)
    empty = Step(status=200, body=Body.EMPTY, times=None)
    yield download("download-empty", "gets zero bytes", steps=(empty,))
    for _, name, says, step in _faults():
        if name not in ("wrong-content-type", "rate-limited-bare"):
            short = name.removeprefix("http-").removesuffix("-body")
            paced = replace(step, pace=FILE_PACE) if step.pace else step
            yield download(f"download-{short}", says, steps=(paced,))


@cache
def load_shipped_scenarios() -> Mapping[str, Scenario]:
    """All of them, in the order of their groups."""
    made = (*_outcomes(), *_states(), *_creates(), *_polls(), *_downloads())
    return {scenario.name: scenario for scenario in sorted(made, key=_group)}


GROUPS: Final = {
    "outcome": "How the task ends",
    "states": "How a poll shows the task",
    "http": "HTTP errors, on create (or on polls: poll-…)",
    "transport": "Lost, late and broken answers",
    "download": "The files",
    "own": "Your own",
}


def _group(scenario: Scenario) -> int:
    return list(GROUPS).index(scenario.group)
