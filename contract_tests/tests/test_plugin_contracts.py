"""The suite in the pytest runs of its users."""

from __future__ import annotations

import json
import re
import shlex
import sys
from functools import cache
from pathlib import Path

import pytest

import wan_contracts.runner.options  # noqa: F401  (otherwise each run in this process imports it again)
from plugin_runs import HERE, ONE_CALL, OURS, PLAIN_CALL, PYARGS, Run
from wan_contracts.clients.loading import load
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import LAWS, MONEY_SAFE
from wan_contracts.runner.run_plan import RunPlan
from wan_contracts.runner.runner import check
from wan_validators.catalog import model
from wan_validators.cli import main

pytest_plugins = ["pytester"]


@cache
def count_judged() -> int:
    """Returns the number of laws that apply to that call."""
    place = f"{HERE / 'faulty_clients' / 'reference.py'}:Reference"
    specs = (model("wan2.5-i2i-preview"),)
    plan = RunPlan(specs=specs, scenarios=("fail-3001",), examples=0, brief=True)
    report = check(PythonClient(place, load(place)), plan)
    assert report.cases == 1
    return sum(result.judged for result in report.results)


def outcomes(result: pytest.RunResult) -> dict[str, int]:
    found = result.parseoutcomes()
    assert sum(count for name, count in found.items() if "warning" not in name) == len(LAWS)
    return found


def count_skipped() -> int:
    return len(LAWS) - count_judged()


def errors(result: pytest.RunResult) -> list[str]:
    return [line for line in result.stdout.lines if line.startswith("wanproof: ")]


@pytest.mark.parametrize("package", ["wan_contracts", "wan_contracts.suite"])
def test_the_installed_package_has_one_test_for_each_law(package: str, run: Run) -> None:
    result = run("--pyargs", package, "--collect-only", "-q")
    found = [line.rpartition("::")[2] for line in result.stdout.lines if "::" in line]
    assert found == [f"test_law[{law.id}]" for law in LAWS]
    result.stdout.no_fnmatch_line("*= wanproof =*")


def test_a_correct_client_passes_with_a_summary(run: Run) -> None:
    passed, skipped = count_judged(), count_skipped()
    result = run.on("Reference", "--wan-seed", "5")
    assert outcomes(result) == {"passed": passed, "skipped": skipped}
    assert result.ret == 0
    result.stdout.re_match_lines(
        [
            r"=+ wanproof =+",
            r"client\.py:Reference, profile full",
            r"  rules 0 of \d+; missed: .+",
            r"  codes 1 of \d+; missed: .+",
            r"  scenarios 1 of 1",
            rf"  {len(LAWS)} laws: {passed} pass, {skipped} skipped; 1 case in .+; seed 5",
            r"  The same seed repeats these calls; --wan-seed N makes other calls\.",
        ],
        consecutive=True,
    )


@pytest.mark.parametrize("given", ["AsyncReference", "lambda setting: Reference(setting)"])
def test_a_client_can_be_asynchronous_or_from_a_factory(given: str, run: Run) -> None:
    Path("test_ours.py").write_text(_dedent(OURS.format(scope="session", client=given)))
    assert outcomes(run(*ONE_CALL)) == {"passed": count_judged(), "skipped": count_skipped()}


