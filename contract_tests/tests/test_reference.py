"""Tests the reference clients and the adapters in scenarios with faults."""

from __future__ import annotations

import asyncio
import gc
import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from reference_payloads import DEADLINE, EDIT, INTERVAL, End, failed
from representative_models import THOROUGH
from wan_contracts.cases.case import Setting
from wan_contracts.protocol.outcome import Outcome, OutcomeKind
from wan_mockserver.artefacts.cache import Artefacts
from wan_mockserver.http.httpx_transport import BASE_URL, AsyncWanTransport, WanTransport
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.testing.fake_time import PatchingClock
from wan_validators.catalog import model

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HERE = Path(__file__).parents[1]


IN_PROCESS = (
    "tests/faulty_clients/reference.py:Reference",
    "tests/faulty_clients/reference.py:AsyncReference",
)


ADAPTERS = ("httpx_sync", "httpx_async", "requests_client", "aiohttp_client")


CLIENTS = (*IN_PROCESS, *(f"adapters/{name}.py:client" for name in ADAPTERS))


SEAART = "adapters/seaart.py:client"


CONTENT = [{"text": "night"}, {"image": "https://example.com/in.png"}]


MESSAGES = {"messages": [{"role": "user", "content": CONTENT}]}


PAYLOADS: dict[str, dict[str, Any]] = {
    "wan2.5-i2i-preview": EDIT,
    "wan26_i2i": {
        "model": "wan26_i2i",
        "input": MESSAGES,
        "parameters": {"size": "768*768", "n": 1},
    },
}


drawn = Artefacts()
"""Shared: the same seed gives the same pictures, and drawing them is slow."""


def factory(place: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[Setting], Any]:
    """Loads the object FILE:NAME like the suite does."""
    path, _, name = place.partition(":")
    file = HERE / path
    monkeypatch.syspath_prepend(str(file.parent))
    spec = spec_from_file_location(file.stem, file)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Callable[[Setting], Any] = getattr(module, name)
    return made


@dataclass
class Called:
    """Holds one call that has ended."""

    outcome: Outcome
    mock: Mock
    clock: PatchingClock
    peers: set[str]

    def times(self, action: str) -> list[float]:
        return [entry.at for entry in self.mock.journal() if entry.action == action]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Called]]:
    """Makes one call of a client in a scenario, in process or over a socket."""
    with ExitStack() as ends:

        def made(
            place: str, scenario: str = "ok", model_id: str = "wan2.5-i2i-preview", **n: int
        ) -> Called:
            clock, peers = PatchingClock(), set[str]()
            mock = Mock(Simulator(clock=clock, scenario=scenario, artefacts=drawn))
            transports: dict[str, Any] = {}
            if place in IN_PROCESS:
                url = BASE_URL
                transports = {
                    "transport": WanTransport(mock),
                    "async_transport": AsyncWanTransport(mock),
                }
            else:
                url = ends.enter_context(Server(watched(create_app(mock), peers))).url
            setting = Setting(
                base_url=url,
                api_key="a-key",
                vendor=model(model_id).vendor.name,
                model=model_id,
                poll_interval=INTERVAL,
                deadline=DEADLINE,
                timeout=30.0,
                **transports,
            )
            make = factory(place, monkeypatch)
            with clock.patch():
                outcome = finished(make(setting), model_id, asking(model_id, **n))
            return Called(outcome, mock, clock, peers)

        yield made


def watched(app: WSGIApplication, peers: set[str]) -> WSGIApplication:
    """Wraps *app* to add the client address of each connection to *peers*."""

    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        peers.add(environ["REMOTE_PORT"])
        return app(environ, start)

    return application


def asking(model_id: str, n: int = 1) -> dict[str, Any]:
    payload = PAYLOADS[model_id]
    if "parameters" in payload:
        return {**payload, "parameters": {**payload["parameters"], "n": n}}
    return {**payload, "n": n}


def finished(client: Any, model_id: str, payload: Any) -> Outcome:
    """Returns the report of *client*, whether it blocks or awaits."""
    if not inspect.iscoroutinefunction(client.generate):
        outcome: Outcome = client.generate(model_id, payload)
        if hasattr(client, "close"):
            client.close()
        return outcome

    async def call() -> Outcome:
        outcome: Outcome = await client.generate(model_id, payload)
        if hasattr(client, "aclose"):
            await client.aclose()
        return outcome

    return asyncio.run(call())


def refused(status: int, code: str) -> End:
    return End(OutcomeKind.REFUSED, status=status, code=code, known=False, files=0, tasks=0)


UNKNOWN = End(OutcomeKind.GAVE_UP, known=False, files=0)


