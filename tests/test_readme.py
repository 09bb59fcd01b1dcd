"""Each promise of the README has a test; those without one elsewhere have it here.

The blocks of the README are executed by ``test_docs.py``. Times and sizes are measured by hand.
"""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

import pytest

import wan_contracts
import wan_mockserver
import wan_validators
from wan_mockserver import WanMock
from wan_validators.catalog import models_of, vendors
from wan_validators.cli import main

ROOT: Final = Path(__file__).parents[1]
README: Final = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

PACKAGES: Final = (wan_validators, wan_mockserver, wan_contracts)

PROMISES: Final = {
    "checks payloads against every documented limit": [
        (
            "validators/tests/test_limits.py",
            "test_the_table_has_the_rows_of_the_page_and_no_others",
        ),
    ],
    "`wanproof cost` tells their price": [
        ("validators/tests/cli/test_cli_cost.py", "test_each_payload_and_each_model_has_its_cost"),
    ],
    "does both inside your program, before a create is sent": [
        (
            "validators/tests/guard/test_guard_httpx.py",
            "test_a_create_that_breaks_a_rule_is_not_sent",
        ),
        ("validators/tests/guard/test_guard_httpx.py", "test_the_budget_counts_all_creates"),
    ],
    "It fails on demand": [
        ("mockserver/tests/scenarios/test_seen.py", "test_a_client_sees_what_is_written"),
    ],
    "in ways that a seed repeats": [
        (
            "mockserver/tests/scenarios/test_chaos.py",
            "test_the_same_seed_draws_the_same_in_any_order",
        ),
    ],
    "what a run would cost, and what was paid twice": [
        ("mockserver/tests/test_ledger.py", "test_a_task_is_billed_once_it_succeeded"),
        (
            "mockserver/tests/test_ledger.py",
            "test_an_equal_create_after_a_lost_answer_is_a_duplicate_charge",
        ),
    ],
    "calls your client, in any language, and reports which laws it breaks": [
        (
            "contract_tests/tests/test_adapters.py",
            "test_an_adapter_keeps_every_law_except_its_known_failures",
        ),
    ],
    "with a clock that needs no waiting": [
        (
            "mockserver/tests/plugin/test_clock.py",
            "test_a_client_that_takes_no_clock_times_out_after_a_quarter_of_an_hour",
        ),
    ],
    "record one paid run, replay it for ever, and compare it with the documents": [
        (
            "mockserver/tests/captures/test_capture_recording.py",
            "test_a_recorded_run_can_be_replayed_and_compared",
        ),
    ],
    "It never calls a vendor, except `wanproof capture`": [
        ("tests/test_hostile_files.py", "test_nothing_is_started_and_no_one_is_contacted"),
        ("tests/test_readme.py", "test_only_captures_call_a_vendor"),
    ],
    "it draws images": [
        (
            "mockserver/tests/artefacts/test_artefacts.py",
            "test_a_picture_is_a_png_and_a_film_an_mp4",
        ),
    ],
    "wanproof lists the [ambiguity] and what it chose": [
        (
            "validators/tests/test_limits.py",
            "test_every_known_contradiction_is_recorded_as_a_doubt",
        ),
        ("validators/tests/cli/test_cli_rules.py", "test_text_has_every_rule_and_every_ambiguity"),
    ],
    "in exactly the pinned versions": [
        ("tests/test_pins.py", "test_every_pin_for_this_environment_is_installed_in_its_version"),
    ],
    "On Windows, `wanproof check` rejects a client in a process of its own": [
        (
            "tests/test_windows.py",
            "test_a_client_in_a_process_of_its_own_is_refused_with_what_to_do",
        ),
    ],
    "`pip install .` installs the linter and the guard": [
        ("tests/test_packaging.py", "test_the_wheel_lints_without_any_extra"),
        ("tests/test_extras.py", "test_each_extra_brings_all_that_its_commands_need"),
    ],
    "Without that, videos are silent": [
        ("mockserver/tests/artefacts/test_artefacts.py", "test_without_pyav_a_film_has_one_colour"),
        (
            "mockserver/tests/artefacts/test_films.py",
            "test_a_plain_film_sounds_to_its_end_and_is_silent",
        ),
    ],
    "use any API key": [("tests/test_readme.py", "test_any_key_is_accepted")],
    "[GitHub action and a pre-commit hook]": [
        ("tests/test_ci_files.py", "test_the_hook_lints_the_payloads_of_a_repository"),
        ("tests/test_ci_files.py", "test_the_action_passes_without_findings"),
    ],
}
"""Words of the README, and the tests that show them to be true."""

CLIENT_LIBRARIES: Final = {"httpx", "requests", "urllib.request", "http.client"}
CALLERS: Final = {
    "captures/downloads.py",
    "captures/recorder.py",
    "commands/capture.py",
    # These put the mock server, or a check, into a client that the user has.
    "http/httpx_transport.py",
    "testing/handles.py",
    "guard/guard.py",
    "guard/httpx_transports.py",
    "guard/requests_adapter.py",
}
"""The modules that use a client library."""


@pytest.mark.parametrize("words", PROMISES)
def test_each_promise_has_a_test(words: str) -> None:
    assert words in README
    for file, name in PROMISES[words]:
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), name


def test_only_captures_call_a_vendor() -> None:
    callers = {
        file.relative_to(folder).as_posix()
        for folder in (Path(str(package.__file__)).parent for package in PACKAGES)
        for file in folder.rglob("*.py")
        if CLIENT_LIBRARIES & find_imports(file)
    }

    assert callers == CALLERS


def find_imports(file: Path) -> set[str]:
    """The modules that *file* imports, at any place."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name.removesuffix(".adapters") for each in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).removesuffix(".adapters"))
    return found


@pytest.mark.parametrize("key", ["x", "test", "sk-0123456789abcdef", "a.b_c-d/e+f=", "Bearer"])
def test_any_key_is_accepted(wan_mock: WanMock, key: str) -> None:
    with wan_mock.client(api_key=key) as client:
        for vendor in vendors():
            spec = next(iter(models_of(vendor).values()))
            polled: Any = client.get(spec.poll_path.replace("{task_id}", "unknown"))
            assert polled.status_code not in (401, 403), vendor.name


def test_the_versions_of_python_are_those_of_the_package() -> None:
    [(first, last)] = re.findall(r"need Python (3\.\d+) to (3\.\d+),", README)
    versions = re.findall(r":: (3\.\d+)'", repr(PROJECT["classifiers"]))

    assert (versions[0], versions[-1]) == (first, last)
    assert PROJECT["requires-python"] == f">={first}"


def test_the_licence_is_that_of_the_package() -> None:
    assert f"{PROJECT['license']} licence." in README
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


def find_commands() -> set[str]:
    return {each.name for each in entry_points(group="wanproof.commands")}


def test_each_command_that_is_named_exists() -> None:
    named = set(re.findall(r"`wanproof ([a-z]+)", README))

    assert named
    assert named <= find_commands()


def test_each_command_explains_its_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    for name in find_commands():
        assert main([name, "--help"]) == 0
        assert "\nexit codes" in capsys.readouterr().out, name
