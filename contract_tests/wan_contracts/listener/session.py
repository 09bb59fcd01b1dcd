"""A listening run: hands out cases, takes outcomes, and judges what was received."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Event
from time import monotonic
from typing import Final

from wan_mockserver.http.errors import AdminError
from wan_mockserver.http.messages import Request
from wan_mockserver.service import Mock
from wan_validators.messages.formatting import clip, format_count
from wan_validators.spec import ModelSpec

from ..laws import NEED_OUTCOME, Law
from ..protocol.outcome import Outcome, OutcomeKind
from ..protocol.validation import InvalidDocument
from ..results.known_failures import mark_known_failures
from ..results.report import ContractReport, LawResult
from ..runner.aggregation import Aggregator, evaluate_laws
from .calls import CallTable, ListenedCall
from .origins import OriginPolicy

__all__ = ["ListeningSession", "RunSettings", "StatusJson"]

CLIENT_NAME: Final = "the clients of --listen"

NO_OUTCOME_REASON: Final = "it needs an outcome, and none was reported"

MAX_SHOWN_STRAYS: Final = 3
"""The most requests of no case that a report names."""


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """What a report needs to know of the run. *known* has the reasons of known failures."""

    specs: Sequence[ModelSpec]
    laws: Sequence[Law]
    scenarios: Sequence[str]
    profile: str
    seed: int
    known: Mapping[str, str]
    narrowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusJson:
    """The numbers of cases: all, handed out, called, and judged in the report so far.

    *outcomes* counts reported outcomes, and *strays* requests that belong to no case. After
    *finished* no case is handed out.
    """

    cases: int
    handed_out: int
    called: int
    settled: int
    outcomes: int
    strays: int
    finished: bool


class ListeningSession:
    """Holds the state of one run; safe under threads."""

    def __init__(
        self, mock: Mock, calls: Sequence[ListenedCall], settings: RunSettings, policy: OriginPolicy
    ) -> None:
        self.mock = mock
        self.table = CallTable(calls, mock)
        self.policy = policy
        self._settings = settings
        self._lock = self.table.lock
        self._declined: set[str] = set()
        self._strays: dict[str, None] = {}
        self._stray_count = 0
        self._started_at = self.last_activity_at = monotonic()
        self.finished = Event()
        """Is set when no more cases are handed out."""
        self.is_over = False
        """If True, no more requests are expected, and all calls are judged."""

    def hand_out(self) -> ListenedCall | None:
        """Returns the next case that nobody has; None if there is none, or the run is over."""
        with self._lock:
            left = (call for call in self._iter_open_calls() if not call.is_handed_out)
            call = None if self.finished.is_set() else next(left, None)
            if call is not None:
                self.note_activity()
                call.is_handed_out = True
            return call

    def find_call(self, text: str) -> ListenedCall:
        """Returns the call of case *text*. Raises AdminError if there is none."""
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
        if not 1 <= number <= len(self.table.calls):
            message = f"there is no case {clip(text)}; cases: 1 to {len(self.table.calls)}"
            raise AdminError(message, 404)
        return self.table.calls[number - 1]

    def report_outcome(self, call: ListenedCall, outcome: Outcome) -> None:
        """Stores the *outcome* of *call*. Raises InvalidDocument if there is another one."""
        with self._lock:
            self.note_activity()
            if call.outcome not in (None, outcome):
                assert call.outcome
                raise InvalidDocument(
                    f"case {call.number} has the outcome {call.outcome.kind} already, and a case "
                    "has one outcome; report another call as another case"
                )
            call.outcome = outcome
            call.is_handed_out = True
            if outcome.kind is OutcomeKind.UNSUPPORTED:
                self._declined.add(call.case.model_id)

    def note_activity(self) -> None:
        """Restarts the time after which an idle run ends."""
        self.last_activity_at = monotonic()

    def note_stray(self, request: Request) -> None:
        """Counts a request that belongs to no case."""
        with self._lock:
            self._stray_count += 1
            if len(self._strays) < MAX_SHOWN_STRAYS:
                self._strays[clip(f"{request.method} {request.path}")] = None

    def status(self) -> StatusJson:
        with self._lock:
            calls = self.table.calls
            return StatusJson(
                cases=len(calls),
                handed_out=sum(call.is_handed_out for call in calls),
                called=sum(call.is_called for call in calls),
                settled=sum(call.is_settled(self.mock) for call in calls),
                outcomes=sum(call.outcome is not None for call in calls),
                strays=self._stray_count,
                finished=self.finished.is_set(),
            )

    def is_busy(self) -> bool:
        """Returns True if requests of a called case are still expected."""
        with self._lock:
            return any(
                call.is_called and not call.is_settled(self.mock) for call in self.table.calls
            )

    def is_complete(self) -> bool:
        """Returns True if no case is left: each was handed out or called, or its model declined."""
        with self._lock:
            return all(call.is_handed_out for call in self._iter_open_calls())

    def build_report(self) -> ContractReport:
        """Judges the calls that have ended, and reports which laws they keep."""
        settings, aggregator = self._settings, Aggregator(self._settings.laws)
        with self._lock:
            running = 0
            for call in self.table.calls:
                if call.is_settled(self.mock) or (self.is_over and call.is_called):
                    interaction = call.build_interaction(self.mock)
                    aggregator.add(interaction, evaluate_laws(settings.laws, interaction))
                else:
                    running += call.is_called
            results = [*map(self._complete, aggregator.results())]
            notes = [*self._iter_notes(running), *_iter_repeat_notes(results)]
        return ContractReport(
            client=CLIENT_NAME,
            profile=settings.profile,
            seed=settings.seed,
            cases=aggregator.cases,
            unsupported=aggregator.unsupported,
            seconds=monotonic() - self._started_at,
            results=mark_known_failures(results, settings.known),
            coverage=aggregator.coverage(settings.specs, settings.scenarios),
            models=[spec.id for spec in settings.specs],
            notes=notes,
            narrowed=settings.narrowed,
        )

    def _iter_open_calls(self) -> Iterator[ListenedCall]:
        return (call for call in self.table.calls if call.case.model_id not in self._declined)

    def _complete(self, result: LawResult) -> LawResult:
        """Adds the number of the failing case, or why the law was not judged."""
        failure = result.failure
        if failure is not None:
            number = self.table.find_number(failure.interaction.setting.api_key)
            return replace(result, failure=replace(failure, number=number))
        has_outcome = any(call.outcome for call in self.table.calls)
        if result.judged or has_outcome or result.law.id not in NEED_OUTCOME:
            return result
        return replace(result, reason=NO_OUTCOME_REASON)

    def _iter_notes(self, running: int) -> Iterator[str]:
        calls = self.table.calls
        left = sum(not call.is_handed_out for call in calls)
        unused = sum(call.is_handed_out and not call.is_called for call in calls)
        silent = sum(call.is_called and call.outcome is None for call in calls)
        unjudged = sum(law.id in NEED_OUTCOME for law in self._settings.laws)
        if left:
            yield f"Not handed out: {left} of {format_count(len(calls), 'case')}."
        if unused:
            yield f"Not judged: {format_count(unused, 'case')} without any request or outcome."
        if running:
            yield f"Not judged: {format_count(running, 'call')} that had not ended."
        if silent and unjudged:
            yield (
                f"Without an outcome, {unjudged} of {len(self._settings.laws)} laws are not "
                f"judged; this is so for {format_count(silent, 'call')}."
            )
        if self._stray_count:
            strays = format_count(self._stray_count, "request")
            places = ", ".join(self._strays)
            yield f"Not judged: {strays} without the API key of a case, such as {places}."
        for origin in self.policy.refused:
            yield f"Pages of {origin} were refused; --origin {origin} allows them."


def _iter_repeat_notes(results: Sequence[LawResult]) -> Iterator[str]:
    """Yields the command that repeats each failing case."""
    for result in results:
        if result.failure:
            case = result.failure.interaction.case
            yield (
                f"Repeat {result.law.id}: wanproof check --listen --model {case.model_id} "
                f"--scenario {case.scenario} --law {result.law.id}"
            )