def test_a_broken_law_fails_with_all_details(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    result = run.on("DropsTheCode")
    assert outcomes(result) == {
        "passed": count_judged() - 1,
        "failed": 1,
        "skipped": count_skipped(),
    }
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.re_match_lines(
        [
            r"_+ test_law\[code-told\] _+",
            r"MUST: The outcome has the vendor's error code of a rejected request or a failed .+\.",
            r"why: the vendor's error code is 3001, but the outcome has None",
            r"model: .*wan2\.5-i2i-preview",
            r"scenario: fail-3001 \(.+\)",
            r"payload:",
            r'  "prompt": .+',
            r"The client reported:",
            r'  "outcome": "failed",',
            r"what the server received \(> shows the failure\):",
            r"  #1 \+0s create",
            r"> #3 \+20s poll",
            r"replay: wanproof replay \.wanproof/code-told\.json --trust",
            r"hint: .+",
            r"docs: https://.+/reference/laws/code-told\.html",
        ]
    )
    result.stdout.no_re_match_line(r".*\.py:\d+|E  .*|Traceback.*")
    capsys.readouterr()
    assert main(["replay", ".wanproof/code-told.json", "--trust"]) == 1
    assert "client.py:DropsTheCode" in Path(".wanproof/code-told.json").read_text()
    assert main(["replay", ".wanproof/code-told.json", "--client", "client.py:Reference"]) == 0


def test_a_run_in_which_no_call_completes_fails(run: Run) -> None:
    result = run(*PYARGS, "--wan-client", "client.py:Resigns", *PLAIN_CALL)
    result.stdout.re_match_lines([r"_+ test_law\[answers\] _+", r"No call completed, so .+"])


def test_a_client_without_a_place_has_no_replay(run: Run) -> None:
    Path("test_ours.py").write_text(_dedent(OURS.format(scope="module", client="DropsTheCode")))
    result = run(*ONE_CALL)
    assert outcomes(result)["failed"] == 1
    result.stdout.no_fnmatch_line("replay: *")
    result.stdout.fnmatch_lines(["client:DropsTheCode, profile full"])
    assert not Path(".wanproof").exists()


def test_a_broken_should_law_warns(run: Run) -> None:
    result = run.on("PollsLate", "-W", "default::wan_contracts.pytest_plugin.LawWarning")
    assert outcomes(result) == {"passed": count_judged(), "skipped": count_skipped(), "warnings": 1}
    result.stdout.re_match_lines(
        [
            r".+test_law\[first-poll\]",
            r".+: LawWarning: .+ .+",
            r"  hint: .+",
            r"  replay: wanproof replay \.wanproof/first-poll\.json --trust",
        ]
    )


def test_a_warning_as_an_error_fails_with_all_details(run: Run) -> None:
    result = run.on("PollsLate")
    assert outcomes(result) == {
        "passed": count_judged() - 1,
        "failed": 1,
        "skipped": count_skipped(),
    }
    result.stdout.re_match_lines([r"SHOULD: .+", "why: .+", "payload:", "replay: .+", "hint: .+"])
    result.stdout.no_re_match_line(r".*\.py:\d+|E  .*|Traceback.*")


def test_a_known_failure_is_expected_and_a_fixed_one_fails(run: Run) -> None:
    Path("known.toml").write_text(
        '[code-told]\nreason = "Ours takes texts."\n[answers]\nreason = "It crashes at times."\n'
    )
    result = run.on("DropsTheCode", "--wan-expect", "known.toml", "-rx")
    expected = {"passed": count_judged() - 2, "failed": 1, "xfailed": 1, "skipped": count_skipped()}
    assert outcomes(result) == expected
    result.stdout.re_match_lines(
        [
            r"_+ test_law\[answers\] _+",
            r"no call broke the law, but .+: It crashes at times\.. Remove its entry .+\.",
            r"XFAIL .+test_law\[code-told\] - Ours takes texts\.",
        ]
    )


def test_each_module_checks_its_own_client(run: Run) -> None:
    """A conftest.py names a client for all modules, and one module overrides it."""
    conftest = OURS.format(scope="session", client='"client.py:Reference"')
    Path("conftest.py").write_text(_dedent(conftest.replace("import test_law", "import __doc__")))
    Path("test_a.py").write_text("from wan_contracts.suite import test_law\n")
    Path("test_b.py").write_text(_dedent(OURS.format(scope="session", client="DropsTheCode")))
    Path("test_c.py").write_text("from wan_contracts.suite import test_law\n")
    result = run(*ONE_CALL, "-v")
    result.assert_outcomes(passed=3 * count_judged() - 1, failed=1, skipped=3 * count_skipped())
    result.stdout.fnmatch_lines(["test_b.py::test_law[[]code-told[]] FAILED*"])
    summaries = [line for line in result.stdout.lines if line.endswith(", profile full")]
    assert [line.partition(",")[0] for line in summaries] == [
        "client.py:Reference",
        "client:DropsTheCode",
        "client.py:Reference",
    ]


def test_the_plan_can_be_overridden(run: Run) -> None:
    Path("test_ours.py").write_text(
        _dedent(OURS.format(scope="session", client="Reference"))
        + _dedent("""
    @pytest.fixture(scope="session")
    def wan_plan(wan_plan):
        return replace(wan_plan, seed=11, profile="ours", laws=wan_plan.laws[:1])
    """)
    )
    result = run(*ONE_CALL, "-rs")
    assert outcomes(result) == {"passed": 1, "skipped": len(LAWS) - 1}
    result.stdout.re_match_lines(
        [
            "faulty_clients.reference:Reference, profile ours",
            r"  1 law: 1 pass; .*; seed 11",
            rf"SKIPPED \[{len(LAWS) - 1}\] .*: the profile ours does not include this law",
        ]
    )


def test_a_profile_selects_laws(run: Run) -> None:
    result = run.on("Reference", "--wan-profile", "money-safe", "-rs")
    assert 0 < outcomes(result)["passed"] <= len(MONEY_SAFE)
    result.stdout.re_match_lines(
        [rf"SKIPPED \[{len(LAWS) - len(MONEY_SAFE)}\] .*: the profile money-safe does not .*"]
    )


INI = """
    wan_client = client.py:DropsTheCode
    wan_expect = known.toml
    wan_model = wan2.5-i2i-preview wan25_i2i_preview_intl
    wan_scenario = fail-3001 no-results
    wan_examples = 0
    wan_brief = true
    wan_seed = 3
"""


def test_all_options_work_in_the_ini_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("known.toml").write_text('[code-told]\nreason = "Ours takes texts."\n')
    below = Path("below")
    below.mkdir()
    monkeypatch.chdir(below)
    result = run(*PYARGS, "--rootdir=..", ini=_dedent(INI))
    found = outcomes(result)
    assert (found["xfailed"], "failed" in found) == (1, False)
    result.stdout.re_match_lines(
        [
            r"\.\./client\.py:DropsTheCode, profile full",
            "  scenarios 2 of 2",
            r".* laws: .*; seed 3",
        ]
    )


def test_the_command_line_overrides_the_ini_file(run: Run) -> None:
    ini = "wan_command = does-not-exist\nwan_stdio = true\nwan_seed = 3\nwan_expect = none.toml"
    Path("known.toml").write_text("")
    place = ("--wan-client", "client.py:Reference", "--wan-expect", "known.toml")
    result = run(*PYARGS, *ONE_CALL, *place, "--wan-seed=0", ini=ini)
    assert outcomes(result)["passed"] == count_judged()
    result.stdout.re_match_lines([r".*; seed 0"])


@pytest.mark.parametrize("stdio", [False, True])
def test_a_client_can_be_a_command(stdio: bool, run: Run) -> None:  # noqa: FBT001
    code = "input(); print('no outcome')"  # over stdio, it must not write before it has its case
    command = shlex.join([sys.executable, "-c", code])
    flags = ("--wan-stdio",) if stdio else ()
    result = run(*PYARGS, *ONE_CALL, "--wan-command", command, *flags)
    assert outcomes(result)["failed"] == 1
    result.stdout.re_match_lines(
        [r"_+ test_law\[answers\] _+", "why: .* is not a valid outcome: .*"]
    )
    answers = json.loads(Path(".wanproof/answers.json").read_text())
    assert answers["client"]["form"] == ("stdio" if stdio else "command")


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (
            (),
            "no client is named: add --wan-client path/to/client.py:Client, or --wan-command for",
        ),
        (
            ("--wan-client=client.py:Reference", "--wan-command=node client.mjs"),
            "name the client with --wan-client or with --wan-command, not with both",
        ),
        (("--wan-command=node 'client.mjs",), "--wan-command: No closing quotation: node 'client"),
        (("--wan-client=clinet.py:Reference",), "there is no file clinet.py; did you mean client."),
        (("--wan-client=client.py:number",), "client.py:number is 7 (int); a client has a method"),
        (
            ("--wan-client=client.py:Declines",),
            "no call could be checked: the client reported",
        ),
        (
            ("--wan-client=client.py:Reference", "--wan-model=wan3"),
            "wanproof knows no model 'wan3'; known",
        ),
        (
            ("--wan-client=client.py:Reference", "--wan-scenario=interleaved"),
            "no case was selected: none of the chosen scenarios applies to a chosen model",
        ),
        (
            ("--wan-client=client.py:Reference", "--wan-scenario=stock"),
            "there is no scenario 'stoc",
        ),
        (
            ("--wan-client=client.py:Reference", "--wan-profile=all"),
            "--wan-profile: invalid choice",
        ),
        (
            ("--wan-client=client.py:Reference", "--wan-examples=-1"),
            "--wan-examples: '-1' is not a whole number from 0 up",
        ),
        (
            ("--wan-client=client.py:Reference", "--wan-poll-interval=0"),
            "--wan-poll-interval: '0' is not a number of seconds above 0",
        ),
        (
            ("--wan-client=client.py:Reference", "--wan-deadline=5"),
            "the deadline of 5 s is not longer than the poll interval of 15 s; set --wan-deadline",
        ),
        (
            ("--wan-client=client.py:Reference", "--wan-skip=*"),
            "--wan-skip leaves no law to check",
        ),
        (
            ("--wan-client=client.py:Reference", "--wan-expect=no.toml"),
            "cannot read no.toml: No su",
        ),
    ],
)
def test_wrong_usage_is_one_error_with_a_message(
    args: tuple[str, ...], expected: str, run: Run
) -> None:
    result = run(*PYARGS, "--wan-model=wan2.5-i2i-preview", "--wan-examples=0", *args, "-rs")
    assert outcomes(result) == {"errors": 1, "skipped": len(LAWS) - 1}
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    [message] = errors(result)
    assert message.startswith(f"wanproof: {expected}")
    first = f"test_law[{LAWS[0].id}]"
    result.stdout.fnmatch_lines([f"*: the suite could not run; see the error of {_escape(first)}"])
    result.stdout.no_re_match_line(r"E  .*|Traceback.*|During handling.*|=+ wanproof =+")


