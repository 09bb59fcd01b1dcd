"""Runs a client under test against a mock server, one isolated call at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from copy import deepcopy
from dataclasses import replace
from functools import cache
from time import monotonic
from types import ModuleType, TracebackType
from typing import Any, Final, Self

from wan_mockserver.artefacts.cache import Artefacts
from wan_mockserver.artefacts.plain_films import mp4
from wan_mockserver.artefacts.plan import Artefact, Film, Picture
from wan_mockserver.clock import Clock, RealClock
from wan_mockserver.http.httpx_transport import AsyncWanTransport, WanTransport
from wan_mockserver.http.no_proxy import bypass_proxy
from wan_mockserver.http.server import Server
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.service import Mock
from wan_mockserver.simulator.auth import identify_caller
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.testing.fake_time import PatchingClock, find_bound_modules
from wan_validators.command import UsageError
from wan_validators.messages.formatting import format_seconds

from ..cases.case import Case, Setting
from ..cases.time_profiles import TimeProfile
from ..clients import Client, PlannedCall
from ..protocol.outcome import Outcome
from .idle_time import measure_idle_seconds
from .interaction import ClientError, ClientErrorKind, Interaction, ObservedExchange
from .late_responses import is_late
from .recording_proxy import KEY_PREFIX, RecordedCall, RecordedExchange, RecordingProxy

__all__ = ["Harness", "SmallArtefacts"]

MAX_DISTINCT_FILES: Final = 64
"""Number of different pictures, and of films; more would take time and find nothing more."""

IDLE_GRACE_S: Final = 0.5
"""Real seconds for which a call may wait in addition to one request."""


CALL_ALLOWANCES: Final = 3
"""Number of requests of a call that may each take longer because its payload is large."""


class SmallArtefacts(Artefacts):
    """Draws small files, which is fast. The behaviour of a client does not depend on the size.

    The pictures of one task differ from each other.
    """

    def bytes_of(self, artefact: Artefact) -> bytes:
        seed = artefact.seed % MAX_DISTINCT_FILES
        if isinstance(artefact, Film):
            return _draw_film(seed)
        return _draw_picture(seed)


@cache
def _draw_picture(seed: int) -> bytes:
    from wan_mockserver.artefacts.pictures import plain_png  # loaded late, as Pillow is large

    return plain_png(Picture(16, 16, seed=seed))


@cache
def _draw_film(seed: int) -> bytes:
    return mp4(Film(16, 16, seconds=1, fps=2, audio=False, seed=seed))


class Harness:
    """Runs calls of *client* against a mock server of its own. Used with ``with``.

    The server listens at a loopback address. With *full_size*, files have the size and
    duration that the payload requests.
    """

    def __init__(
        self, client: Client, time_profile: TimeProfile, *, full_size: bool = False
    ) -> None:
        self.client = client
        self.time_profile = time_profile
        self._patching = PatchingClock() if client.in_process and time_profile.is_virtual else None
        self.mock = Mock(
            Simulator(
                clock=self._choose_clock(),
                lifecycle=Polls(1),
                scenarios=Scenarios(time_profile.every_scenario),
                artefacts=Artefacts() if full_size else SmallArtefacts(),
                listener=lambda _: None,
            )
        )
        self._binding: list[ModuleType] | None = None
        self._proxy = RecordingProxy(self.mock, small_files=not full_size)
        self._server = Server(self._proxy)
        self._transports = self._build_transports() if client.in_process else {}

    def run(self, case: Case, number: int) -> Interaction:
        """Runs call *number* with *case*, and returns the recorded interaction.

        The seed of the mock depends only on the case, so a repeated case gets the same faults
        and results.
        """
        return self._run([case], number)[0]

    def run_together(self, cases: Sequence[Case], number: int) -> list[Interaction]:
        """Runs a call for each of *cases* at the same time, and returns them in this order.

        Their numbers begin with *number*. Each call has its own API key.
        """
        together = tuple(cases)
        return [
            replace(_hide_peers(each), together=together) for each in self._run(together, number)
        ]

    def run_in_flight(self, case: Case, number: int) -> Interaction:
        """Runs call *number* while other threads run other calls; only in real time."""
        interaction = self._record([case], number)[0]
        self.mock.reset(identify_caller(f"Bearer {interaction.setting.api_key}").tenant)
        return _hide_peers(interaction)

    def _run(self, cases: Sequence[Case], number: int) -> list[Interaction]:
        self.mock.reset(seed=sum(case.seed for case in cases))
        idle_before = measure_idle_seconds()
        with self._patch_clock(len(cases)):
            interactions = self._record(cases, number)
        if self._patching and not self._patching.elapsed:
            self._check_idle_time(measure_idle_seconds() - idle_before)
        return interactions

    def _check_idle_time(self, seconds: float) -> None:
        """Raises UsageError if the client has waited *seconds* although no time has passed."""
        # A request may wait in real time, and nothing else if the clock is virtual.
        if seconds > self.time_profile.timeout + IDLE_GRACE_S:
            raise UsageError(
                f"a call of the client waited for {format_seconds(round(seconds, 1))} of real "
                "time without time.sleep, asyncio.sleep, or a time-out of threading.Event or "
                "asyncio, so the clock of the suite stood still; add --real-time"
            )

    def _record(self, cases: Sequence[Case], number: int) -> list[Interaction]:
        """Makes the calls and records them."""
        started_at = monotonic()
        allowances = [self.time_profile.compute_allowance(case.size_chars) for case in cases]
        settings = [
            self._build_setting(case, f"{KEY_PREFIX}{nth:x}.", allowance)
            for nth, (case, allowance) in enumerate(zip(cases, allowances, strict=True), number)
        ]
        recordings = [
            self._begin(case, setting) for case, setting in zip(cases, settings, strict=True)
        ]
        planned = [
            # A client may change the payload; laws compare with the original.
            PlannedCall(setting, deepcopy(case.payload), nth, self._build_end_listener(recording))
            for nth, (case, setting, recording) in enumerate(
                zip(cases, settings, recordings, strict=True), number
            )
        ]
        results = self._call_client(planned, CALL_ALLOWANCES * max(allowances))
        seconds = (monotonic() - started_at) / len(cases)
        return [
            self._build_interaction(*each, seconds=seconds)
            for each in zip(cases, settings, recordings, results, strict=True)
        ]

    def _begin(self, case: Case, setting: Setting) -> RecordedCall:
        max_polls = int(1.5 * setting.deadline / setting.poll_interval)
        return self._proxy.begin(setting.api_key, case.scenario, setting.deadline, max_polls)

    def _build_end_listener(self, recording: RecordedCall) -> Callable[[], bool]:
        """Returns a function to call when the client has reported its outcome.

        It returns True if the client may still send something about a task.
        """

        def listen() -> bool:
            if self._patching and not recording.has_outcome:
                self._patching.waiters.calls -= 1
            recording.has_outcome = True
            return any(each.request.method == "POST" for each in recording.exchanges)

        return listen

    def _call_client(
        self, planned: Sequence[PlannedCall], allowance: float
    ) -> Sequence[Outcome | ClientError]:
        timeout = self.time_profile.call_timeout + allowance
        if len(planned) == 1:
            setting, payload, number, listen = planned[0]
            return [self.client.call(setting, payload, number, timeout, listen)]
        return self.client.call_together(planned, timeout)

    def _build_interaction(
        self,
        case: Case,
        setting: Setting,
        recording: RecordedCall,
        result: Outcome | ClientError,
        *,
        seconds: float,
    ) -> Interaction:
        recorded = self._proxy.end(recording)
        if recording.runaway_message:
            result = ClientError(kind=ClientErrorKind.RUNAWAY, message=recording.runaway_message)
        tasks = self.mock.tasks(recording.tenant)
        return Interaction(
            case=case,
            setting=setting,
            client_result=result,
            exchanges=self._build_exchanges(recorded, setting.timeout),
            tasks=tuple(tasks),
            ledger=self.mock.ledger(recording.tenant, tasks),
            seconds=seconds,
        )

    def renew_client(self) -> None:
        """Makes the next call use a client without any state of earlier calls."""
        self.client.renew()
        self._binding = None  # the modules that it loads anew

    def _choose_clock(self) -> Clock | None:
        return self._patching or (RealClock() if not self.time_profile.is_virtual else None)

    def _build_transports(self) -> Mapping[str, Any]:
        return {
            "transport": WanTransport(self._proxy),
            "async_transport": AsyncWanTransport(self._proxy),
        }

    def _build_setting(self, case: Case, api_key: str, allowance: float) -> Setting:
        return Setting(
            base_url=self._server.url,
            api_key=api_key,
            vendor=case.spec.vendor.name,
            model=case.model_id,
            poll_interval=self.time_profile.interval_for(case.spec),
            deadline=self.time_profile.deadline
            + (0 if self.time_profile.is_virtual else allowance),
            timeout=self.time_profile.timeout + allowance,
            **self._transports,
        )

    def _patch_clock(self, calls: int) -> AbstractContextManager[object]:
        if self._patching is None:
            return nullcontext()
        self._patching.waiters.calls = calls
        if self._binding is None:
            self._binding = find_bound_modules()
        return self._patching.patch(*self._binding)

    def _build_exchanges(
        self, recorded: list[RecordedExchange], timeout: float
    ) -> tuple[ObservedExchange, ...]:
        entries = {entry.number: entry for entry in self.mock.journal()}
        return tuple(
            ObservedExchange(
                request=each.request,
                response=each.response,
                entry=entries[each.response.entry],
                at=each.at,
                peer=each.request.peer,
                is_late=is_late(each, timeout),
                after_outcome=each.after_outcome,
            )
            # They were recorded in the order of the responses.
            for each in sorted(recorded, key=lambda each: each.response.entry)
            if each.response.entry in entries
        )

    def __enter__(self) -> Self:
        with ExitStack() as entered:
            entered.enter_context(bypass_proxy(self._server.host))
            entered.enter_context(self._server)
            entered.enter_context(self.client)
            self._entered = entered.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._entered.__exit__(kind, error, trace)


def _hide_peers(interaction: Interaction) -> Interaction:
    """Returns a call of several at once without its connections, which calls may share."""
    exchanges = tuple(replace(each, peer="") for each in interaction.exchanges)
    return replace(interaction, exchanges=exchanges)
