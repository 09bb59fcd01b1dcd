"""The suite as tests of pytest's: options and fixtures; pytest loads them with wanproof.

``pytest --pyargs wan_contracts --wan-client my_client.py:Client`` runs it as it is installed.
To run it with the tests of a repository, a module there imports the test, and its conftest.py
or the module itself overrides ``wan_client``::

    import pytest
    from wan_contracts.suite import test_law

    @pytest.fixture(scope="session")
    def wan_client():
        return MyClient

This module loads in every run of pytest, so it imports nothing but pytest and its options
until a fixture is used.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final

import pytest

import wan_contracts.pytest_options as options  # `from .` would ask for a lazy export

from .pytest_options import find_client_spec, parse_check_options, report_usage_errors

if TYPE_CHECKING:
    from .clients import Client
    from .results.replay import ClientSpec
    from .results.report import ContractReport
    from .runner.runner import RunPlan

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
    """A law that SHOULD be kept is broken. As an error it fails the law's test."""


_SUMMARY_LINES: Final[pytest.StashKey[dict[str, list[str]]]] = pytest.StashKey()
"""What the end of the run tells of each module with the suite in it."""

_SETUP_FAILURES: Final[pytest.StashKey[dict[str, str]]] = pytest.StashKey()
"""The first test of each module that could not get its report."""


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_SUMMARY_LINES] = {}
    config.stash[_SETUP_FAILURES] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """One error says enough, where each of the laws would have the same."""
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
    in_vain = report.when == "setup" and report.failed and module not in stash[_SUMMARY_LINES]
    if in_vain and _uses_report(item):
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
    told = config.stash[_SUMMARY_LINES]
    if told:
        terminalreporter.write_sep("=", "wanproof")
    for lines in told.values():
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def wan_client(request: pytest.FixtureRequest) -> Any:
    """The client under test: override it, in the scope of the session or of a module.

    It is an object with ``generate(model, payload)``, a factory that is called with the Setting
    of a call and returns one, the place of either as for --wan-client, or a Client of
    ``wan_contracts.clients``.
    """
    __tracebackhide__ = True
    with report_usage_errors():
        return find_client_spec(request.config)


@pytest.fixture(scope="session")
def wan_plan(request: pytest.FixtureRequest) -> RunPlan:
    """What is asked of the client: override it, in the scope of the session or of a module."""
    __tracebackhide__ = True
    with report_usage_errors():
        from .runner.options import build_plan

        who = find_client_spec(request.config)
        return build_plan(
            parse_check_options(request.config), once=who is not None and who.form == "command"
        )


# A session's fixture would hand the report on to a module that overrides the client.
@pytest.fixture(scope="module")
def wan_report(
    request: pytest.FixtureRequest, wan_client: Any, wan_plan: RunPlan
) -> ContractReport:
    """The Report on the client; the run takes place when it is first asked for in a module."""
    __tracebackhide__ = True
    from pathlib import Path

    with report_usage_errors():
        from .commands.options import DEFAULT_REPLAY_FOLDER
        from .runner.options import read_known_failures, run_plan

        client, who = _resolve_client(wan_client)
        borne = read_known_failures(parse_check_options(request.config).expect)
        report = run_plan(
            client, wan_plan, borne, client_spec=who, folder=Path(DEFAULT_REPLAY_FOLDER)
        )
    if report.interrupted:
        raise KeyboardInterrupt
    request.config.stash[_SUMMARY_LINES][request.node.nodeid] = _format_summary(report)
    return report


def _resolve_client(given: Any) -> tuple[Client, ClientSpec | None]:
    """The client that the fixture stands for, and how it is named if a replay can find it."""
    from wan_validators.command import UsageError

    from .clients.python_client import PythonClient
    from .commands import client_selection
    from .results.replay import ClientSpec

    if given is None:
        raise UsageError(
            "no client is named: give --wan-client path/to/client.py:Client, or --wan-command for "
            "one in another language, or override the fixture wan_client"
        )
    who = ClientSpec(form="python", argv=(given,)) if isinstance(given, str) else given
    if isinstance(who, ClientSpec):
        return client_selection.create_client(who), who
    if hasattr(given, "in_process"):
        return given, None
    kind = given if hasattr(given, "__qualname__") else type(given)
    return PythonClient(f"{kind.__module__}:{kind.__qualname__}", given), None


def _format_summary(report: ContractReport) -> list[str]:
    from wan_validators.reporters.excerpt import escape_controls

    from .reporters import descriptions

    return [
        escape_controls(f"{report.client}, profile {report.profile}"),
        *(f"  {descriptions.format_coverage(part)}" for part in report.coverage),
        f"  {descriptions.format_summary(report)}",
        "  The same seed makes the same calls again, --wan-seed N others.",
    ]


def _find_module_id(item: pytest.Item) -> str:
    module = item.getparent(pytest.Module)
    return "" if module is None else module.nodeid


def _uses_report(item: pytest.Item) -> bool:
    return "wan_report" in getattr(item, "fixturenames", ())
