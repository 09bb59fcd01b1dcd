"""Adds ``--wan-lint`` to pytest: it lints every create that a test sends.

Every run of pytest loads this module, so it imports only pytest until the option is used.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from wan_validators.guard.errors import GuardError

__all__ = ["MARKER", "MARKER_HELP"]

MARKER: Final = "wan_no_lint"
MARKER_HELP: Final = "send the creates of this test unchecked"

_BLOCKED: Final[pytest.StashKey[list[GuardError]]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    text = (
        "lint every create that a test sends with httpx or requests; one that breaks a rule is "
        "not sent, and fails the test"
    )
    parser.addini("wan_lint", text, type="bool", default=False)
    group = parser.getgroup("wanproof", "a mock server for asynchronous generation APIs")
    group.addoption("--wan-lint", action="store_true", help=text)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MARKER}: {MARKER_HELP}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    is_on = item.config.getoption("--wan-lint") or item.config.getini("wan_lint")
    if not is_on or item.get_closest_marker(MARKER):
        return (yield)
    from wan_validators.guard.patching import lint_all_creates
    from wan_validators.guard.watch import Watch
    from wan_validators.spec import Severity

    watch = Watch(
        max_cost=None,
        on=Severity.ERROR,
        prices=None,
        allow_unknown_cost=True,
        allow_duplicates=True,
    )
    with lint_all_creates(watch) as blocked:
        item.stash[_BLOCKED] = blocked
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fails a test that passed although a create was blocked: the program hid the error."""
    __tracebackhide__ = True
    result = yield
    for error in item.stash.get(_BLOCKED, []):
        raise error
    return result