SCENARIOS = {
    "ok": End(),
    "unknown-status": End(),
    "upper-case": End(),
    "other-vocabulary": End(),
    "not-found-yet": End(),
    "slow": End(),
    "stuck": End(OutcomeKind.GAVE_UP, says="900 seconds", files=0),
    "accept-lost": UNKNOWN,
    "accept-502": End(OutcomeKind.GAVE_UP, status=502, known=False, files=0),
    "accept-500": End(OutcomeKind.GAVE_UP, status=500, code="0", known=False, files=0),
    "accept-408": End(OutcomeKind.GAVE_UP, status=408, known=False, files=0),
    "accept-524": End(OutcomeKind.GAVE_UP, status=524, known=False, files=0),
    "empty-202": End(OutcomeKind.GAVE_UP, status=202, known=False, files=0),
    "html-page": End(OutcomeKind.GAVE_UP, status=200, known=False, files=0, tasks=0),
    "truncated-body": UNKNOWN,
    "garbage": UNKNOWN,
    "redirect": End(OutcomeKind.REFUSED, status=307, known=False, files=0, tasks=0),
    "http-302": End(OutcomeKind.REFUSED, status=302, known=False, files=0, tasks=0),
    "http-413": End(OutcomeKind.REFUSED, status=413, known=False, files=0, tasks=0),
    "rate-limited": End(creates=3),
    "rate-limited-date": End(creates=3),
    "rate-limited-bare": End(creates=3),
    "http-401": refused(401, "0"),
    "http-402": refused(402, "0"),
    "poll-401": End(OutcomeKind.GAVE_UP, says="Invalid API Key", files=0),
    "poll-502": End(),
    "poll-524": End(),
    "poll-503-retry-after": End(),
    "poll-reset-before": End(),
    "poll-reset-midway": End(),
    "poll-truncated-body": End(),
    "poll-garbage": End(),
    "poll-html-page": End(),
    "poll-redirect": End(),
    "poll-rate-limited-date": End(),
    "fail-3001": failed("3001", "Task Execution Error"),
    "moderated": failed("3001", "moderation"),
    "fail-without-error": failed(None, "without a message"),
    "as-recorded": End(),
    "as-recorded+fail-3001": failed("3001", "Task Execution Error"),
    "null-members": End(),
    "null-members+moderated": failed("3001", "moderation"),
    "empty-members": End(),
    "extra-members": End(),
    "no-results": failed(None, "no result"),
    "empty-results": failed(None, "no result"),
    "expired-urls": End(files=0),
    "download-502": End(),
    "download-truncated": End(),
    "download-reset-midway": End(),
    "download-html-page": End(files=0),
    "download-wrong-type": End(),
    "download-empty": End(files=0),
    "download-octet-stream": End(),
    "download-xml-page": End(files=0),
    "signed-urls": End(),
    "unsorted-names": End(),
}


def draw_pairs() -> list[tuple[str, str]]:
    """Returns each scenario with two of the clients, in turn; with all in ``make thorough``."""
    count = len(CLIENTS) if THOROUGH else 2
    step = len(CLIENTS) // count
    return [
        (scenario, CLIENTS[(first + step * each) % len(CLIENTS)])
        for first, scenario in enumerate(SCENARIOS)
        for each in range(count)
    ]


@pytest.mark.parametrize(("scenario", "place"), draw_pairs())
def test_a_call_ends_as_its_scenario_defines(
    place: str, scenario: str, call: Callable[..., Called]
) -> None:
    end = SCENARIOS[scenario]

    made = call(place, scenario)

    outcome = made.outcome
    assert (outcome.kind, outcome.status, outcome.code) == (end.kind, end.status, end.code)
    assert end.says in (outcome.message or "")
    tasks = [task.id for task in made.mock.tasks()]
    assert (len(made.times("create")), len(tasks)) == (end.creates, end.tasks)
    assert outcome.task_id == (tasks[0] if end.known else None)
    assert sum(output.sha256 is not None for output in outcome.outputs) == end.files
    assert outcome.partial is end.partial
    assert outcome.spent_usd is None


