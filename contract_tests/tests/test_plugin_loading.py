"""How pytest finds the plugin of the suite, and which packages it needs."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

import wan_contracts.runner.options  # noqa: F401  (otherwise each run in this process imports it again)
from plugin_runs import CLIENTS, ONE_CALL, PYARGS

pytest_plugins = ["pytester"]


def test_the_plugin_is_found_by_its_entry_point() -> None:
    found = {entry.name: entry.value for entry in entry_points(group="pytest11")}
    assert found.get("wanproof-contracts") == "wan_contracts.pytest_plugin"


def test_the_plugin_imports_nothing_else() -> None:
    code = (
        "import json, sys, pytest\n"
        "before = {*sys.modules}\n"
        "import wan_contracts.pytest_plugin\n"
        "loaded = {*sys.modules} - before - {*sys.stdlib_module_names}\n"
        "print(json.dumps(sorted(loaded)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = ["wan_contracts", "wan_contracts.pytest_options", "wan_contracts.pytest_plugin"]
    assert json.loads(run.stdout) == names


@pytest.mark.parametrize("module", ["werkzeug", "hypothesis"])
def test_a_missing_extra_is_one_sentence(
    module: str, pytester: pytest.Pytester, few_plugins: None
) -> None:
    pytester.makeconftest(f"import sys; sys.modules[{module!r}] = None")
    pytester.makepyfile(client=CLIENTS, test_it="def test_it(wan_report): pass")
    result = pytester.runpytest_subprocess("--wan-client=client.py:Reference", *ONE_CALL)
    message = f'wanproof: {module} is not installed; get it with: pip install "wanproof[contract]"'
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.stdout.lines.count(message) == 1
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize(
    ("module", "before"),
    [("werkzeug", "E   ModuleNotFoundError"), ("hypothesis", "wanproof")],
)
def test_a_missing_extra_is_named_at_collection_or_setup(
    module: str, before: str, pytester: pytest.Pytester, few_plugins: None
) -> None:
    pytester.makeconftest(f"import sys; sys.modules[{module!r}] = None")
    result = pytester.runpytest_subprocess(*PYARGS)
    message = f'{module} is not installed; get it with: pip install "wanproof[contract]"'
    result.stdout.fnmatch_lines([f"{before}: {message.replace('[', '[[]')}"])
