"""The suite as pytest runs it: in runs of pytest of its users' own."""

from __future__ import annotations

import json
import re
import shlex
import sys
from functools import cache
from pathlib import Path

import pytest

import wan_contracts.runner.options  # noqa: F401  (or each run in this process loads it anew)
from plugin_runs import HERE, ONE_CALL, OURS, PYARGS, Run
from wan_contracts.clients.loading import load
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import LAWS, MONEY_SAFE
from wan_contracts.runner.runner import RunPlan, check
from wan_validators.catalog import model
from wan_validators.cli import main

pytest_plugins = ["pytester"]


@cache
def judged() -> int:
    """How many laws have something to say of that call."""
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


def skipped() -> int:
    return len(LAWS) - judged()


def errors(result: pytest.RunResult) -> list[str]:
    return [line for line in result.stdout.lines if line.startswith("wanproof: ")]


@pytest.mark.parametrize("package", ["wan_contracts", "wan_contracts.suite"])
def test_the_installed_package_has_one_test_for_each_law(package: str, run: Run) -> None:
    result = run("--pyargs", package, "--collect-only", "-q")
    found = [line.rpartition("::")[2] for line in result.stdout.lines if "::" in line]
    assert found == [f"test_law[{law.id}]" for law in LAWS]
    result.stdout.no_fnmatch_line("*= wanproof =*")


def test_a_good_client_passes_and_the_run_is_summed_up(run: Run) -> None:
    result = run.on("Reference", "--wan-seed", "5")
    assert outcomes(result) == {"passed": judged(), "skipped": skipped()}
    assert result.ret == 0
    result.stdout.re_match_lines(
        [
            r"=+ wanproof =+",
            r"client\.py:Reference, profile full",
            r"  rules 0 of \d+; missed: .+",
            r"  codes 1 of \d+; missed: .+",
            r"  scenarios 1 of 1",
            rf"  {len(LAWS)} laws: {judged()} pass, {skipped()} skipped; 1 case in .+; seed 5",
            r"  The same seed makes the same calls again, --wan-seed N others\.",
        ],
        consecutive=True,
    )


@pytest.mark.parametrize("given", ["AsyncReference", "lambda setting: Reference(setting)"])
def test_a_client_may_be_asynchronous_or_come_from_a_factory(given: str, run: Run) -> None:
    Path("test_ours.py").write_text(_dedented(OURS.format(scope="session", client=given)))
    assert outcomes(run(*ONE_CALL)) == {"passed": judged(), "skipped": skipped()}