@pytest.mark.parametrize("place", CLIENTS)
class TestEachClient:
    def test_uses_its_deadline_to_the_end(self, place: str, call: Callable[..., Called]) -> None:
        made = call(place, "stuck")
        polls = made.times("poll")
        assert len(polls) == DEADLINE / INTERVAL
        assert polls[-1] == made.times("create")[0] + DEADLINE

    def test_polls_once_per_interval_in_every_scenario(
        self, place: str, call: Callable[..., Called]
    ) -> None:
        polls = call(place, "poll-reset-before:2+poll-502:2+poll-rate-limited").times("poll")
        gaps = [later - earlier for earlier, later in pairwise(polls)]
        assert gaps == [INTERVAL] * 8

    @pytest.mark.parametrize("scenario", ["rate-limited", "rate-limited-date"])
    def test_obeys_retry_after(
        self, place: str, scenario: str, call: Callable[..., Called]
    ) -> None:
        first, second, third = call(place, scenario).times("create")
        assert (second - first, third - second) == (2.0, 2.0)

    def test_reports_the_price_and_the_bytes(self, place: str, call: Callable[..., Called]) -> None:
        made = call(place, model_id="wan26_i2i")
        assert made.outcome.spent_usd == made.mock.ledger().total_usd
        [output] = made.outcome.outputs
        assert output.url
        with httpx.Client(transport=WanTransport(made.mock)) as other:
            served = other.get(output.url).content
        assert output.length == len(served)
        assert output.sha256 == type(output).of("image", served).sha256

    def test_reports_the_code_of_a_failed_task(
        self, place: str, call: Callable[..., Called]
    ) -> None:
        outcome = call(place, "fail-001021096", model_id="wan26_i2i").outcome
        assert (outcome.kind, outcome.code) == (OutcomeKind.FAILED, "001021096")

    def test_reports_a_partial_success(self, place: str, call: Callable[..., Called]) -> None:
        outcome = call(place, "partial", n=2).outcome
        assert (outcome.partial, len(outcome.outputs)) == (True, 1)

    def test_keeps_texts_between_images(self, place: str, call: Callable[..., Called]) -> None:
        outcome = call(place, "interleaved", model_id="wan26_i2i").outcome
        kinds = [output.kind for output in outcome.outputs]
        assert kinds[:2] == ["text", "image"]
        assert all(output.text for output in outcome.outputs if output.kind == "text")

    def test_keeps_texts_and_prices_as_they_are(
        self, place: str, call: Callable[..., Called]
    ) -> None:
        name = "odd-texts+odd-costs+split-output+progress-full"
        made = call(place, name, model_id="wan26_i2i", n=2)
        texts = [output.text for output in made.outcome.outputs if output.kind == "text"]
        assert texts == [
            "  Zwölf Boxkämpfer — «ça» … Привет!\n",
            "\t山水画：第二幅图。\u00a0\U0001f304 ",
        ]
        assert str(made.outcome.spent_usd) == "0.054822"
        assert made.mock.ledger().total_usd == made.outcome.spent_usd

    def test_sends_nothing_that_is_not_allowed(
        self, place: str, call: Callable[..., Called]
    ) -> None:
        made = call(place, model_id="wan26_i2i", n=9)
        assert (made.outcome.kind, made.outcome.code) == (OutcomeKind.NOT_SENT, "001021011")
        assert made.mock.journal() == []

    def test_uses_one_connection(self, place: str, call: Callable[..., Called]) -> None:
        made = call(place, "slow")
        assert len(made.times("poll")) == 60
        assert len(made.peers) == (place not in IN_PROCESS)

    def test_sends_its_key_only_to_the_api(self, place: str, call: Callable[..., Called]) -> None:
        made = call(place)
        [file] = [entry for entry in made.mock.journal() if entry.action == "file"]
        assert "authorization" not in {name.lower() for name in file.sent.headers}
        assert not any("a-key" in entry.path for entry in made.mock.journal())


# The SDK leaves the responses to refused requests open, for the garbage collector to find.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
class TestSeaart:
    @pytest.fixture(autouse=True)
    def collect(self) -> Iterator[None]:
        yield
        gc.collect()

    def test_returns_urls_and_the_price(self, call: Callable[..., Called]) -> None:
        made = call(SEAART, model_id="wan26_i2i")
        [output] = made.outcome.outputs
        assert (made.outcome.kind, output.kind, output.sha256) == (
            OutcomeKind.COMPLETED,
            "image",
            None,
        )
        assert output.url
        assert made.outcome.spent_usd == made.mock.ledger().total_usd
        assert made.times("file") == []

    def test_uses_the_clock_of_the_suite(self, call: Callable[..., Called]) -> None:
        made = call(SEAART, "stuck", model_id="wan26_i2i")
        assert (made.outcome.kind, made.clock.elapsed) == (OutcomeKind.GAVE_UP, DEADLINE)
        assert made.outcome.task_id == made.mock.tasks()[0].id

    @pytest.mark.parametrize(
        ("scenario", "kind", "status"),
        [
            ("fail-001021096", OutcomeKind.FAILED, None),
            ("http-401", OutcomeKind.REFUSED, 401),
            ("accept-lost", OutcomeKind.GAVE_UP, None),
            ("poll-502", OutcomeKind.GAVE_UP, None),
        ],
    )
    def test_reports_what_the_sdk_raises(
        self, scenario: str, kind: OutcomeKind, status: int | None, call: Callable[..., Called]
    ) -> None:
        outcome = call(SEAART, scenario, model_id="wan26_i2i").outcome
        assert (outcome.kind, outcome.status, outcome.code) == (kind, status, None)

    def test_reports_what_it_does_not_support(self, call: Callable[..., Called]) -> None:
        assert call(SEAART).outcome.kind is OutcomeKind.UNSUPPORTED
