"""The calls that show which laws the faulty clients break, and their recordings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from zlib import crc32

from faulty_clients.broken import BROKEN, CORRECT
from faulty_clients.reference import AsyncReference, Reference
from wan_contracts.cases.case import Case
from wan_contracts.cases.time_profiles import VIRTUAL
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import LAWS, Law
from wan_contracts.runner.aggregation import evaluate_laws
from wan_contracts.runner.harness import Harness
from wan_contracts.runner.interaction import Interaction

CLIENTS: Final[Mapping[str, Any]] = {
    "Reference": Reference,
    "AsyncReference": AsyncReference,
    **CORRECT,
    **BROKEN,
}

IMAGES: Final = ["https://example.com/1.png", "https://example.com/2.png"]

PAYLOADS: Final[Mapping[str, Any]] = {
    "wan2.5-i2v-preview": {"prompt": "night", "image": IMAGES[0], "audio": False},
    "wan2.5-i2i-preview": {"prompt": "night", "images": IMAGES, "size": "768*768", "n": 2},
    "wan25_i2i_preview_intl": {
        "model": "wan25_i2i_preview_intl",
        "input": {"prompt": "night", "images": IMAGES},
        "parameters": {"n": 2},
    },
    "wan26_i2i": {
        "model": "wan26_i2i",
        "input": {
            "messages": [{"role": "user", "content": [{"text": "night"}, {"image": IMAGES[0]}]}]
        },
        "parameters": {"n": 2},
    },
}
VIDEO, EDIT, PLAIN, CHAT = PAYLOADS

SCENARIOS: Final = {
    VIDEO: (
        *("ok", "fail-3001", "unknown-status", "missing-status"),
        *("other-vocabulary", "http-401", "http-423", "accept-lost", "poll-403", "poll-garbage"),
        *("download-wrong-type", "poll-rate-limited-date"),
    ),
    EDIT: (
        *("ok", "moderated", "partial", "empty-results", "upper-case", "not-found-yet"),
        *("http-404", "rate-limited", "rate-limited-date", "accept-502"),
        *("html-page", "redirect", "empty-202", "poll-401", "poll-500"),
        *("poll-rate-limited", "poll-html-page", "poll-reset-before", "expired-urls"),
        *("upper-case+moderated", "not-found-yet:1+poll-401"),
        *("download-empty", "download-500", "download-truncated", "backwards"),
        *("download-octet-stream", "download-xml-page", "signed-urls", "unsorted-names"),
        *("null-members", "extra-members"),
    ),
    PLAIN: ("ok", "no-results", "fail-001021096", "accept-timeout", "http-500", "http-403"),
    CHAT: (
        *("ok", "interleaved", "integer-codes+fail-001021095", "http-402"),
        "odd-texts+odd-costs+split-output",
        *("poll-504", "poll-truncated-body", "poll-truncated-body+fail-001021096"),
        "download-html-page",
    ),
}
"""The scenarios of each model, with its plain payload."""

EMOJI: Final = "😀" * 1500

VARIANTS: Final[Iterable[tuple[str, Mapping[str, Any]]]] = (
    (EDIT, {"prompt": EMOJI}),
    (EDIT, {"prompt": "à la mode:\r\n字, 😀, \u200d\t\\ \"'", "seed": 2**31 - 1, "n": 1}),
    (EDIT, {"prompt_extend": False, "seed": 0}),
    (VIDEO, {"seed": 2**31 - 1}),
    (EDIT, {"n": 9}),
    (EDIT, {"size": "768x768"}),
    (VIDEO, {"duration": 4}),
)
"""Payloads with other members. The last three are invalid."""

SPARSE: Final = (
    Case(EDIT, {"prompt": "night", "images": IMAGES}),
    Case(CHAT, {**PAYLOADS[CHAT], "parameters": {}}),
)
"""Payloads without a member that has a default."""

INVALID: Final = (
    Case(CHAT, {**PAYLOADS[CHAT], "parameters": {"n": 0}}),
    Case(PLAIN, {**PAYLOADS[PLAIN], "parameters": {"n": 9}}),
)


def cases() -> Iterator[Case]:
    """Yields the calls of every faulty client. Each law applies to some of them."""
    for model, scenarios in SCENARIOS.items():
        yield from (Case(model, PAYLOADS[model], scenario) for scenario in scenarios)
    for model, members in VARIANTS:
        yield Case(model, {**PAYLOADS[model], **members})
    yield from (*SPARSE, *INVALID)


LENGTHY: Final = (
    Case(VIDEO, PAYLOADS[VIDEO], "stuck"),
    Case(VIDEO, PAYLOADS[VIDEO], "last-minute-1"),
)
"""Calls that last until the deadline."""

STATUSES: Final = (
    *(Case(EDIT, PAYLOADS[EDIT], f"http-{status}") for status in (409, 451)),
    *(Case(PLAIN, PAYLOADS[PLAIN], f"poll-{status}") for status in (402, 502, 503)),
)
"""One call for each status that no other call has."""

REDIRECTED: Final = (Case(EDIT, PAYLOADS[EDIT], "poll-redirect"),)

FORGOTTEN: Final = (Case(EDIT, PAYLOADS[EDIT], "stuck+poll-latency:1+poll-500:1+poll-404"),)
"""A call whose task exists, then returns errors, then is not found."""

TOLD_TO_WAIT: Final = Case(EDIT, PAYLOADS[EDIT], "stuck+poll-500:86+poll-rate-limited-date")
"""A call in which a Retry-After shortly before the deadline leads past it."""

RECORDED: Final = (
    *(Case(model, PAYLOADS[model], "as-recorded") for model in (VIDEO, EDIT)),
    Case(EDIT, PAYLOADS[EDIT], "as-recorded+fail-3001"),
)
"""Calls with responses in the form of recorded ones."""

EXTRA: Final[Mapping[str, tuple[Case, ...]]] = {
    **dict.fromkeys(("TrustsTheForm", "FindsNoOutputUrl", "CompletesWithNothing"), RECORDED),
    "Reference": (
        *(*STATUSES, *REDIRECTED, *RECORDED, TOLD_TO_WAIT),
        Case(EDIT, PAYLOADS[EDIT], "accept-408"),
    ),
    "QuotesTitles": STATUSES,
    "KeepsOneUrlAndNeverCounts": (Case(EDIT, {**PAYLOADS[EDIT], "n": 4}, "partial:2"),),
    "AppendsWholeFiles": (Case(EDIT, PAYLOADS[EDIT], "no-ranges"),),
    "ObeysLimitsOnly": (Case(EDIT, PAYLOADS[EDIT], "poll-503-retry-after"),),
    "FollowsRedirects": REDIRECTED,
    "FollowsToAGet": (Case(EDIT, PAYLOADS[EDIT], "http-302"),),
    "GivesUpOnRedirect": REDIRECTED,
    "PollsTooOften": (Case(EDIT, PAYLOADS[EDIT], "stuck"),),
    "EndsEarly": (Case(VIDEO, PAYLOADS[VIDEO], "stuck+poll-500:60"),),
    "FailsTheForgotten": FORGOTTEN,
    "PollsInTheBackground": LENGTHY,
    "PollsInATask": LENGTHY,
    "CreatesByATimer": LENGTHY,
    "GivesUpOnThree404s": (Case(EDIT, PAYLOADS[EDIT], "poll-404"),),
}
"""Additional calls of single clients."""

GROUP: Final = [Case(EDIT, {**PAYLOADS[EDIT], "prompt": each}) for each in "abcd"]
"""Calls that are made at the same time."""

TOGETHER: Final = ("Reference", "AsyncReference", "OverASocket", "SharesTheTask")
"""Clients that also make the calls of the GROUP."""

PATIENT: Final = ("broken_lifecycle", "broken_timing", "allowed", "conversation")
"""The modules of clients that also make the LENGTHY calls."""

SLOW: Final = ("LowersTheId", "OverASocket", "ConnectsEachTime")
"""Clients that are slow in most scenarios and have only the BRIEF ones."""

BRIEF: Final = ("ok", "fail-3001", "poll-500")


def cases_for(name: str) -> list[Case]:
    """Returns the calls of the client *name*."""
    if name in SLOW:
        return [case for case in cases() if case.scenario in BRIEF]
    module = CLIENTS[name].call_class.__module__
    patient = module.rpartition(".")[2] in PATIENT
    return [*cases(), *(LENGTHY if patient else ()), *EXTRA.get(name, ())]


def runs(
    harness: Harness, name: str, target: Any, cases: Iterable[Case] | None = None
) -> Iterator[Interaction]:
    """Yields the recorded calls of the client *target*, or those of *cases*.

    Clients can share *harness*.
    """
    with PythonClient(name, target) as client:
        for number, case in enumerate(cases_for(name) if cases is None else cases, 1):
            harness.client = client
            yield harness.run(case, number)
        if name in TOGETHER:
            yield from harness.run_together(GROUP, 1)


TELLING: Final = (
    *("not-found-yet", "fail-3001", "poll-403", "download-html-page", "poll-rate-limited-date"),
    *("http-401", "accept-lost", "interleaved", "other-vocabulary", "partial", "redirect"),
    "poll-500",
)
"""The scenarios that show the most faults, those first that show the most of the others."""


def sort_by_faults(cases: Sequence[Case]) -> list[Case]:
    """Returns the TELLING calls, then those of single clients, which are the last of *cases*."""
    rank = {name: place for place, name in enumerate(TELLING)}
    backwards = [*reversed(cases)]
    return sorted(backwards, key=lambda case: rank.get(case.scenario, len(rank)))


SAMPLED_SHARE: Final = 10
"""Of so many cases, a faulty client calls one even after it has broken all laws of its row."""


def find_broken_laws(
    harness: Harness, name: str, expected: Collection[str], *, thorough: bool = False
) -> frozenset[str]:
    """Returns the laws that the client *name* breaks, in a sample of its calls.

    Each client has another sample. Before it, calls are made until all *expected* laws are broken.
    A client that is expected to break none, and each client if *thorough*, makes all calls.
    """
    every = cases_for(name)
    if thorough or not expected:
        return broken(runs(harness, name, CLIENTS[name], every))
    found: frozenset[str] = frozenset()
    ordered = sort_by_faults(every)
    for call in runs(harness, name, CLIENTS[name], ordered):
        found |= broken([call])
        if found >= {*expected}:
            break
    # Those that were made already may be among them.
    sample = ordered[crc32(name.encode()) % SAMPLED_SHARE :: SAMPLED_SHARE]
    return found | broken(runs(harness, name, CLIENTS[name], sample))


def verdicts(interaction: Interaction, laws: Iterable[Law] = LAWS) -> Mapping[str, bool]:
    """Returns whether *interaction* keeps each law that applies to it, by the law's id."""
    return {law: verdict.passed for law, verdict in evaluate_laws(laws, interaction).items()}


