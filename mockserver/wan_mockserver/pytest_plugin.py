"""Provides fixtures and markers for tests of clients, which pytest loads by itself.

Each test has its own mock server with tasks, journal and ledger, its own clock, which only
the test and its client move, and a fixed seed (default 0). The report of a failed test shows
the exchanges between its client and the mock server.

Every run of pytest loads this module, so it imports only pytest until a fixture is used.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from decimal import Decimal

    from .service import Mock
    from .testing.fake_time import PatchingClock
    from .testing.handles import WanMock, World

SECTION: Final = "wanproof journal"
"""The title of the section in the report of a failed test."""

_MOCK: Final[pytest.StashKey[Mock]] = pytest.StashKey()


def _seed(seed: int) -> Mapping[str, Any]:
    """draw ids, results and chance from SEED"""
    if type(seed) is not int:
        raise ValueError(f"a seed is a whole number, not {seed!r}")
    return {"seed": seed}


def _scenario(name: str) -> Mapping[str, Any]:
    """what happens where nothing else is chosen, such as "rate-limited:3+expired-urls\""""
    return {"scenario": str(name)}


def _lifecycle(how: str) -> Mapping[str, Any]:
    """when tasks end: "at-once", "never", "polls:N" or "seconds:S\""""
    from .scenarios.lifecycle import parse_lifecycle

    return {"lifecycle": parse_lifecycle(str(how))}


def _limits(
    *,
    creates_per_second: int | None = None,
    polls_per_second: int | None = None,
    running_tasks: int | None = None,
    balance: Decimal | str | None = None,
) -> Mapping[str, Any]:
    """what every API key is held to; the balance is in USD"""
    from wan_validators.prices import amount

    from .simulator.rate_limits import Limits

    counts = {
        "creates_per_second": creates_per_second,
        "polls_per_second": polls_per_second,
        "running_tasks": running_tasks,
    }
    for name, count in counts.items():
        if count is not None and (type(count) is not int or count < 0):
            raise ValueError(f"{name} is a whole number from 0 up, not {count!r}")
    try:
        usd = None if balance is None else amount(str(balance))
    except ValueError:
        raise ValueError(f'balance is an amount in USD such as "0.05", not {balance!r}') from None
    return {"limits": Limits(**counts, balance=usd)}


MARKERS: Final[Mapping[str, Callable[..., Mapping[str, Any]]]] = {
    "wan_scenario": _scenario,
    "wan_seed": _seed,
    "wan_lifecycle": _lifecycle,
    "wan_limits": _limits,
}
"""The function that converts the arguments of each marker to options of a simulator."""


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "seed of each test's mock server where no marker wan_seed says another, and of the suite"
    parser.addini("wan_seed", text)
    group = parser.getgroup("wanproof", "a mock server for asynchronous generation APIs")
    group.addoption("--wan-seed", type=int, metavar="N", help=text)


def pytest_configure(config: pytest.Config) -> None:
    for name, read in MARKERS.items():
        config.addinivalue_line("markers", f"{_format_usage(name)}: {read.__doc__}")
    _find_seed(config)


def pytest_report_header(config: pytest.Config) -> str | None:
    seed = _find_seed(config)
    return f"wanproof: seed {seed}" if seed else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    mock = item.stash.get(_MOCK, None)
    if report.failed and mock is not None:
        from .testing.handles import format_journal

        report.sections.append((SECTION, format_journal(mock)))
        del item.stash[_MOCK]
    return report


@pytest.fixture
def wan_clock() -> Iterator[PatchingClock]:
    """A clock that sleeping on it moves, at once; ``patch()`` puts it in place of Python's."""
    from .testing.fake_time import PatchingClock

    clock = PatchingClock()
    yield clock
    clock.restore()


@pytest.fixture
def wan_options() -> Mapping[str, Any]:
    """Override it to give options of ``wan_mockserver.Simulator`` to the mock server.

    Markers are stronger.
    """
    return {}


@pytest.fixture
def _wan_world(
    request: pytest.FixtureRequest, wan_clock: PatchingClock, wan_options: Mapping[str, Any]
) -> Mock:
    """The mock server that all fixtures of one test share."""
    __tracebackhide__ = True
    try:
        from .service import Mock
        from .simulator.simulator import Simulator
    except ModuleNotFoundError as error:
        raise error.with_traceback(None) from None
    options = {"seed": _find_seed(request.config), "clock": wan_clock, **wan_options}
    try:
        simulator = Simulator(**options | _options_of_markers(request.node))
    except ValueError as error:
        raise pytest.UsageError(f"{request.node.nodeid}: {error}") from None
    request.node.stash[_MOCK] = mock = Mock(simulator)
    return mock


@pytest.fixture
def wan_mock(_wan_world: Mock) -> Iterator[WanMock]:
    """The mock server in process: transports and clients of httpx, respx, journal, ledger."""
    __tracebackhide__ = True
    from .testing.handles import WanMock

    try:
        mock = WanMock(_wan_world)
    except ModuleNotFoundError as error:
        raise error.with_traceback(None) from None
    yield mock
    mock.close()


@pytest.fixture
def wan_server(_wan_world: Mock, wan_clock: PatchingClock) -> Iterator[World]:
    """The same mock server on a free port of 127.0.0.1; time-outs and delays are real there."""
    __tracebackhide__ = True
    try:
        from .http.no_proxy import bypass_proxy
        from .http.server import Server
    except ModuleNotFoundError as error:
        raise error.with_traceback(None) from None
    from .testing.handles import World

    server = Server(_wan_world).start()
    with bypass_proxy(server.host):
        yield World(_wan_world, server.url)
    wan_clock.restore()  # the server must not wait for a clock that stands still
    server.stop()


@pytest.fixture
def wan_scenario(_wan_world: Mock) -> Callable[..., None]:
    """Call it with a scenario for the tasks made from now on, or with ``creates=N`` of them."""

    def choose(name: str, creates: int | None = None) -> None:
        __tracebackhide__ = True
        try:
            _wan_world.arm(name, creates)
        except ValueError as error:
            raise error.with_traceback(None) from None

    return choose


def _find_seed(config: pytest.Config) -> int:
    """Returns the seed from the command line or the ini file."""
    option = config.getoption("--wan-seed")
    try:
        return int(config.getini("wan_seed") or 0) if option is None else int(option)
    except ValueError as error:
        raise pytest.UsageError(f"ini option wan_seed: {error}") from None


def _options_of_markers(item: pytest.Item) -> dict[str, Any]:
    """Returns the options of a simulator from the closest marker of each kind."""
    __tracebackhide__ = True
    options: dict[str, Any] = {}
    for name, read in MARKERS.items():
        mark = item.get_closest_marker(name)
        if mark is None:
            continue
        try:
            inspect.signature(read).bind(*mark.args, **mark.kwargs)
            options |= read(*mark.args, **mark.kwargs)
        except (TypeError, ValueError) as error:
            message = f"{item.nodeid}: @pytest.mark.{name}: {error}; usage: {_format_usage(name)}"
            raise pytest.UsageError(message) from None
    return options


def _format_usage(marker: str) -> str:
    """Formats the call of *marker*: ``wan_scenario(name)``."""
    names = inspect.signature(MARKERS[marker]).parameters.values()
    shown = (each.name if each.default is each.empty else f"{each.name}=None" for each in names)
    return f"{marker}({', '.join(shown)})"
