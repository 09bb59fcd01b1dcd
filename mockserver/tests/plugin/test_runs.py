"""The plugin in runs of pytest of its users' own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

pytest_plugins = ["pytester"]

CLIENT = """
    import httpx
    import pytest

    MODEL = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
    PAYLOAD = {"prompt": "night", "images": ["https://example.com/a.jpg"], "n": 1}

    def create(client, payload=PAYLOAD):
        for _ in range(2):
            try:
                return client.post(MODEL, json=payload)
            except httpx.TransportError:
                pass
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    return Run(pytester)


class Run:
    """Runs pytest in process, on one module of tests that begins with CLIENT."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester

    def __call__(self, tests: str, *args: str, ini: str = "") -> pytest.RunResult:
        self._pytester.makepyfile(test_it=f"{CLIENT}\n{tests}")
        self._pytester.makeini(f"[pytest]\nfilterwarnings = error\n{ini}")
        return self._pytester.runpytest_inprocess("--strict-markers", "--strict-config", *args)


def journal(result: pytest.RunResult) -> list[str]:
    """The lines of the first journal in the output."""
    lines = result.stdout.lines
    start = next(place for place, line in enumerate(lines) if "- wanproof journal -" in line)
    end = next(place for place in range(start + 1, len(lines)) if re.match("[=_-]", lines[place]))
    return lines[start + 1 : end]


def test_a_failed_test_tells_what_was_said_and_what_it_would_have_cost(run: Run) -> None:
    result = run(
        """
    @pytest.mark.wan_scenario("accept-lost")
    @pytest.mark.wan_seed(7)
    @pytest.mark.wan_lifecycle("seconds:60")
    def test_it(wan_mock, wan_clock):
        with wan_mock.client("sk-very-secret") as client:
            create(client)
            wan_clock.sleep(90)
            create(client, {**PAYLOAD, "n": 9})
            client.get("/nothing?key=sk-very-secret")
        pytest.fail("on purpose", pytrace=False)
    """
    )

    result.assert_outcomes(failed=1)
    head, *said, verdict = journal(result)
    assert head == "seed 7, scenario accept-lost; exchanges: 5"
    task = r"task=[0-9a-f-]{36}"
    path = "POST /vendors/alibaba/v1/wan2.5-i2i-preview/generation"
    assert re.fullmatch(
        rf"#1 \+0s {path} -> 202  {task}  state=pending  "
        r"step='accept-lost create 1: reset after it was done'  LOST: reset",
        said[0],
    )
    assert re.fullmatch(
        rf"#2 \+0s {path} -> 202  {task}  state=pending  step='accept-lost create 2: as usual'",
        said[1],
    )
    assert said[2].startswith(f"#3 +90s {path} -> ")
    assert said[3].startswith("    error n-range at /n: ")
    assert said[-1].startswith(
        "#5 +90s GET /nothing?key=[the-API-key] -> 404  why: nothing is served at /nothing"
    )
    assert verdict == "would have cost 0.06 USD, 0.03 USD of it twice"
    result.stdout.no_fnmatch_line("*sk-very-secret*")


def test_tests_that_pass_or_have_no_server_tell_nothing(run: Run) -> None:
    result = run(
        """
    def test_good(wan_mock):
        create(wan_mock.client())

    def test_of_another_kind(wan_clock):
        assert not wan_clock.advance(1)
    """,
        "-rA",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.no_fnmatch_line("*wanproof journal*")


def test_the_journal_is_told_once_and_bounded(run: Run) -> None:
    result = run(
        """
    @pytest.fixture
    def clumsy():
        yield
        raise ValueError("in teardown")

    def test_it(clumsy, wan_mock):
        with wan_mock.client() as client:
            for _ in range(60):
                client.get("/nothing/" + "x" * 1000)
            client.post(MODEL, json={name: 1 for name in "abcdefgh"})
            client.get("/line%0Abreak")
        assert False
    """
    )
    result.assert_outcomes(failed=1, errors=1)
    assert sum("- wanproof journal -" in line for line in result.stdout.lines) == 1
    head, *said, verdict = journal(result)
    assert head == "seed 0, scenario ok; exchanges: 62, of which these are the last 50"
    assert len([line for line in said if line.startswith("#")]) == 50
    assert len([line for line in said if line.startswith("    ")]) == 5
    assert max(map(len, said)) == 300
    assert re.search("and [0-9]+ more findings", said[-2])
    assert r"/line\nbreak" in said[-1]
    assert verdict == "no task was accepted: nothing would have been billed"


def test_a_server_that_failed_on_a_socket_is_told_of_too(run: Run) -> None:
    result = run(
        """
    def test_it(wan_server, wan_scenario):
        wan_scenario("accept-lost", creates=1)
        with httpx.Client(base_url=wan_server.url, headers={"Authorization": "Bearer k"}) as client:
            create(client)
        wan_server.verify(creates=1)
    """
    )
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines([r"E +AssertionError: \{'creates': 1\}: .*\(see #1, #2\)"])
    *_, verdict = journal(result)
    assert verdict == (
        "would have cost 0.03 USD; 0.03 USD still owed if 1 unfinished task succeeds; "
        "tasks made twice that are not billed yet: 1"
    )


@pytest.mark.parametrize(
    ("marker", "says"),
    [
        ("wan_scenario('accept-lots')", "there is no scenario 'accept-lots'; did you mean accept-"),
        ("wan_scenario()", "missing a required argument: 'name'; usage: wan_scenario(name)"),
        ("wan_seed('seven')", "a seed is a whole number, not 'seven'; usage: wan_seed(seed)"),
        ("wan_seed(1, 2)", "too many positional arguments; usage: wan_seed(seed)"),
        (
            "wan_lifecycle('poll:3')",
            "'poll:3' is not a valid lifecycle; it must be at-once, never, polls:N",
        ),
        (
            "wan_limits(creates=1)",
            "got an unexpected keyword argument 'creates'; usage: wan_limits",
        ),
        ("wan_limits(running_tasks=-1)", "running_tasks is a whole number from 0 up, not -1"),
        (
            "wan_limits(balance='a lot')",
            "balance is an amount in USD such as \"0.05\", not 'a lot'",
        ),
    ],
)
def test_a_wrong_marker_is_an_error_of_its_test_alone(marker: str, says: str, run: Run) -> None:
    result = run(
        f"""
    @pytest.mark.{marker}
    def test_wrong(wan_mock):
        pass

    def test_right(wan_mock):
        pass
    """
    )
    result.assert_outcomes(passed=1, errors=1)
    [line] = [line for line in result.stdout.lines if line.startswith("E  ")]
    assert line.startswith("E   pytest.UsageError: test_it.py::test_wrong: ")
    assert says in line
    assert marker.partition("(")[0] in line or "accept-lots" in line
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_markers_and_fixtures_are_listed_with_a_sentence(pytester: pytest.Pytester) -> None:
    markers = pytester.runpytest_inprocess("--markers")
    markers.stdout.re_match_lines_random(
        [
            r"@pytest.mark.wan_scenario\(name\): .+",
            r"@pytest.mark.wan_seed\(seed\): .+",
            r"@pytest.mark.wan_lifecycle\(how\): .+",
            r"@pytest.mark.wan_limits\(creates_per_second=None, .+\): .+",
        ]
    )
    fixtures = pytester.runpytest_inprocess("--fixtures")
    for name in ("wan_mock", "wan_server", "wan_clock", "wan_scenario", "wan_options"):
        fixtures.stdout.re_match_lines([rf"{name} -- .+", "    [A-Z].+"])


SEED = """
    def test_it(wan_mock):
        print("the seed is", wan_mock.mock.simulator.seed)