def broken(interactions: Iterable[Interaction], laws: Iterable[Law] = LAWS) -> frozenset[str]:
    """Returns the ids of *laws* that any interaction breaks."""
    found = [verdicts(each, laws) for each in interactions]
    return frozenset(law for each in found for law, kept in each.items() if not kept)


def record_calls(names: Collection[str] = ()) -> dict[str, list[Interaction]]:
    """Returns the calls of the clients *names*, or of all; of some also accelerated."""
    chosen = {name: target for name, target in CLIENTS.items() if not names or name in names}
    with Harness(PythonClient("Reference", Reference), VIRTUAL) as harness:
        found = {name: [*runs(harness, name, target)] for name, target in chosen.items()}
    return found | {
        f"{name}, accelerated": [*map(accelerate, found[name])]
        for name in ACCELERATED
        if name in found
    }


COUNTED: Final = (
    *("Reference", "CorrectWithoutLint", "OverASocket", "EnvelopeFails", "KeepsUrls"),
    *("WrapsInData", "AsksAtTheEnd"),
)
"""Clients in whose calls each law applies, and whose verdicts are counted."""

ACCELERATED: Final = ("Reference", "GivesUpOnePollEarly")
"""Clients whose calls are also checked with the intervals of real time."""


def accelerate(interaction: Interaction) -> Interaction:
    """Returns the same call, a thousand times faster."""
    setting = replace(
        interaction.setting,
        poll_interval=interaction.setting.poll_interval / 1000,
        deadline=interaction.setting.deadline / 1000,
    )
    exchanges = tuple(replace(each, at=each.at / 1000) for each in interaction.exchanges)
    return replace(interaction, setting=setting, exchanges=exchanges)
