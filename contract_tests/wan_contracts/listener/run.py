"""Runs a listening check: chooses the cases, serves them, and waits for the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from wan_mockserver.artefacts.cache import Artefacts
from wan_mockserver.assertions.verdict import Verdict
from wan_mockserver.clock import RealClock
from wan_mockserver.control import HOSTS
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import wsgi
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.catalog import list_default_models
from wan_validators.command import UsageError
from wan_validators.messages.formatting import format_count
from wan_validators.spec import ModelSpec

from ..cases.case import Case
from ..cases.random_cases import Batch, draw_batches
from ..cases.systematic import MAX_PAYLOAD_CHARS, iter_systematic_cases
from ..cases.time_profiles import TimeProfile
from ..protocol.outcome import OutcomeKind
from ..protocol.schemas import build_validator
from ..results.report import ContractReport
from ..runner.harness import SmallArtefacts
from ..runner.pace import find_laws_without_time
from ..runner.random_search import RandomSearch
from ..runner.run_plan import RunPlan, find_possible_scenarios, is_wanted
from .calls import SETTLING_GRACE_S, create_calls
from .origins import OriginPolicy
from .service import ListeningService
from .session import ListeningSession, RunSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from hypothesis.strategies import SearchStrategy

    from ..clients import Client

__all__ = ["ListenAddress", "listen"]

TICK_S: Final = 0.1
"""Seconds between two looks at whether the run is over."""

DRAIN_TIMEOUT_S: Final = 5.0
"""Seconds to wait at the end until the last responses are sent."""


@dataclass(frozen=True, kw_only=True)
class ListenAddress:
    """Where a run listens, and who may call it.

    *base_url* is the URL by which clients reach the server, if it is not the address itself.
    Pages of *origins* may call it, and pages of this machine.
    """

    host: str
    port: int
    base_url: str | None = None
    origins: Sequence[str] = ()


class _RemoteClient:
    """Stands for clients of another process, which need real time."""

    in_process = False


Announce = Callable[[str, int], None]
"""Is called when the server listens, with its base URL and the number of cases."""


def listen(
    plan: RunPlan,
    address: ListenAddress,
    known: Mapping[str, str],
    *,
    idle_s: float,
    announce: Announce,
) -> ContractReport:
    """Serves the cases of *plan* until the run ends, and reports which laws were kept.

    The run ends after a request to finish, after *idle_s* seconds without a request if all cases
    were called, after the seconds of the plan, and at a keyboard interrupt. Raises UsageError if
    the address cannot be used, and if no case was selected or called.
    """
    specs = plan.specs or list_default_models()
    time_profile = plan.choose_time_profile(cast("Client", _RemoteClient))
    cases = _choose_cases(plan, specs, time_profile)
    policy = OriginPolicy(address.origins)
    mock = _create_mock(plan, time_profile, address)
    service: ListeningService

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return wsgi(service)(environ, start_response)

    server = _create_server(application, address)
    base_url = (address.base_url or server.url).rstrip("/")
    settings = RunSettings(
        specs=specs,
        laws=[law for law in plan.laws if law.id not in find_laws_without_time(time_profile)],
        scenarios=find_possible_scenarios(plan, specs, time_profile),
        profile=plan.profile,
        seed=plan.seed,
        known=known,
        narrowed=bool(plan.scenarios),
    )
    calls = create_calls(cases, time_profile, base_url, plan.seed)
    session = ListeningSession(mock, calls, settings, policy)
    service = ListeningService(session)
    build_validator("outcome")  # it takes long, and the first outcome would wait for it
    with server, suppress(KeyboardInterrupt):
        announce(base_url, len(calls))
        _wait_for_end(session, plan.seconds, idle_s)
        _wait_for_calls(session, time_profile.deadline + SETTLING_GRACE_S)
        session.is_over = True
        server.drain(DRAIN_TIMEOUT_S)
    report = session.build_report()
    if not (report.cases - report.unsupported):
        raise UsageError(_describe_no_calls(report, len(calls)))
    return report


def _choose_cases(
    plan: RunPlan, specs: Sequence[ModelSpec], time_profile: TimeProfile
) -> list[Case]:
    """Returns the systematic cases of *plan*, then random ones. Raises UsageError for none."""
    systematic = iter_systematic_cases(specs, time_profile, everywhere=False, edges=not plan.brief)
    chosen = [
        case
        for case in systematic
        if is_wanted(case, plan, time_profile) and _is_small(case.payload)
    ]
    if not chosen:
        message = "none of the chosen scenarios applies to a chosen model; see --model"
        raise UsageError(f"no case was selected: {message}")
    if plan.scenarios or not plan.examples:
        return chosen
    return chosen + _draw_cases(plan, draw_batches(tuple(specs), time_profile))


def _is_small(payload: Any) -> bool:
    """Returns True if any network transports *payload* within the time-out of a request."""
    return len(json.dumps(payload)) <= MAX_PAYLOAD_CHARS


def _draw_cases(plan: RunPlan, batches: SearchStrategy[Batch]) -> list[Case]:
    """Returns the random cases that a search without any failure draws."""
    drawn: list[Case] = []

    def collect(case: Case, counted: bool) -> dict[str, Verdict]:  # noqa: FBT001
        drawn.extend([case] * counted)
        return {}

    search = RandomSearch(batches, collect, plan.seed)
    search.run(lambda: len(drawn) < plan.examples, set())
    return drawn


def _create_mock(plan: RunPlan, time_profile: TimeProfile, address: ListenAddress) -> Mock:
    simulator = Simulator(
        seed=plan.seed,
        clock=RealClock(),
        lifecycle=Polls(1),
        scenarios=Scenarios(time_profile.scenarios),
        artefacts=Artefacts() if plan.full_size else SmallArtefacts(),
        listener=lambda _: None,
    )
    own = urlsplit(address.base_url or "").hostname
    return Mock(simulator, hosts=[*filter(None, (address.host, own)), *HOSTS])


def _create_server(application: WSGIApplication, address: ListenAddress) -> Server:
    """Raises UsageError if the address cannot be used."""
    try:
        return Server(application, address.host, address.port)
    except OSError as error:
        reason = error.strerror or error
        message = f"cannot listen at port {address.port} of {address.host}: {reason}"
        raise UsageError(f"{message}; choose another --listen HOST:PORT, or port 0") from error


def _wait_for_end(session: ListeningSession, seconds: float | None, idle_s: float) -> None:
    """Waits for a request to finish, the time limit, or a pause after the last case."""
    started_at = monotonic()
    while not session.finished.wait(TICK_S):
        now = monotonic()
        is_idle = now - session.last_activity_at > idle_s and session.is_complete()
        if is_idle or (seconds is not None and now - started_at > seconds):
            session.finished.set()


def _wait_for_calls(session: ListeningSession, max_seconds: float) -> None:
    """Waits for calls that have begun. A client without an end is judged after *max_seconds*."""
    until = monotonic() + max_seconds
    while session.is_busy() and monotonic() < until:
        sleep(TICK_S)


def _describe_no_calls(report: ContractReport, cases: int) -> str:
    if report.unsupported:
        return (
            f"no call could be checked: {OutcomeKind.UNSUPPORTED.value!r} was reported for every "
            "case; choose other models with --model"
        )
    notes = " ".join(report.notes)
    return (
        f"no request had the API key of one of the {format_count(cases, 'case')}, so nothing could "
        f"be checked. {notes}"
    ).rstrip()