def test_a_failing_fixture_is_reported_once(run: Run) -> None:
    ours = OURS.format(scope="session", client="Reference(no_setting=True)")
    Path("test_ours.py").write_text(_dedent(ours))
    Path("test_others.py").write_text("def test_of_another_kind(): pass")
    result = run(*ONE_CALL)
    result.assert_outcomes(passed=1, errors=1, skipped=len(LAWS) - 1)
    result.stdout.re_match_lines([r"E +TypeError: .*no_setting.*"])


def test_an_interrupt_ends_the_run(run: Run, pytester: pytest.Pytester) -> None:
    place = ("--wan-client", "client.py:IsInterrupted")
    result = pytester.runpytest_subprocess(*PYARGS, *place, *ONE_CALL)
    assert run
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.re_match_lines([r"!+ KeyboardInterrupt !+"])


def test_xdist_workers_have_one_summary(run: Run) -> None:
    result = run.on("DropsTheCode", "-n2")
    assert outcomes(result) == {
        "passed": count_judged() - 1,
        "failed": 1,
        "skipped": count_skipped(),
    }
    summaries = [line for line in result.stdout.lines if line.endswith(", profile full")]
    assert summaries == ["client.py:DropsTheCode, profile full"]


def test_the_suite_works_without_the_mock_plugin(run: Run) -> None:
    assert outcomes(run.on("Reference", "-p", "no:wanproof"))["passed"] == count_judged()


def test_options_and_fixtures_have_help_texts(run: Run) -> None:
    options = run("--help").stdout.str()
    assert re.search(r"--wan-client=PLACE\s+contract suite: a Python object with", options)
    assert re.search(r"wan_expect \(string\):\s+contract suite: known failures", options)
    fixtures = run("--fixtures")
    for name in ("wan_client", "wan_plan", "wan_report"):
        fixtures.stdout.re_match_lines([rf"{name} \[.+ scope\] -- .+", "    [A-Z].+"])


def _dedent(text: str) -> str:
    return re.sub("^    ", "", text, flags=re.MULTILINE)


def _escape(text: str) -> str:
    """Returns *text* for a pattern with special brackets."""
    return text.replace("[", "[[]")
