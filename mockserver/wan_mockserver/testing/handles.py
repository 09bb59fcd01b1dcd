"""What a test holds of its mock server, and what is told of it when the test fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from ..clock import Clock
from ..service import Mock
from ..simulator.routing import Action
from ..state.journal import Entry
from ..state.ledger import Ledger
from ..state.tasks import TaskRecord

if TYPE_CHECKING:
    import httpx
    from respx import MockRouter, Route

    from ..admin.verify import ResultJson

__all__ = [
    "KEY",
    "MAX_EXCHANGES_SHOWN",
    "MAX_LINE_CHARACTERS",
    "MAX_NOTES_SHOWN",
    "WanMock",
    "World",
    "format_cost",
    "format_journal",
]

KEY: Final = "wanproof-test-key"
"""The API key of clients made here. Any other is as good, and another tenant's."""

MAX_EXCHANGES_SHOWN: Final = 50
"""Exchanges that are told of when a test fails, the last ones."""

MAX_NOTES_SHOWN: Final = 4
"""Findings of one exchange that are told."""

MAX_LINE_CHARACTERS: Final = 300
"""Characters of a line that are told."""


class World:
    """The mock server of one test. *url* is what a client puts before every path."""

    def __init__(self, mock: Mock, url: str) -> None:
        self.mock = mock
        self.url = url

    @property
    def clock(self) -> Clock:
        return self.mock.clock

    def journal(self) -> list[Entry]:
        """Every exchange until now, the oldest first; of very many, the last ones."""
        return self.mock.journal()

    def requests(self, action: str | None = None) -> list[Entry]:
        """The exchanges of one *action*: ``create``, ``poll`` or ``file``.

        "" stands for requests for what is not served, None for all. Raises ValueError for
        anything else.
        """
        allowed = ["", *(each.value for each in Action)]
        if action is not None and action not in allowed:
            raise ValueError(f"there is no action {action!r}; allowed: {allowed}")
        return [entry for entry in self.journal() if action in (None, entry.action)]

    def tasks(self) -> list[TaskRecord]:
        """The tasks that were accepted, the oldest first, as they stand now."""
        return self.mock.tasks()

    def ledger(self) -> Ledger:
        """What the tasks would have cost until now."""
        return self.mock.ledger()

    def verify(self, **checks: Any) -> None:
        """Asserts what the admin API's ``verify`` can judge: ``verify(creates=1, polls=3)``.

        Raises AssertionError with all verdicts that are false, and ValueError for a check
        that there is not.
        """
        __tracebackhide__ = True
        from ..admin.verify import CheckType, Evidence, judge_checks
        from ..fields import InvalidField

        seen = Evidence(entries=self.journal(), ledger=self.ledger())
        try:
            requested = [CheckType().parse({name: wanted}, "") for name, wanted in checks.items()]
        except InvalidField as error:
            raise error.with_traceback(None) from None
        found = judge_checks(requested, seen)
        broken = [_format_verdict(each) for each in found["results"] if not each["passed"]]
        if broken:
            raise AssertionError("\n".join(broken))


