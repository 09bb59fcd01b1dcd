"""``wanproof scenarios``: the list, a page about one, and the check of a file."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from wan_mockserver.commands.scenarios import COMMAND
from wan_mockserver.scenarios.catalogue import GROUPS, load_shipped_scenarios
from wan_mockserver.scenarios.toml_format import format_scenario, read_scenarios
from wan_validators import cli
from wan_validators.catalog import vendors

EXAMPLE = Path(__file__).parents[3] / "fixtures" / "scenarios" / "flaky-monday.toml"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command with colours off: exit code, output, errors."""
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def running(*argv: str) -> tuple[int, str, str]:
        try:
            code = cli._dispatch(COMMAND, list(argv))
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return running


def test_it_is_found_by_its_name() -> None:
    (entry,) = entry_points(group="wanproof.commands", name=COMMAND.name)
    assert entry.load() is COMMAND


def test_all_are_listed_below_their_titles_with_a_sentence_each(run: Run) -> None:
    code, out, _ = run()
    blocks = [block.splitlines() for block in out.strip("\n").split("\n\n")]
    assert code == 0
    assert [block[0] for block in blocks] == list(GROUPS.values())[:-1]
    rows = [row for block in blocks for row in block[1:]]
    assert [row.split()[0] for row in rows] == list(load_shipped_scenarios())
    column = rows[0].index("Everything goes as documented.")
    for row, scenario in zip(rows, load_shipped_scenarios().values(), strict=True):
        assert row[column - 2 : column] == "  "
        assert row[column:].startswith(scenario.summary)
        titles = [each.title for each in vendors() if row.endswith(f"(only at {each.title})")]
        assert titles == [each.title for each in vendors() if each.name == scenario.vendor]
    assert "\x1b" not in out


def test_a_page_tells_what_where_how_and_the_toml(run: Run) -> None:
    code, out, _ = run("accept-lost")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "accept-lost"
    assert "  at MuleRouter: all models" in lines
    assert "  at Vtrix: all models" in lines
    assert "  header   X-Wanproof-Scenario: accept-lost" in lines
    assert "  API key  wanproof.accept-lost, or wanproof.accept-lost.TENANT" in lines
    assert "  server   wanproof serve --scenario accept-lost" in lines
    assert out.endswith("\n\n" + format_scenario(load_shipped_scenarios()["accept-lost"]))


def test_a_page_tells_where_it_cannot_happen(run: Run) -> None:
    out = run("interleaved", "fail-3001")[1]
    assert "  at MuleRouter: cannot happen\n  at Vtrix: wan26_i2i\n" in out
    assert "  at MuleRouter: all models\n  at Vtrix: cannot happen\n" in out


def test_compositions_have_pages_and_files(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("rate-limited:3+expired-urls", "--format", "toml")
    file = tmp_path / "own.toml"
    file.write_text(out, encoding="utf-8")
    (made,) = read_scenarios(file).values()
    assert code == 0
    assert (made.create.steps[0].times, made.download.lifetime) == (3, -1)
    assert run("rate-limited:3+expired-urls")[1].endswith(out)


def test_the_whole_list_is_a_file_that_can_be_read(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(run("--format", "toml")[1], encoding="utf-8")
    assert read_scenarios(file).keys() == load_shipped_scenarios().keys()


def test_json_has_the_parts_as_they_stand_in_a_file(run: Run) -> None:
    told: dict[str, Any] = json.loads(run("--format", "json")[1])
    assert told["version"] == 1
    assert [each["name"] for each in told["scenarios"]] == list(load_shipped_scenarios())
    (lost,) = json.loads(run("--format", "json", "accept-lost:2")[1])["scenarios"]
    assert lost["create"] == [{"transport": "reset", "times": 2}]
    assert lost["group"] == "transport"
    assert [*lost["at"]] == ["mulerouter", "vtrix", "dashscope", "vtrix-queue"]
    assert "wan26_i2i" in lost["at"]["vtrix"]
    (failing,) = json.loads(run("--format", "json", "fail-3001")[1])["scenarios"]
    assert (failing["at"]["vtrix"], failing["vendor"]) == ([], "mulerouter")
    assert failing["outcome"] == {"fail": "3001"}


def test_a_file_is_checked_and_its_scenarios_stand_last(run: Run) -> None:
    code, out, _ = run("--file", str(EXAMPLE))
    last = out.strip("\n").split("\n\n")[-1].splitlines()
    assert code == 0
    assert last[0] == "Your own"
    own = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert [row.split()[0] for row in last[1:]] == list(own)
    assert run("--file", str(EXAMPLE), "worst-day")[0] == 0


def test_a_shipped_one_whose_place_is_taken_is_listed_as_an_own_one(
    run: Run, tmp_path: Path
) -> None:
    own = '[partial]\nreplaces = true\nsummary = "Mine."\n'
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    rows = [row.split() for row in run("--file", str(tmp_path / "own.toml"))[1].splitlines()]
    assert [row for row in rows if row[:1] == ["partial"]] == [["partial", "Mine."]]
    assert rows[-1] == ["partial", "Mine."]


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["acept-lost"], "there is no scenario 'acept-lost'; did you mean accept-lost?"),
        (["worst-day"], "there is no scenario 'worst-day'"),
        (["ok", "ok:3"], "has nothing to count"),
        (["slow+stuck"], "two of its scenarios differ about lifecycle"),
        (["--file", "/no/such.toml"], "cannot read --file /no/such.toml: No such file"),
        (["--file", "{tmp}/bad.toml"], "bad.toml: a.create[0]: there is no member 'stat'"),
        (["--file", "{tmp}"], "Is a directory"),
        (["--format", "yaml"], "invalid choice: 'yaml'"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_exit_code_2(
    run: Run, tmp_path: Path, argv: list[str], says: str
) -> None:
    (tmp_path / "bad.toml").write_text('[a]\nsummary = "x"\ncreate = [{stat = 1}]')
    code, out, err = run(*(word.replace("{tmp}", str(tmp_path)) for word in argv))
    assert (code, out) == (2, "")
    assert says in err


def test_colours_are_for_terminals_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    plain = run()[1]
    monkeypatch.delenv("NO_COLOR")
    coloured = run()[1]
    assert "\x1b" not in plain
    assert coloured.startswith("\x1b[1mHow the task ends\x1b[0m\n")
    assert coloured.replace("\x1b[1m", "").replace("\x1b[0m", "") == plain
    assert run("ok")[1].startswith("\x1b[1mok\x1b[0m\n")
    assert "\x1b" not in run("ok", "--format", "toml")[1]


def test_the_help_has_examples_and_exit_codes(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert "exit codes:\n  0  done\n  2  " in out
    assert "wanproof scenarios accept-lost" in out
