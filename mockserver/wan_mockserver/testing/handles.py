"""Gives a test access to its mock server, and formats the journal if the test fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from wan_validators.messages.formatting import format_count, format_seconds, format_usd

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
"""The API key of clients made here. Any other key is accepted and is another tenant."""

MAX_EXCHANGES_SHOWN: Final = 50
"""The number of last exchanges that are shown when a test fails."""

MAX_NOTES_SHOWN: Final = 4
"""The number of findings that are shown for one exchange."""

MAX_LINE_CHARACTERS: Final = 300
"""The number of characters that are shown of a line."""


class World:
    """The mock server of one test. *url* is the base URL for a client."""

    def __init__(self, mock: Mock, url: str) -> None:
        self.mock = mock
        self.url = url

    @property
    def clock(self) -> Clock:
        return self.mock.clock

    def journal(self) -> list[Entry]:
        """Returns the exchanges that the journal keeps, the oldest first."""
        return self.mock.journal()

    def requests(self, action: str | None = None) -> list[Entry]:
        """Returns the exchanges of one *action*: ``create``, ``poll`` or ``file``.

        "" stands for requests to unknown paths, None for all. Raises ValueError for any
        other action.
        """
        allowed = ["", *(each.value for each in Action)]
        if action is not None and action not in allowed:
            raise ValueError(f"there is no action {action!r}; allowed: {allowed}")
        return [entry for entry in self.journal() if action in (None, entry.action)]

    def tasks(self) -> list[TaskRecord]:
        """Returns the accepted tasks in their current state, the oldest first."""
        return self.mock.tasks()

    def ledger(self) -> Ledger:
        """Returns what the tasks would have cost until now."""
        return self.mock.ledger()

    def verify(self, **checks: Any) -> None:
        """Asserts checks of the admin API's ``verify``: ``verify(creates=1, polls=3)``.

        Raises AssertionError with every failed check, and ValueError for an unknown check.
        """
        __tracebackhide__ = True
        from wan_validators.field_types import InvalidField

        from ..admin.verify import CheckType, Evidence, evaluate_checks

        seen = Evidence(self.journal, self.ledger)
        try:
            requested = [CheckType().parse({name: wanted}, "") for name, wanted in checks.items()]
        except InvalidField as error:
            raise error.with_traceback(None) from None
        found = evaluate_checks(requested, seen)
        broken = [_format_verdict(each) for each in found["results"] if not each["passed"]]
        if broken:
            raise AssertionError("\n".join(broken))


class WanMock(World):
    """A mock server in the test's own process, without a socket.

    Use :meth:`client` or :meth:`async_client`, or pass :attr:`transport` or
    :attr:`async_transport` to a client. For a client that accepts neither, use :attr:`respx`.
    """

    def __init__(self, mock: Mock) -> None:
        from ..http.httpx_transport import BASE_URL, AsyncWanTransport, WanTransport

        super().__init__(mock, BASE_URL)
        self.transport = WanTransport(mock)
        self.async_transport = AsyncWanTransport(mock)
        self._router: MockRouter | None = None

    def client(self, api_key: str = KEY, **options: Any) -> httpx.Client:
        """Returns a client of the server; *options* are those of ``httpx.Client``."""
        import httpx

        return httpx.Client(transport=self.transport, **self._options(api_key, options))

    def async_client(self, api_key: str = KEY, **options: Any) -> httpx.AsyncClient:
        """Returns a client of the server; *options* are those of ``httpx.AsyncClient``."""
        import httpx

        return httpx.AsyncClient(transport=self.async_transport, **self._options(api_key, options))

    @property
    def respx(self) -> MockRouter:
        """A router that answers every httpx client at *url*.

        It is active from its first use until the test ends. In this time no httpx client
        reaches any other host. Raises ModuleNotFoundError if respx is not installed.
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
        """Makes the server answer for the host of *base_url* too, with :attr:`respx`."""
        from ..http.httpx_transport import mount

        return mount(self.respx, self.mock, base_url)

    def close(self) -> None:
        """Stops the router if it was used."""
        if self._router:
            self._router.stop()

    def _options(self, api_key: str, options: dict[str, Any]) -> dict[str, Any]:
        import httpx

        headers = httpx.Headers({"Authorization": f"Bearer {api_key}"})
        headers.update(options.get("headers"))
        return {"base_url": self.url, **options, "headers": headers}


def _format_verdict(result: ResultJson) -> str:
    numbers = ", ".join(f"#{number}" for number in result["entries"])
    shown = f" (see {numbers})" if numbers else ""
    return f"{result['check']}: {result['says']}{shown}"


def format_journal(mock: Mock) -> str:
    """Formats the last exchanges, and what the whole run would have cost."""
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
            for line in _format_entry(entry, entries[0].at)
        ),
        format_cost(mock.ledger()),
    ]
    return "\n".join(map(_escape_line, lines))


def format_cost(ledger: Ledger) -> str:
    """Formats in one line what the run would have cost."""
    if not ledger.entries:
        return "no task was accepted: nothing would have been billed"
    twice = f", {format_usd(ledger.duplicate_usd)} of it twice" if ledger.duplicate_usd else ""
    tasks = format_count(ledger.unknown_prices, "task")
    unknown = f", and {tasks} of unknown price" if ledger.unknown_prices else ""
    awaited = sum(not each.second.billed for each in ledger.duplicate_charges)
    open_ = f"; tasks made twice that are not billed yet: {awaited}" if awaited else ""
    more = format_usd(ledger.owed_usd)
    owed = f"; {more} still owed if {ledger.owed_condition}" if ledger.owed_tasks else ""
    return f"would have cost {format_usd(ledger.total_usd)}{twice}{unknown}{owed}{open_}"


def _format_entry(entry: Entry, start: float) -> Iterator[str]:
    facts = [
        f"#{entry.number} +{entry.at - start:g}s {entry.method} {entry.target} -> {entry.status}",
        entry.task and f"task={entry.task}",
        entry.state and f"state={entry.state}",
        entry.step and f"step={entry.step!r}",
        _describe_delivery(entry),
        entry.why and f"why: {entry.why}",
    ]
    yield "  ".join(filter(None, facts))
    yield from (f"    {note.line}" for note in entry.findings[:MAX_NOTES_SHOWN])
    more = len(entry.findings) - MAX_NOTES_SHOWN
    if more > 0:
        yield f"    and {format_count(more, 'more finding')}"


def _describe_delivery(entry: Entry) -> str:
    """Describes the delivery of the response if it was not normal."""
    late = f"after {format_seconds(entry.delay)}" if entry.delay else ""
    if entry.arrived or not (entry.delivery or entry.task):
        return late
    return f"LOST: {entry.delivery or 'this came in its place'} {late}".rstrip()


def _escape_line(line: str) -> str:
    """Escapes control characters in *line* and shortens it."""
    shown = line.encode("unicode_escape").decode()
    return shown if len(shown) <= MAX_LINE_CHARACTERS else f"{shown[: MAX_LINE_CHARACTERS - 1]}…"
