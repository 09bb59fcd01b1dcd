"""The configuration: a file, then the environment, then the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from wan_validators import selection_building
from wan_validators.argument_parser import CommandParser
from wan_validators.configuration.files import ConfigurationFile, find_file
from wan_validators.configuration.keys import build_schema
from wan_validators.selection_building import list_names

from .cli_input import BROKEN, VALID, Run, write

I2V = '{"prompt": "a cat", "image": "https://example.com/a.jpg", "duration": 7}'


def create(**texts: str) -> None:
    for name, text in texts.items():
        path = Path(name.replace("__", "/").replace("_", "."))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_the_nearest_file_counts_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    project = tmp_path / "repository"
    folder = project / "a" / "b"
    folder.mkdir(parents=True)
    (project / ".git").mkdir()
    (tmp_path / "wanproof.toml").write_text("[lint]\nstrict = true\n")
    assert find_file(str(folder)) is None
    (project / "pyproject.toml").write_text("[tool.wanproof.lint]\nquiet = true\n")
    (project / "a" / "pyproject.toml").write_text("[project]\nname = 'uses-wanproof'\n")
    found = find_file(str(folder))
    assert found == ConfigurationFile(
        project / "pyproject.toml", "tool.wanproof.", {"lint": {"quiet": True}}
    )
    (project / "a" / "wanproof.toml").write_text("")
    assert find_file(str(folder)) == ConfigurationFile(project / "a" / "wanproof.toml", "", {})
    (tmp_path / ".git").mkdir()
    assert find_file(str(tmp_path)) == ConfigurationFile(
        tmp_path / "wanproof.toml",
        "",
        {"lint": {"strict": True}},
    )


def test_the_command_line_comes_before_the_environment_and_that_before_the_file(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(a_json=BROKEN, wanproof_toml='[lint]\nformat = "md"\n')
    assert wanproof("lint", "a.json")[1].startswith("### wanproof lint")
    monkeypatch.setenv("WANPROOF_LINT_FORMAT", "gitlab")
    assert wanproof("lint", "a.json")[1].startswith("[\n")
    assert wanproof("lint", "a.json", "-f", "text")[1].startswith("a.json:1")
    assert wanproof("lint", "a.json", "--no-config")[1].startswith("[\n")
    monkeypatch.delenv("WANPROOF_LINT_FORMAT")
    assert wanproof("lint", "a.json", "--no-config")[1].startswith("a.json:1")


def test_pyproject_has_the_same_keys(wanproof: Run) -> None:
    create(a_json=BROKEN, pyproject_toml='[tool.wanproof.lint]\nignore = ["n-range"]\n')
    assert wanproof("lint", "a.json")[0] == 0
    assert wanproof("lint", "a.json", "--ignore", "json")[0] == 1


def test_the_tables_of_other_commands_are_checked_but_not_used(wanproof: Run) -> None:
    create(a_json=BROKEN, wanproof_toml="[check]\nstrict = true\n[serve]\nport = 7\n")
    assert wanproof("lint", "a.json")[0] == 1
    assert wanproof("rules", "wan26_i2i")[0] == 0


def test_a_file_can_be_named(wanproof: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    create(a_json=BROKEN, x__other_toml="[lint]\nexit-zero = true\n")
    assert wanproof("lint", "a.json", "--config", "x/other.toml")[0] == 0
    monkeypatch.setenv("WANPROOF_CONFIG", "x/other.toml")
    assert wanproof("lint", "a.json")[0] == 0
    assert wanproof("lint", "a.json", "--no-exit-zero")[0] == 1


def test_flags_of_the_file_can_be_cancelled(wanproof: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    create(a_json=VALID[:-1] + ', "stray": 1}', wanproof_toml="[lint]\nstrict = true\n")
    assert wanproof("lint", "a.json")[0] == 1
    assert wanproof("lint", "a.json", "--no-strict")[0] == 0
    assert wanproof("lint", "a.json", "--fail-on", "error")[0] == 0
    monkeypatch.setenv("WANPROOF_LINT_STRICT", "off")
    assert wanproof("lint", "a.json")[0] == 0
    monkeypatch.setenv("WANPROOF_LINT_STRICT", "Yes")
    assert wanproof("lint", "a.json", "--no-config")[0] == 1
    monkeypatch.setenv("WANPROOF_LINT_STRICT", "maybe")
    err = wanproof("lint", "a.json")[2]
    assert "error: WANPROOF_LINT_STRICT must be true or false, not 'maybe'\n" in err


def test_lists_in_the_environment_have_commas(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(a_json=BROKEN)
    monkeypatch.setenv("WANPROOF_LINT_IGNORE", "json, n-range")
    assert wanproof("lint", "a.json")[0] == 0


def test_files_have_models_and_rules_of_their_own(wanproof: Run) -> None:
    create(
        payloads__i2v__a_json=I2V,
        payloads__i2v__old__b_json=I2V,
        other__i2v__c_json=I2V,
        wanproof_toml="""