"""


@pytest.mark.parametrize(
    ("args", "ini", "seed"),
    [
        ([], "", 0),
        ([], "wan_seed = 5", 5),
        (["--wan-seed", "6"], "wan_seed = 5", 6),
        (["--wan-seed=0"], "wan_seed = 5", 0),
    ],
)
def test_the_seed_of_a_run_can_be_given(args: list[str], ini: str, seed: int, run: Run) -> None:
    result = run(SEED, "-s", *args, ini=ini)
    assert f"the seed is {seed}" in result.stdout.str()
    assert (f"wanproof: seed {seed}" in result.stdout.lines) == bool(seed)


def test_a_seed_that_is_none_ends_the_run(run: Run) -> None:
    result = run(SEED, ini="wan_seed = five")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.re_match_lines([r"ERROR: ini option wan_seed: .*'five'"])


def test_runs_repeat_and_seeds_differ(run: Run) -> None:
    def ids(*args: str) -> list[str]:
        result = run(
            """
    def test_it(wan_mock):
        with wan_mock.client() as client:
            for _ in range(2):
                create(client)
        print("ids", *(task.id for task in wan_mock.tasks()))
    """,
            "-s",
            *args,
        )
        [line] = [line for line in result.stdout.lines if line.removeprefix(".").find("ids ") >= 0]
        return line.partition("ids ")[2].split()

    assert ids() == ids("--wan-seed=0")
    assert len({*ids(), *ids("--wan-seed=1")}) == 4


@pytest.mark.parametrize(
    ("module", "extra", "broken"),
    [
        ("waitress", "mock", ["test_server"]),
        ("werkzeug", "mock", ["test_mock", "test_respx", "test_scenario", "test_server"]),
        ("httpx", "mock", ["test_mock", "test_respx"]),
        ("respx", "contract", ["test_respx"]),
    ],
)
def test_a_missing_extra_is_named_where_it_is_needed(
    module: str, extra: str, broken: list[str], pytester: pytest.Pytester, few_plugins: None
) -> None:
    pytester.makeconftest(f"import sys; sys.modules[{module!r}] = None")
    pytester.makepyfile(
        """
    def test_nothing_of_ours(): pass
    def test_clock(wan_clock): wan_clock.sleep(1)
    def test_mock(wan_mock): pass
    def test_respx(wan_mock): wan_mock.respx
    def test_scenario(wan_scenario): pass
    def test_server(wan_server): pass
    """
    )
    result = pytester.runpytest_subprocess("-rfE")
    remedy = f'{module} is not installed; get it with: pip install "wanproof[{extra}]"'
    errors = [line for line in result.stdout.lines if line.startswith("E  ")]
    assert errors == [f"E   ModuleNotFoundError: {remedy}"] * len(broken)
    named = re.findall(r"^(?:ERROR|FAILED) \S+::(\w+)", result.stdout.str(), re.MULTILINE)
    assert sorted(named) == broken


def test_the_plugin_is_found_by_its_entry_point() -> None:
    assert [
        found.value for found in entry_points(group="pytest11") if found.name == "wanproof"
    ] == ["wan_mockserver.pytest_plugin"]


def test_loading_it_loads_nothing_else() -> None:
    code = (
        "import json, sys, pytest\n"
        "before = {*sys.modules}\n"
        "import wan_mockserver.pytest_plugin\n"
        "print(json.dumps(sorted({*sys.modules} - before)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == ["wan_mockserver", "wan_mockserver.pytest_plugin"]


def test_workers_of_xdist_do_not_get_into_each_others_way(run: Run) -> None:
    result = run(
        """
    @pytest.mark.parametrize("nth", range(6))
    def test_it(nth, wan_server, wan_mock, wan_clock):
        wan_clock.patch()
        with httpx.Client(base_url=wan_server.url, headers={"Authorization": "Bearer k"}) as client:
            create(client)
        assert len(wan_mock.tasks()) == 1
        assert nth != 3
    """,
        "-n2",
    )
    result.assert_outcomes(passed=5, failed=1)
    head, *_, verdict = journal(result)
    assert head == "seed 0, scenario ok; exchanges: 1"
    assert verdict == "would have cost 0 USD; 0.03 USD still owed if 1 unfinished task succeeds"
