"""``wanproof lint``: which findings are reported, which fail, and where they go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wan_validators.linter import lint
from wan_validators.selection_building import LINTER_RULES, list_names, resolve_names

from .cli_input import BROKEN, VALID, Run, write
from .test_cli_lint import feed

TWO = VALID[:-1] + ', "stray": 1, "parameters": {"n": 9}}'
"""One error, n-range with the code 001021011, and one warning, unknown-member."""

INFO = '{"model": "wan25_i2i_preview_intl", "input": {"prompt": "a", "images": ["https://example.com/a.png"]}}'


def rules(wanproof: Run, *argv: str) -> list[str]:
    lines = wanproof("lint", "a.json", "-f", "jsonl", *argv)[1].splitlines()
    return [json.loads(line)["rule"] for line in lines]


@pytest.mark.parametrize(
    ("argv", "found"),
    [
        ([], ["unknown-member", "n-range"]),
        (["--select", "n-range"], ["n-range"]),
        (["--select", "001021011"], ["n-range"]),
        (["--select", "0010210"], ["n-range"]),
        (["--select", "N"], ["n-range"]),
        (["--select", "unkn,json"], ["unknown-member"]),
        (["--select", "json", "--select", "n-range"], ["n-range"]),
        (["--select", "json"], []),
        (["--ignore", "n"], ["unknown-member"]),
        (["--ignore", "0010"], ["unknown-member"]),
        (["--ignore", "unknown-member , n-range,"], []),
        (["--select", "n,unknown", "--ignore", "unknown"], ["n-range"]),
    ],
)
def test_findings_are_selected_by_rule_code_or_prefix(
    wanproof: Run, argv: list[str], found: list[str]
) -> None:
    write(a_json=TWO)
    assert rules(wanproof, *argv) == found


def test_what_is_ignored_does_not_count(wanproof: Run) -> None:
    write(a_json=TWO)
    assert wanproof("lint", "a.json", "--ignore", "n-range,unknown-member", "--strict") == (
        0,
        "1 payload, 1 valid, 0 errors, 0 warnings\n",
        "",
    )


def test_a_prefix_ends_at_a_dash_if_there_is_such_a_rule() -> None:
    assert all(name.startswith("n-") for name in resolve_names(["n"], list_names()))
    assert "image-source" in resolve_names(["ima"], list_names())


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_a_name_of_no_rule_is_a_usage_error(wanproof: Run, option: str) -> None:
    write(a_json=TWO)
    code, out, err = wanproof("lint", "a.json", option, "n-rage")
    assert (code, out) == (2, "")
    assert "called 'n-rage', or begins so; did you mean n-range?\n" in err
    assert "wanproof rules lists all rules\n" in wanproof("lint", "a.json", option, "9" * 20)[2]


def test_every_rule_that_lint_reports_can_be_selected() -> None:
    texts = ["", "\ufeff{}", b"\xff", "[" * 100_000, '{"a": 1, "a": 2}', "[]", "{}"]
    wrapped = {"model": "wan26_i2i", "input": [{"params": {"model": "x"}}]}
    found = {each.rule for text in texts for each in lint(text).findings}
    found |= {each.rule for each in lint(wrapped).findings}
    assert found >= {name for name in LINTER_RULES if name[:4] == "json"} | {"model-conflict"}
    assert found <= list_names()


@pytest.mark.parametrize(
    ("text", "argv", "code"),
    [
        (INFO, [], 0),
        (INFO, ["--fail-on", "warning"], 0),
        (INFO, ["--fail-on", "info"], 1),
        (TWO, ["--ignore", "n-range"], 0),
        (TWO, ["--ignore", "n-range", "--fail-on", "warning"], 1),
        (TWO, ["--ignore", "n-range", "--strict", "--no-strict"], 0),
        (TWO, ["--strict", "--exit-zero"], 0),
        ("{", ["--exit-zero"], 0),
    ],
)
def test_the_least_severity_that_fails_can_be_chosen(
    wanproof: Run, text: str, argv: list[str], code: int
) -> None:
    write(a_json=text)
    assert wanproof("lint", "a.json", *argv)[0] == code


def test_exit_zero_does_not_hide_unreadable_input(wanproof: Run) -> None:
    assert wanproof("lint", "missing.json", "--exit-zero")[0] == 2


def test_quiet_prints_findings_only(wanproof: Run) -> None:
    write(a_json=BROKEN, b_json=VALID)
    assert wanproof("lint", "-q", "b.json") == (0, "", "")
    code, out, err = wanproof("lint", "-q", "a.json", "b.json")
    assert (code, err) == (1, "")
    assert out.splitlines()[-1] == "  got: 9"
    assert wanproof("lint", "-q", "-f", "github", "b.json")[1] == ""


def test_statistics_count_each_rule(wanproof: Run) -> None:
    write(a_json=TWO, b_json=BROKEN)
    assert wanproof("lint", "a.json", "b.json", "--statistics")[1] == (
        "     2  error    n-range [001021011]\n"
        "     1  warning  unknown-member\n"
        "2 payloads, 0 valid, 2 errors, 1 warning\n"
    )
    document = json.loads(wanproof("lint", "a.json", "--statistics", "-f", "json")[1])
    assert document["statistics"][1] == {
        "rule": "n-range",
        "code": "001021011",
        "severity": "error",
        "count": 1,
    }
    assert [*document["results"][0]] == ["source", "record", "model", "valid"]
    assert "| 1 | error | `n-range` |" in wanproof("lint", "a.json", "--statistics", "-f", "md")[1]
    code, out, err = wanproof("lint", "a.json", "--statistics", "-f", "sarif")
    assert (code, out) == (2, "")
    assert "error: --statistics is for --format text, json, md, not for sarif\n" in err


@pytest.mark.parametrize(("most", "listed"), [(0, 0), (1, 1), (2, 2), (3, 3), (9, 3)])
def test_only_the_first_findings_are_listed(wanproof: Run, most: int, listed: int) -> None:
    write(a_json=TWO, b_json=BROKEN)
    argv = ["lint", "a.json", "b.json", "--max-findings", str(most)]
    code, out, _ = wanproof(*argv)
    assert code == 1
    assert out.count(".json:1:") == listed
    more = {3: "and 3 more findings\n", 2: "and 2 more findings\n", 1: "and 1 more finding\n"}
    assert out.endswith(more.get(3 - listed, "") + "2 payloads, 0 valid, 2 errors, 1 warning\n")
    assert json.loads(wanproof(*argv, "-f", "json")[1])["summary"]["hidden"] == 3 - listed


def test_the_number_of_findings_must_be_one(wanproof: Run) -> None:
    assert "'-1' is not a whole number from 0 up\n" in wanproof("lint", "--max-findings=-1")[2]


def test_the_output_can_be_a_file(wanproof: Run) -> None:
    write(a_json=BROKEN)
    assert wanproof("lint", ".", "-o", "out/found.json", "-f", "json") == (1, "", "")
    assert json.loads(Path("out/found.json").read_text())["summary"]["errors"] == 1
    assert wanproof("lint", ".", "-o", "out/found.json", "-f", "json") == (1, "", "")
    assert json.loads(Path("out/found.json").read_text())["summary"]["payloads"] == 1


def test_a_dash_is_standard_output(wanproof: Run) -> None:
    write(a_json=VALID)
    assert wanproof("lint", "a.json", "-o", "-") == wanproof("lint", "a.json")


def test_an_output_that_cannot_be_written_is_a_usage_error(wanproof: Run) -> None:
    write(a_json=BROKEN)
    Path("folder").mkdir()
    code, out, err = wanproof("lint", "a.json", "-o", "folder")
    assert (code, out) == (2, "")
    assert "error: cannot write --output folder: Is a directory\n" in err


def test_files_in_folders_that_are_no_payloads_are_counted(wanproof: Run) -> None:
    write(a_json=BROKEN, package_json='{"name": "x"}', settings_json='{"tabs": 4}')
    assert wanproof("lint", ".")[1].endswith("1 error, 0 warnings, 2 files skipped (no payload)\n")
    assert json.loads(wanproof("lint", ".", "-f", "json")[1])["summary"]["skipped"] == {
        "files": 2,
        "requests": 0,
    }
    assert wanproof("lint", "package.json")[0] == 1
    write(log_jsonl='{"level": 1}\n' * 3)
    assert "3 files skipped" in wanproof("lint", ".")[1]


def test_files_can_be_excluded(wanproof: Run) -> None:
    write(a_json=BROKEN, b_json=VALID)
    code, out, _ = wanproof("lint", ".", "a.json", "--exclude", "a.*", "--exclude", "c/")
    assert (code, out) == (0, "1 payload, 1 valid, 0 errors, 0 warnings\n")


def test_standard_input_can_have_a_name(wanproof: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, f"{VALID}\n{BROKEN}\n")
    code, out, _ = wanproof("lint", "--stdin-filename", "x/y.jsonl")
    assert code == 1
    assert out.startswith("x/y.jsonl:2:")


def test_the_payloads_of_curl_commands_are_linted(wanproof: Run) -> None:
    url = "https://api.example.com/vendors/alibaba/v1/wan2.5-i2v-preview/generation"
    text = f'$ curl -X POST {url} \\\n  -d \'{{\n  "prompt": "a", "n":7}}\'\n\ncurl {url}/7\n'
    write(a_txt=text)
    code, out, _ = wanproof("lint", "a.txt")
    assert code == 1
    assert out.startswith("a.txt:2:7: error image-type image is required")
    assert "a.txt:3:18: warning unknown-member n is not a documented member" in out
    assert '\n  |   "prompt": "a", "n":7}\'\n  |                  ^\n' in out
    assert out.endswith("1 payload, 0 valid, 1 error, 1 warning, 1 request skipped (no create)\n")


def test_the_model_in_a_url_must_be_documented(wanproof: Run) -> None:
    url = "https://api.example.com/vendors/alibaba/v1/wan2.5-i2v-previw/generation"
    write(a_txt=f"curl {url} -d '{{}}'\n")
    code, out, _ = wanproof("lint", "a.txt")
    assert code == 1
    assert out.startswith(
        "a.txt:1:82: error model-known the URL has an unknown model, 'wan2.5-i2v-previw'; "
        "did you mean wan2.5-i2v-preview?\n"
    )
    assert "model-known" not in wanproof("lint", "a.txt", "-m", "wan26_i2i")[1]


def test_the_payloads_of_a_har_file_are_linted(wanproof: Run) -> None:
    entry = {"request": {"method": "POST", "url": "https://x/model/v1/generation"}}
    body = {"postData": {"text": BROKEN.replace(", ", ",\n")}}
    log = {"log": {"entries": [entry, {"request": {**entry["request"], **body}}]}}
    text = json.dumps(log, indent=1)
    write(a_har=text)
    code, out, _ = wanproof("lint", ".")
    (line,) = [number for number, each in enumerate(text.split("\n"), 1) if '"text"' in each]
    column = text.split("\n")[line - 1].index("9") + 1
    assert code == 1
    assert out.startswith(f"./a.har:{line}:{column}: error n-range")
    assert out.endswith("1 request skipped (no create)\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model: wan26_i2i\ninput: {}\n", "this is YAML, not JSON; convert it"),
        ("---\n- a\n", "this is YAML"),
        ("# c\n\nname: x", "this is YAML"),
        ('{\n  // comment\n  "model": 1}', "this is JSON with comments (JSONC)"),
        ('{"model": 1 /* c */}', "this is JSON with comments (JSONC)"),
        ('/* c */ {"model": 1}', "this is JSON with comments (JSONC)"),
        ('{"model": 1,}', "a comma stands before the end of an object or array"),
        ('{"model": [1,\n ]}', "a comma stands before the end of an object or array"),
        ("{'model': 1}", "this is not JSON: expecting property name"),
        ("{", "this is not JSON: expecting property name"),
        ("Hello", "this is not JSON: expecting value"),
    ],
)
def test_yaml_and_json_with_comments_are_recognised(wanproof: Run, text: str, message: str) -> None:
    write(a_json=text)
    code, out, _ = wanproof("lint", "a.json")
    assert code == 1
    assert f" error json-syntax {message}" in out


@pytest.mark.parametrize(("text", "column"), [('{"a": 1 , }', 9), ("[1,]", 3), ("[1, ,2]", 5)])
def test_a_comma_before_the_end_has_its_place(wanproof: Run, text: str, column: int) -> None:
    write(a_json=text)
    assert wanproof("lint", "a.json")[1].startswith(f"a.json:1:{column}: error json-syntax ")