[lint.models]
"payloads/i2v/old/" = "wan2.2-i2v-plus"
"payloads/i2v/**" = "/vendors/alibaba/v1/wan2.5-i2v-preview/generation"
[lint.per-file-ignores]
"old/" = ["duration"]
""",
    )
    results = json.loads(wanproof("lint", ".", "-f", "json")[1])["results"]
    found = {
        each["source"]: (each["model"], [finding["rule"] for finding in each["findings"]])
        for each in results
    }
    assert found == {
        "./other/i2v/c.json": (None, ["model-known"]),
        "./payloads/i2v/a.json": ("wan2.5-i2v-preview", ["duration-choice"]),
        "./payloads/i2v/old/b.json": ("wan2.2-i2v-plus", []),
    }


def test_patterns_of_a_file_are_relative_to_its_folder(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(
        i2v__a_json=I2V,
        i2v__skip__b_json=I2V,
        wanproof_toml='[lint]\nexclude = ["i2v/skip"]\n'
        '[lint.models]\n"/i2v/" = "wan2.5-i2v-preview"\n',
    )
    monkeypatch.chdir("i2v")
    code, out, _ = wanproof("lint", ".")
    assert (code, out.partition(":")[0]) == (1, "./a.json")
    assert out.endswith("1 payload, 0 valid, 1 error, 0 warnings\n")
    assert "\n2 payloads" in wanproof("lint", ".", "--exclude", "i2v/skip")[1]


def test_a_model_on_the_command_line_is_that_of_all_files(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = '[lint]\nmodel = "wan26_i2i"\n[lint.models]\n"a.json" = "wan2.5-i2v-preview"\n'
    create(a_json=I2V, b_json=I2V, wanproof_toml=config)

    def models(*argv: str) -> list[str]:
        results = json.loads(wanproof("lint", "a.json", "b.json", "-f", "json", *argv)[1])
        return [each["model"] for each in results["results"]]

    assert models() == ["wan2.5-i2v-preview", "wan26_i2i"]
    assert models("-m", "wan2.2-i2v-plus") == ["wan2.2-i2v-plus"] * 2
    monkeypatch.setenv("WANPROOF_LINT_MODEL", "wan2.2-i2v-plus")
    assert models() == ["wan2.5-i2v-preview", "wan2.2-i2v-plus"]


def test_paths_of_a_file_are_relative_to_it(wanproof: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    create(a_json=BROKEN, sub__b_json=BROKEN, wanproof_toml='[lint]\noutput = "out/found.txt"\n')
    monkeypatch.chdir("sub")
    assert wanproof("lint", "b.json") == (1, "", "")
    assert Path("../out/found.txt").is_file()


WRONG = {
    "[lint]\nselct = ['n']": "unknown key selct in [lint] in {file}; did you mean select?",
    "[lint]\nqqqq = 1": "unknown key qqqq in [lint] in {file}; keys: ",
    "[lnt]": "unknown key lnt in {file}; did you mean lint?",
    "[qqqq]": "unknown key qqqq in {file}; sections: lint, serve, check",
    "strict = true": "unknown key strict in {file}; it belongs to [lint] or [serve] or [check]",
    "lint = 7": "lint in {file} must be a table: [lint]",
    "[check]\nstrct = true": "unknown key strct in [check] in {file}; did you mean strict?",
    "[lint": "{file} is not valid TOML: ",
    f"a = {'9' * 5000}": "{file} is not valid TOML: ",
    f"a = {'[' * 5000}": "{file} is not valid TOML: ",
    f"{'a.' * 500}a = 1": "{file} is not valid TOML: a key has more than 100 parts",
    "[lint]\nformat = 'jsn'": "format in [lint] in {file}: invalid choice: 'jsn' (choose from",
    "[lint]\nformat = 7": "format in [lint] in {file} must be a string, not 7",
    "[lint]\nstrict = 'x'": "strict in [lint] in {file} must be true or false, not 'x'",
    "[lint]\nselect = 'n'": "select in [lint] in {file} must be an array of strings, not 'n'",
    "[lint]\nselect = [1]": "select in [lint] in {file} must be an array of strings, not [1]",
    "[lint]\nmodels = 'x'": "models in [lint] in {file} must be a table of strings, not 'x'",
    "[lint]\nmodels.x = 1": "models in [lint] in {file} must be a table of strings, not {{'x': 1}}",
    "[lint]\nper-file-ignores = 1": "in {file} must be a table of arrays of strings, not 1",
    "[lint]\nper-file-ignores.x = 'n'": "in {file} must be a table of arrays of strings, not",
    "[lint]\nmax-findings = true": "in {file} must be a number or a string, not True",
    "[lint]\nmax-findings = -1": "in {file}: '-1' is not a whole number from 0 up",
    "[lint]\nmodels.x = 'wan26_i2'": "the model of 'x' in the configuration: wanproof knows no",
    "[lint]\nper-file-ignores.x = ['n-rage']": "no rule and no code is called 'n-rage'",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_file_is_a_usage_error(wanproof: Run, text: str) -> None:
    create(wanproof_toml=text, a_json=VALID)
    code, out, err = wanproof("lint", "a.json")
    assert (code, out) == (2, "")
    first, last = err.splitlines()
    assert WRONG[text].format(file=Path("wanproof.toml").absolute()) in first
    assert last.startswith("usage: wanproof lint ")


def test_wrong_tables_of_pyproject_are_named_in_full(wanproof: Run) -> None:
    create(pyproject_toml="[tool]\nwanproof = 7\n", a_json=VALID)
    assert "error: tool.wanproof in " in wanproof("lint", "a.json")[2]
    create(pyproject_toml="[tool.wanproof.lint]\nselct = 1\n")
    assert "unknown key selct in [tool.wanproof.lint] in " in wanproof("lint", "a.json")[2]
    create(pyproject_toml="tool = 'wanproof'\n")
    assert wanproof("lint", "a.json")[0] == 0


def test_a_file_that_cannot_be_read_is_a_usage_error(wanproof: Run) -> None:
    create(a_json=VALID)
    code, _, err = wanproof("lint", "a.json", "--config", "missing.toml")
    assert code == 2
    assert f"cannot read {Path('missing.toml').absolute()}: No such file or directory\n" in err
    Path("b.toml").write_bytes(b"\xff")
    assert "b.toml is not valid TOML: " in wanproof("lint", "a.json", "--config", "b.toml")[2]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("WANPROOF_LINT_FORMT", "did you mean WANPROOF_LINT_FORMAT?"),
        ("WANPROOF_LINT_MODELS", "did you mean WANPROOF_LINT_MODEL?"),
        ("WANPROOF_LINT_QQQQQQQQQQQQQQ" * 2, "variables: WANPROOF_LINT_"),
    ],
)
def test_an_unknown_variable_is_a_usage_error(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch, name: str, hint: str
) -> None:
    write(a_json=VALID)
    monkeypatch.setenv(name, "x")
    assert f"error: unknown variable {name}; {hint}" in wanproof("lint", "a.json")[2]
    monkeypatch.setenv("WANPROOF_OTHER", "is not one of ours")
    assert wanproof("rules", "wan26_i2i")[0] == 0


def test_the_schema_is_printed_and_accepts_what_lint_accepts(wanproof: Run) -> None:
    code, out, _ = wanproof("lint", "--config-schema")
    schema = json.loads(out)
    assert (code, schema) == (0, build_schema())
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema)
    good = {
        "lint": {"models": {"*.json": "x"}, "per-file-ignores": {"a": ["b"]}, "max-findings": 3},
        "serve": {"port": 0, "seed": 7},
        "check": {"model": ["x"], "brief": True},
    }
    assert validator.is_valid(good)
    wrongs: list[dict[str, Any]] = [{"lnt": {}}, {"lint": {"selct": []}}]
    assert not any(map(validator.is_valid, [*wrongs, {"lint": {"format": "jsn"}}]))


@pytest.mark.parametrize("key", ["ignore", "select"])
def test_the_work_for_a_list_of_thousands_does_not_grow_with_its_square(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    names = sorted(list_names())
    create(p_json=BROKEN, wanproof_toml=f"[lint]\n{key} = {json.dumps(names * 20)}\n")
    parsed: list[int] = []
    resolved: list[str] = []
    parse, resolve = CommandParser.parse_args, selection_building._resolve

    def count_parsed(parser: CommandParser, argv: list[str]) -> Any:
        parsed.append(len(argv))
        return parse(parser, argv)

    def count_resolved(name: str, known: Any) -> Any:
        resolved.append(name)
        return resolve(name, known)

    monkeypatch.setattr(CommandParser, "parse_args", count_parsed)
    monkeypatch.setattr(selection_building, "_resolve", count_resolved)
    code, _, _ = wanproof("lint", "p.json")

    assert max(parsed) <= 50
    assert sum(parsed) > 20 * len(names)
    assert sorted(resolved) == names
    assert code == (0 if key == "ignore" else 1)
