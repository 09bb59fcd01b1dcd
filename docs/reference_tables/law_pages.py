"""A page for each law, with a call that breaks it and one that keeps it.

The calls are made while the pages are built: one by a faulty client of the tests, which
``expected_violations.py`` names, and the same one by a correct client.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

import recorded_runs
from expected_violations import BROKEN
from faulty_clients.broken import CORRECT
from wan_contracts import LAWS, Law
from wan_contracts.cases.case import Case
from wan_contracts.cases.time_profiles import VIRTUAL
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import MONEY_SAFE
from wan_contracts.laws.law import KEPT
from wan_contracts.reporters.descriptions import describe_failure
from wan_contracts.results.report import LawFailure
from wan_contracts.runner.harness import Harness
from wan_contracts.runner.interaction import Interaction
from wan_validators.reporters.markdown_text import format_code, format_code_block

from .markdown import escape, from_docstring

__all__ = ["SHOWN_URL", "LawPages", "replace_files", "write_pages"]

SHOWN_URL: Final = "http://127.0.0.1:8321"
"""The address of the mock server on a page; the real port is another one each time."""

CORRECT_CLIENTS: Final = ("Reference", *CORRECT)

MAX_COMPARED: Final = 3
"""So many calls that break a law are compared; the one with the fewest exchanges is shown."""

MAX_MORE_CALLS: Final = 10
"""So many calls are made after the first one that breaks a law, to find others to compare."""


def write_pages(folder: Path) -> None:
    """Writes the page of each law into *folder*, and removes other pages.

    Raises LookupError if a law has no failing or no passing call.
    """
    with Harness(PythonClient("Reference", recorded_runs.CLIENTS["Reference"]), VIRTUAL) as harness:
        law_pages = LawPages(harness)
        pages = {f"{law.id}.md": law_pages.format_page(law) for law in LAWS}
    replace_files(folder, pages)


def replace_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Makes *folder* contain exactly the pages *texts*, and touches no file that is up to date.

    Another process can build the same pages, so no file is ever incomplete.
    """
    folder.mkdir(exist_ok=True)
    for file in folder.glob("*.md"):
        if file.name not in texts:
            file.unlink(missing_ok=True)
    for name, text in texts.items():
        file = folder / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            draft = folder / f"{name}.{os.getpid()}"
            draft.write_text(text, encoding="utf-8")
            draft.replace(file)


class LawPages:
    """Makes calls with *harness* and formats the pages. Each client makes its calls once."""

    def __init__(self, harness: Harness, broken: Mapping[str, Iterable[str]] = BROKEN) -> None:
        self._harness = harness
        self._broken = {name: frozenset(laws) for name, laws in broken.items()}
        self._made: dict[str, list[Interaction]] = {}
        self._left: dict[str, Iterator[Interaction]] = {}

    def format_page(self, law: Law) -> str:
        """Returns the page of *law*. Raises LookupError if it has no example."""
        faulty, failing, correct, passing = self._find_examples(law)
        money_safe = ", money-safe" if law.id in MONEY_SAFE else ""
        verdict = law.judge(failing)
        assert verdict is not None
        broken = LawFailure(interaction=failing, verdict=verdict, number=1)
        kept = LawFailure(interaction=passing, verdict=KEPT, number=1)
        lines = [
            f"# {law.id}",
            "",
            f"**{law.level.value}{money_safe}.** {escape(law.statement)}",
            "",
            f"* Group: {law.group.value}.",
            f"* Source: {escape(law.source)}.",
            f"* How to fix a client: {escape(law.hint)}.",
            "",
            "## A call that breaks the law",
            "",
            f"{format_code(faulty)}: {_describe_client(faulty)}",
            "",
            *_format_call(broken),
            "## A call that keeps the law",
            "",
            f"{format_code(correct)}: {_describe_client(correct)}",
            "",
            *_format_call(kept),
            "[All laws](../laws.md)",
            "",
        ]
        return "\n".join(lines)

    def _find_examples(self, law: Law) -> tuple[str, Interaction, str, Interaction]:
        """Returns a faulty client with a call that breaks *law*, and a correct one, if possible
        with the same call.
        """
        faulty, failing = self._find_failing(law)
        for correct in CORRECT_CLIENTS:
            for call in failing:
                same = self._make_call(correct, call.case)
                if _judge(law, same):
                    return faulty, call, correct, same
        for correct in CORRECT_CLIENTS:
            for other in self._iter_calls(correct):
                if _judge(law, other):
                    return faulty, failing[0], correct, other
        raise LookupError(f"{law.id} applies to no call of a correct client")

    def _find_failing(self, law: Law) -> tuple[str, list[Interaction]]:
        """Returns a client that breaks few laws, and calls of it, a short one first."""
        faulty = [name for name, laws in self._broken.items() if law.id in laws]
        for name in sorted(faulty, key=lambda name: len(self._broken[name])):
            calls = self._iter_calls(name)
            first = next((call for call in calls if _judge(law, call) is False), None)
            if first is None:
                continue
            more = (call for call in islice(calls, MAX_MORE_CALLS) if _judge(law, call) is False)
            compared = [first, *islice(more, MAX_COMPARED - 1)]
            return name, sorted(compared, key=lambda call: len(call.exchanges))
        raise LookupError(f"no call of {faulty or 'a faulty client'} breaks {law.id}")

    def _make_call(self, name: str, case: Case) -> Interaction:
        with PythonClient(name, recorded_runs.CLIENTS[name]) as client:
            self._harness.client = client
            return self._harness.run(case, 1)

    def _iter_calls(self, name: str) -> Iterator[Interaction]:
        """Yields the calls of the client *name*; makes only those that nobody saw before."""
        made = self._made.setdefault(name, [])
        if name not in self._left:
            target = recorded_runs.CLIENTS[name]
            self._left[name] = recorded_runs.runs(self._harness, name, target)
        yield from made
        for call in self._left[name]:
            made.append(call)
            yield call


def _judge(law: Law, call: Interaction) -> bool | None:
    """Returns whether *call* keeps *law*, or None if the law does not apply to it."""
    verdict = law.judge(call)
    return None if verdict is None else verdict.passed


def _describe_client(name: str) -> str:
    return from_docstring((recorded_runs.CLIENTS[name].__doc__ or "").partition("\n\n")[0])


def _format_call(example: LawFailure) -> Iterator[str]:
    """Yields the payload, the outcome and the exchanges of a call, and why it breaks the law."""
    description = describe_failure(example)
    url = example.interaction.setting.base_url
    if description.reason:
        yield f"**Why:** {escape(description.reason.replace(url, SHOWN_URL))}"
        yield ""
    yield f"Model {format_code(description.model)}, scenario {format_code(description.scenario)}"
    yield ""
    parts: dict[str, Iterable[Any]] = {
        "Payload:": description.payload,
        f"{description.result_title}:": description.result_lines,
        "What the server received"
        + (" (`>` shows the failure):" if example.verdict.entries else ":"): description.transcript,
    }
    for title, lines in parts.items():
        shown = [line.replace(url, SHOWN_URL) for line in lines]
        yield from (title, "", *format_code_block(shown, "text"), "")