class WanMock(World):
    """A mock server in the test's own process, without a socket.

    A client reaches it by :attr:`transport` or :attr:`async_transport`, as one of the clients
    made here, or, where nothing can be handed to it, because of :attr:`respx`.
    """

    def __init__(self, mock: Mock) -> None:
        from ..http.httpx_transport import BASE_URL, AsyncWanTransport, WanTransport

        super().__init__(mock, BASE_URL)
        self.transport = WanTransport(mock)
        self.async_transport = AsyncWanTransport(mock)
        self._router: MockRouter | None = None

    def client(self, api_key: str = KEY, **options: Any) -> httpx.Client:
        """A client of the server; *options* are those of ``httpx.Client``."""
        import httpx

        return httpx.Client(transport=self.transport, **self._options(api_key, options))

    def async_client(self, api_key: str = KEY, **options: Any) -> httpx.AsyncClient:
        """A client of the server; *options* are those of ``httpx.AsyncClient``."""
        import httpx

        return httpx.AsyncClient(transport=self.async_transport, **self._options(api_key, options))

    @property
    def respx(self) -> MockRouter:
        """A router by which *url* is answered to whatever httpx client there is.

        It works from when it is first asked for until the test ends. Meanwhile no client of
        httpx reaches any other host. Raises ModuleNotFoundError if respx is not installed.
        """
        __tracebackhide__ = True
        if self._router is None:
            from ..http.httpx_transport import mock

            try:
                self._router = mock(self.mock, self.url, assert_all_called=False)
            except ModuleNotFoundError as error:
                raise error.with_traceback(None) from None
            self._router.start()
        return self._router

    def answer_for(self, base_url: str) -> Route:
        """Lets the server answer for the host of *base_url*, too, by way of :attr:`respx`."""
        from ..http.httpx_transport import mount

        return mount(self.respx, self.mock, base_url)

    def close(self) -> None:
        """Stops the router if there is one."""
        if self._router:
            self._router.stop()

    def _options(self, api_key: str, given: dict[str, Any]) -> dict[str, Any]:
        import httpx

        headers = httpx.Headers({"Authorization": f"Bearer {api_key}"})
        headers.update(given.get("headers"))
        return {"base_url": self.url, **given, "headers": headers}


def _format_verdict(result: ResultJson) -> str:
    numbers = ", ".join(f"#{number}" for number in result["entries"])
    shown = f" (see {numbers})" if numbers else ""
    return f"{result['check']}: {result['says']}{shown}"


def format_journal(mock: Mock) -> str:
    """The last exchanges, a line or more for each, and what all would have cost."""
    entries = mock.journal()
    left_out = (
        f", of which these are the last {MAX_EXCHANGES_SHOWN}"
        if len(entries) > MAX_EXCHANGES_SHOWN
        else ""
    )
    seed, scenario = mock.simulator.seed, mock.simulator.default
    lines = [
        f"seed {seed}, scenario {scenario}; exchanges: {len(entries)}{left_out}",
        *(
            line
            for entry in entries[-MAX_EXCHANGES_SHOWN:]
            for line in _lines(entry, entries[0].at)
        ),
        format_cost(mock.ledger()),
    ]
    return "\n".join(map(_escape_line, lines))


def format_cost(ledger: Ledger) -> str:
    """What the run would have cost, in one line."""
    if not ledger.entries:
        return "no task was accepted: nothing would have been billed"
    twice = f", {ledger.duplicate_usd:f} of it twice" if ledger.duplicate_usd else ""
    without = ledger.unknown_prices
    unknown = f", and {without} tasks of unknown price" if without else ""
    awaited = sum(not each.second.billed for each in ledger.duplicate_charges)
    open_ = f"; tasks made twice that are not billed yet: {awaited}" if awaited else ""
    return f"would have cost {ledger.total_usd:f} USD{twice}{unknown}{open_}"


def _lines(entry: Entry, start: float) -> Iterator[str]:
    facts = [
        f"#{entry.number} +{entry.at - start:g}s {entry.method} {entry.path} -> {entry.status}",
        entry.task and f"task={entry.task}",
        entry.state and f"state={entry.state}",
        entry.step and f"step={entry.step!r}",
        _describe_delivery(entry),
        entry.why and f"why: {entry.why}",
    ]
    yield "  ".join(filter(None, facts))
    yield from (f"    {note.line}" for note in entry.findings[:MAX_NOTES_SHOWN])
    if len(entry.findings) > MAX_NOTES_SHOWN:
        yield f"    and {len(entry.findings) - MAX_NOTES_SHOWN} findings more"


def _describe_delivery(entry: Entry) -> str:
    """What became of the answer, if it did not simply arrive."""
    late = f"after {entry.delay:g}s" if entry.delay else ""
    if entry.arrived or not (entry.delivery or entry.task):
        return late
    return f"LOST: {entry.delivery or 'this came in its place'} {late}".rstrip()


def _escape_line(line: str) -> str:
    """*line* without control characters, and not too long."""
    shown = line.encode("unicode_escape").decode()
    return shown if len(shown) <= MAX_LINE_CHARACTERS else f"{shown[: MAX_LINE_CHARACTERS - 1]}…"