def test_a_law_that_is_broken_fails_with_all_there_is_to_say(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run.on("DropsTheCode")
    assert outcomes(result) == {"passed": judged() - 1, "failed": 1, "skipped": skipped()}
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.re_match_lines(
        [
            r"_+ test_law\[code-told\] _+",
            r"MUST: The vendor's code of a refusal or a failed task reaches the caller\.",
            r"why: the code is 3001, and None is reported",
            r"call: 1, for .*wan2\.5-i2i-preview",
            r"scenario: fail-3001 \(.+\)",
            r"payload:",
            r'  "prompt": .+',
            r"The client reported:",
            r'  "outcome": "failed",',
            r"what the server saw \(> shows the failure\):",
            r"  #1 \+0s create",
            r"> #3 \+20s poll",
            r"replay: wanproof replay \.wanproof/code-told\.json",
            r"hint: .+",
        ]
    )
    result.stdout.no_re_match_line(r".*\.py:\d+|E  .*|Traceback.*")
    capsys.readouterr()
    assert main(["replay", ".wanproof/code-told.json"]) == 1
    assert "client.py:DropsTheCode" in Path(".wanproof/code-told.json").read_text()
    assert main(["replay", ".wanproof/code-told.json", "--client", "client.py:Reference"]) == 0


def test_a_client_that_no_command_can_name_has_no_replay(run: Run) -> None:
    Path("test_ours.py").write_text(_dedented(OURS.format(scope="module", client="DropsTheCode")))
    result = run(*ONE_CALL)
    assert outcomes(result)["failed"] == 1
    result.stdout.no_fnmatch_line("replay: *")
    result.stdout.fnmatch_lines(["client:DropsTheCode, profile full"])
    assert not Path(".wanproof").exists()


def test_a_law_that_should_be_kept_warns(run: Run) -> None:
    result = run.on("PollsLate", "-W", "default::wan_contracts.pytest_plugin.LawWarning")
    assert outcomes(result) == {"passed": judged(), "skipped": skipped(), "warnings": 1}
    result.stdout.re_match_lines(
        [
            r".+test_law\[first-poll\]",
            r".+: LawWarning: .+ .+",
            r"  hint: .+",
            r"  replay: wanproof replay \.wanproof/first-poll\.json",
        ]
    )


def test_a_warning_that_is_an_error_fails_with_all_there_is_to_say(run: Run) -> None:
    result = run.on("PollsLate")
    assert outcomes(result) == {"passed": judged() - 1, "failed": 1, "skipped": skipped()}
    result.stdout.re_match_lines([r"SHOULD: .+", "why: .+", "payload:", "replay: .+", "hint: .+"])
    result.stdout.no_re_match_line(r".*\.py:\d+|E  .*|Traceback.*")


def test_a_known_failure_is_expected_and_one_that_passes_fails(run: Run) -> None:
    Path("known.toml").write_text(
        '[code-told]\nreason = "Ours takes texts."\n[answers]\nreason = "It crashes at times."\n'
    )
    result = run.on("DropsTheCode", "--wan-expect", "known.toml", "-rx")
    expected = {"passed": judged() - 2, "failed": 1, "xfailed": 1, "skipped": skipped()}
    assert outcomes(result) == expected
    result.stdout.re_match_lines(
        [
            r"_+ test_law\[answers\] _+",
            r"every call kept it, but .+: It crashes at times\.. Take its entry out of the file\.",
            r"XFAIL .+test_law\[code-told\] - Ours takes texts\.",
        ]
    )


def test_each_module_is_held_to_its_own_client(run: Run) -> None:
    """A conftest.py names one for all, and a module another one for itself."""
    conftest = OURS.format(scope="session", client='"client.py:Reference"')
    Path("conftest.py").write_text(_dedented(conftest.replace("import test_law", "import __doc__")))
    Path("test_a.py").write_text("from wan_contracts.suite import test_law\n")
    Path("test_b.py").write_text(_dedented(OURS.format(scope="session", client="DropsTheCode")))
    Path("test_c.py").write_text("from wan_contracts.suite import test_law\n")
    result = run(*ONE_CALL, "-v")
    result.assert_outcomes(passed=3 * judged() - 1, failed=1, skipped=3 * skipped())
    result.stdout.fnmatch_lines(["test_b.py::test_law[[]code-told[]] FAILED*"])
    told = [line for line in result.stdout.lines if line.endswith(", profile full")]
    assert [line.partition(",")[0] for line in told] == [
        "client.py:Reference",
        "client:DropsTheCode",
        "client.py:Reference",
    ]


def test_the_plan_may_be_overridden(run: Run) -> None:
    Path("test_ours.py").write_text(
        _dedented(OURS.format(scope="session", client="Reference"))
        + _dedented("""
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
            rf"SKIPPED \[{len(LAWS) - 1}\] .*: the profile ours does not ask for it",
        ]
    )


def test_a_profile_asks_for_fewer_laws(run: Run) -> None:
    result = run.on("Reference", "--wan-profile", "money-safe", "-rs")
    assert 0 < outcomes(result)["passed"] <= len(MONEY_SAFE)
    result.stdout.re_match_lines(
        [rf"SKIPPED \[{len(LAWS) - len(MONEY_SAFE)}\] .*: the profile money-safe does not ask .*"]
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


def test_all_of_it_may_stand_in_the_ini_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("known.toml").write_text('[code-told]\nreason = "Ours takes texts."\n')
    below = Path("below")
    below.mkdir()
    monkeypatch.chdir(below)
    result = run(*PYARGS, "--rootdir=..", ini=_dedented(INI))
    found = outcomes(result)
    assert (found["xfailed"], "failed" in found) == (1, False)
    result.stdout.re_match_lines(
        [
            r"\.\./client\.py:DropsTheCode, profile full",
            "  scenarios 2 of 2",
            r".* laws: .*; seed 3",
        ]
    )


def test_the_command_line_is_stronger_than_the_ini_file(run: Run) -> None:
    ini = "wan_command = does-not-exist\nwan_stdio = true\nwan_seed = 3\nwan_expect = none.toml"
    Path("known.toml").write_text("")
    place = ("--wan-client", "client.py:Reference", "--wan-expect", "known.toml")
    result = run(*PYARGS, *ONE_CALL, *place, "--wan-seed=0", ini=ini)
    assert outcomes(result)["passed"] == judged()
    result.stdout.re_match_lines([r".*; seed 0"])


@pytest.mark.parametrize("stdio", [False, True])
def test_a_client_may_be_a_command(stdio: bool, run: Run) -> None:  # noqa: FBT001
    command = shlex.join([sys.executable, "-c", "print('no outcome')"])
    flags = ("--wan-stdio",) if stdio else ()
    result = run(*PYARGS, *ONE_CALL, "--wan-command", command, *flags)
    assert outcomes(result)["failed"] == 1
    result.stdout.re_match_lines(
        [r"_+ test_law\[answers\] _+", "why: .* is not a valid outcome: .*"]
    )
    answers = json.loads(Path(".wanproof/answers.json").read_text())
    assert answers["client"]["form"] == ("stdio" if stdio else "command")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (
            (),
            "no client is named: give --wan-client path/to/client.py:Client, or --wan-command for",
        ),
        (
            ("--wan-client=client.py:Reference", "--wan-command=node client.mjs"),
            "name the client by --wan-client or by --wan-command, not by both",
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
            "no documented model is called 'wan3'; known",
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
            ("--wan-client=client.py:Reference", "--wan-expect=no.toml"),
            "cannot read no.toml: No su",
        ),
    ],
)
def test_wrong_usage_is_one_error_that_says_what_is_wrong(
    args: tuple[str, ...], says: str, run: Run
) -> None:
    result = run(*PYARGS, "--wan-model=wan2.5-i2i-preview", "--wan-examples=0", *args, "-rs")
    assert outcomes(result) == {"errors": 1, "skipped": len(LAWS) - 1}
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    [message] = errors(result)
    assert message.startswith(f"wanproof: {says}")
    first = f"test_law[{LAWS[0].id}]"
    result.stdout.fnmatch_lines([f"*: the suite could not run; see the error of {_quoted(first)}"])
    result.stdout.no_re_match_line(r"E  .*|Traceback.*|During handling.*|=+ wanproof =+")


def test_a_fixture_that_fails_is_told_of_once(run: Run) -> None:
    ours = OURS.format(scope="session", client="Reference(no_setting=True)")
    Path("test_ours.py").write_text(_dedented(ours))
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


def test_workers_of_xdist_sum_up_once(run: Run) -> None:
    result = run.on("DropsTheCode", "-n2")
    assert outcomes(result) == {"passed": judged() - 1, "failed": 1, "skipped": skipped()}
    told = [line for line in result.stdout.lines if line.endswith(", profile full")]
    assert told == ["client.py:DropsTheCode, profile full"]


def test_it_does_without_the_plugin_of_the_mock_server(run: Run) -> None:
    assert outcomes(run.on("Reference", "-p", "no:wanproof"))["passed"] == judged()


def test_options_and_fixtures_are_listed_with_a_sentence(run: Run) -> None:
    options = run("--help").stdout.str()
    assert re.search(r"--wan-client=PLACE\s+contract suite: an object with", options)
    assert re.search(r"wan_expect \(string\):\s+contract suite: laws known", options)
    fixtures = run("--fixtures")
    for name in ("wan_client", "wan_plan", "wan_report"):
        fixtures.stdout.re_match_lines([rf"{name} \[.+ scope\] -- .+", "    [A-Z].+"])


def _dedented(text: str) -> str:
    return re.sub("^    ", "", text, flags=re.MULTILINE)


def _quoted(text: str) -> str:
    """*text* for a pattern in which brackets mean something."""
    return text.replace("[", "[[]")
