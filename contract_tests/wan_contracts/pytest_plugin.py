"""The pytest plugin of the suite, with its options and fixtures.

``pytest --pyargs wan_contracts --wan-client my_client.py:Client`` runs the installed suite.
To run it with the tests of a repository, a test module imports ``test_law``. The module or its
conftest.py overrides ``wan_client``::

    import pytest
    from wan_contracts.suite import test_law

    @pytest.fixture(scope="session")
    def wan_client():
        return MyClient

This module loads in every run of pytest. Until a fixture is used, it imports only pytest and
its options.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final

import pytest

import wan_contracts.pytest_options as options  # `from .` would load a lazy export

from .pytest_options import find_client_spec, parse_check_options, report_usage_errors

if TYPE_CHECKING:
    from .clients import Client
    from .results.replay import ClientSpec
    from .results.report import ContractReport
    from .runner.run_plan import RunPlan

__all__ = [
    "LawWarning",
    "pytest_addoption",
    "pytest_configure",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
    "wan_client",
    "wan_plan",
    "wan_report",
]


class LawWarning(UserWarning):
    """A client breaks a SHOULD law. As an error, it fails the test."""


_SUMMARY_LINES: Final[pytest.StashKey[dict[str, list[str]]]] = pytest.StashKey()
"""The summary of each test module with the suite."""

_SETUP_FAILURES: Final[pytest.StashKey[dict[str, str]]] = pytest.StashKey()
"""The first test of each module whose report failed."""


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_SUMMARY_LINES] = {}
    config.stash[_SETUP_FAILURES] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test if the report failed for an earlier test of its module."""
    first = item.config.stash[_SETUP_FAILURES].get(_find_module_id(item))
    if first is not None and _uses_report(item):
        pytest.skip(f"the suite could not run; see the error of {first}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    module = _find_module_id(item)
    stash = item.config.stash
    is_setup_failure = (
        report.when == "setup" and report.failed and module not in stash[_SUMMARY_LINES]
    )
    if is_setup_failure and _uses_report(item):
        stash[_SETUP_FAILURES].setdefault(module, item.name)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:  # a worker of xdist
        output[__name__] = session.config.stash[_SUMMARY_LINES]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[_SUMMARY_LINES].update(getattr(node, "workeroutput", {}).get(__name__, {}))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    summaries = config.stash[_SUMMARY_LINES]
    if summaries:
        terminalreporter.write_sep("=", "wanproof")
    for lines in summaries.values():
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def wan_client(request: pytest.FixtureRequest) -> Any:
    """The client under test. Override it with the scope session or module.

    It is an object with ``generate(model, payload)``, or a factory of such objects that takes the
    Setting of a call. It can also be the place of either as for --wan-client, or a Client of
    ``wan_contracts.clients``.
    """
    __tracebackhide__ = True
    with report_usage_errors():
        return find_client_spec(request.config)


@pytest.fixture(scope="session")
def wan_plan(request: pytest.FixtureRequest) -> RunPlan:
    """The plan of the run. Override it with the scope session or module."""
    __tracebackhide__ = True
    with report_usage_errors():
        from .runner.options import build_plan

        client_spec = find_client_spec(request.config)
        once = client_spec is not None and client_spec.form == "command"
        return build_plan(parse_check_options(request.config), once=once)


# With the scope session, a module that overrides the client would get another client's report.
@pytest.fixture(scope="module")
def wan_report(
    request: pytest.FixtureRequest, wan_client: Any, wan_plan: RunPlan
) -> ContractReport:
    """The ContractReport on the client. Its first use in a module starts the run."""
    __tracebackhide__ = True
    from pathlib import Path

    with report_usage_errors():
        from .commands.options import DEFAULT_REPLAY_FOLDER
        from .runner.options import read_known_failures, run_plan

        client, client_spec = _resolve_client(wan_client)
        known_failures = read_known_failures(parse_check_options(request.config).expect)
        folder = Path(DEFAULT_REPLAY_FOLDER)
        report = run_plan(client, wan_plan, known_failures, client_spec=client_spec, folder=folder)
    if report.interrupted:
        raise KeyboardInterrupt
    request.config.stash[_SUMMARY_LINES][request.node.nodeid] = _format_summary(report)
    return report


def _resolve_client(value: Any) -> tuple[Client, ClientSpec | None]:
    """Returns the client of the fixture, and its spec if a replay can create it."""
    from wan_validators.command import UsageError

    from .clients.python_client import PythonClient
    from .commands import client_selection
    from .results.replay import ClientSpec

    if value is None:
        raise UsageError(
            "no client is named: add --wan-client path/to/client.py:Client, or --wan-command for a "
            "client in another language, or override the fixture wan_client"
        )
    client_spec = ClientSpec(form="python", argv=(value,)) if isinstance(value, str) else value
    if isinstance(client_spec, ClientSpec):
        return client_selection.create_client(client_spec), client_spec
    if hasattr(value, "in_process"):
        return value, None
    kind = value if hasattr(value, "__qualname__") else type(value)
    return PythonClient(f"{kind.__module__}:{kind.__qualname__}", value), None


def _format_summary(report: ContractReport) -> list[str]:
    from wan_validators.reporters.excerpt import escape_controls

    from .reporters import descriptions

    return [
        escape_controls(f"{report.client}, profile {report.profile}"),
        *(f"  {descriptions.format_coverage(part)}" for part in report.coverage),
        f"  {descriptions.format_summary(report)}",
        "  The same seed repeats these calls; --wan-seed N makes other calls.",
    ]


def _find_module_id(item: pytest.Item) -> str:
    module = item.getparent(pytest.Module)
    return "" if module is None else module.nodeid


def _uses_report(item: pytest.Item) -> bool:
    return "wan_report" in getattr(item, "fixturenames", ())
