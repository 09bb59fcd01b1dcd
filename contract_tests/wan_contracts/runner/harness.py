"""Runs a client under test against a mock server, one isolated call at a time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from time import monotonic
from types import ModuleType, TracebackType
from typing import Any, Final, Self
from zlib import crc32

from wan_mockserver.artefacts.cache import Artefacts
from wan_mockserver.artefacts.plain_films import mp4
from wan_mockserver.artefacts.plan import Artefact, Film, Picture
from wan_mockserver.clock import Clock, RealClock
from wan_mockserver.http.httpx_transport import AsyncWanTransport, WanTransport
from wan_mockserver.http.no_proxy import bypass_proxy
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import wsgi
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.service import Mock
from wan_mockserver.simulator.auth import identify_caller
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.testing.fake_time import PatchingClock, find_bound_modules

from ..cases.case import Case, Setting
from ..cases.time_profiles import TimeProfile
from ..clients import Client
from .interaction import ClientError, ClientErrorKind, Interaction, ObservedExchange
from .late_responses import is_late
from .recording_proxy import KEY_PREFIX, RecordedExchange, RecordingProxy

__all__ = ["Harness", "SmallArtefacts"]

MAX_DISTINCT_PICTURES = 64
"""Number of different pictures; more would take time and find nothing more."""


CALL_ALLOWANCES: Final = 3
"""Number of requests of a call that may each take longer because its payload is large."""


class SmallArtefacts(Artefacts):
    """Draws small files, which is fast. The behaviour of a client does not depend on the size.

    The pictures of one task differ from each other.
    """

    def bytes_of(self, artefact: Artefact) -> bytes:
        if isinstance(artefact, Film):
            return mp4(Film(16, 16, seconds=1, fps=2, audio=False, seed=artefact.seed))
        return super().bytes_of(Picture(16, 16, seed=artefact.seed % MAX_DISTINCT_PICTURES))


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
        self._proxy = RecordingProxy(self.mock)
        self._server = Server(wsgi(self._proxy))
        self._transports = self._build_transports() if client.in_process else {}

    def run(self, case: Case, number: int) -> Interaction:
        """Runs call *number* with *case*, and returns the recorded interaction.

        The seed of the mock depends only on the case, so a repeated case gets the same faults
        and results.
        """
        started_at = monotonic()
        self.mock.reset(seed=crc32(case.canonical_json.encode()))
        allowance = self.time_profile.compute_allowance(len(case.canonical_json))
        setting = self._build_setting(case, f"{KEY_PREFIX}{number:x}.", allowance)
        max_polls = int(1.5 * setting.deadline / setting.poll_interval)
        self._proxy.begin(setting.api_key, case.scenario, setting.deadline, max_polls)
        call_timeout = self.time_profile.call_timeout + CALL_ALLOWANCES * allowance
        with self._patch_clock():
            result = self.client.call(setting, case.payload, number, call_timeout)
        recorded = self._proxy.end()
        if self._proxy.runaway_message:
            result = ClientError(kind=ClientErrorKind.RUNAWAY, message=self._proxy.runaway_message)
        tenant = identify_caller(f"Bearer {setting.api_key}").tenant
        tasks = self.mock.tasks(tenant)
        return Interaction(
            case=case,
            setting=setting,
            client_result=result,
            exchanges=self._build_exchanges(recorded, setting.timeout),
            tasks=tuple(tasks),
            ledger=self.mock.ledger(tenant, tasks),
            seconds=monotonic() - started_at,
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

    def _patch_clock(self) -> AbstractContextManager[object]:
        if self._patching is None:
            return nullcontext()
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
