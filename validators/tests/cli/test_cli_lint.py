"""``wanproof lint``: exit codes, input, the model, output."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from wan_validators.cli import main

from .cli_input import BROKEN, VALID, Run, write

STRAY = VALID[:-1] + ', "stray": 1}'


NAMELESS = '{"prompt": "a cat", "image": "https://example.com/cat.png"}'


def feed(monkeypatch: pytest.MonkeyPatch, text: str, *, terminal: bool = False) -> None:
    class Stdin(io.TextIOWrapper):
        def isatty(self) -> bool:
            return terminal

    monkeypatch.setattr(sys, "stdin", Stdin(io.BytesIO(text.encode())))


# The exit code


@pytest.mark.parametrize("format", ["text", "json"])
@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["valid.json"], 0),
        (["stray.json"], 0),
        (["stray.json", "--strict"], 1),
        (["valid.json", "--strict"], 0),
        (["broken.json"], 1),
        (["valid.json", "broken.json", "valid.json"], 1),
        (["text.json"], 1),
        (["missing.json"], 2),
        (["missing.json", "broken.json"], 2),
        (["valid.json", "--model", "no-such-model"], 2),
        (["valid.json", "--no-such-option"], 2),
    ],
)
def test_the_exit_code_is_the_same_in_every_format(
    wanproof: Run, argv: list[str], code: int, format: str
) -> None:
    write(valid_json=VALID, stray_json=STRAY, broken_json=BROKEN, text_json="not json")
    assert wanproof("lint", *argv, "--format", format)[0] == code


# What is read


def test_unreadable_input_is_told_and_stops_nothing(wanproof: Run) -> None:
    write(a_json=BROKEN)
    code, out, err = wanproof("lint", "missing.json", ".git", "a.json")
    assert code == 2
    assert err == (
        "wanproof: cannot read missing.json: No such file or directory\n"
        "wanproof: cannot read .git: No such file or directory\n"
    )
    assert out.startswith("a.json:1:")
    assert out.endswith("\n1 payload, 0 valid, 1 error, 0 warnings, 2 unreadable\n")


def test_unreadable_input_is_named_in_json(wanproof: Run) -> None:
    write(a_json=VALID)
    code, out, _ = wanproof("lint", "--format=json", "missing.json", "a.json")
    document = json.loads(out)
    assert code == 2
    assert [each["source"] for each in document["unreadable"]] == ["missing.json"]
    assert [each["source"] for each in document["results"]] == ["a.json"]
    assert document["summary"]["payloads"] == 1


def test_lines_keep_their_numbers(wanproof: Run) -> None:
    write(a_jsonl=f"\n{VALID}\n\n{BROKEN}\nnot json\n")
    code, out, _ = wanproof("lint", "a.jsonl", "--format", "json")
    results = json.loads(out)["results"]
    assert code == 1
    assert [(each["record"], each["valid"]) for each in results] == [
        (2, True),
        (4, False),
        (5, False),
    ]
    places = [(f["rule"], f["line"], f["column"]) for each in results for f in each["findings"]]
    assert places == [("n-range", 4, BROKEN.index("9") + 1), ("json-syntax", 5, 1)]


@pytest.mark.parametrize("argv", [["-"], []])
def test_standard_input_is_one_payload(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch, argv: list[str]
) -> None:
    feed(monkeypatch, BROKEN.replace(", ", ",\n"))
    code, out, _ = wanproof("lint", *argv)
    assert code == 1
    assert out.startswith("<stdin>:5:21: error n-range")


def test_standard_input_can_be_lines(wanproof: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, f"{VALID}\n{BROKEN}\n")
    code, out, _ = wanproof("lint", "--jsonl", "-")
    assert code == 1
    assert out.startswith("<stdin>:2:")
    assert out.endswith("2 payloads, 1 valid, 1 error, 0 warnings\n")


def test_without_files_at_a_terminal_there_is_nothing_to_do(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed(monkeypatch, "", terminal=True)
    code, out, err = wanproof("lint")
    assert (code, out) == (2, "")
    assert err.startswith(
        "wanproof lint: error: no files given; name the files to lint, or - for standard input\n"
    )


def test_without_files_and_without_standard_input_there_is_nothing_to_do(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert wanproof("lint")[0] == 2


def test_a_directory_stands_for_its_files(wanproof: Run) -> None:
    Path("payloads").mkdir()
    Path("payloads", "b.json").write_text(VALID)
    Path("payloads", "a.jsonl").write_text(f"{BROKEN}\n{VALID}\n")
    code, out, _ = wanproof("lint", "payloads")
    assert code == 1
    assert out.startswith(f"{Path('payloads', 'a.jsonl')}:1:")
    assert out.endswith("\n3 payloads, 2 valid, 1 error, 0 warnings\n")


# The model


@pytest.mark.parametrize(
    "name",
    ["wan2.2-i2v-plus", "https://api.example.com/vendors/alibaba/v1/wan2.2-i2v-plus/generation"],
)
def test_the_model_can_be_named(wanproof: Run, name: str) -> None:
    write(a_json=NAMELESS)
    assert wanproof("lint", "a.json")[0] == 1
    code, out, _ = wanproof("lint", "a.json", "--format", "json", "--model", name)
    assert code == 0
    assert json.loads(out)["results"][0]["model"] == "wan2.2-i2v-plus"


def test_a_model_that_is_none_is_a_usage_error_with_the_nearest_name(wanproof: Run) -> None:
    code, out, err = wanproof("lint", "a.json", "--model", "wan26_i2")
    assert (code, out) == (2, "")
    assert err.partition("\n")[0].endswith("no model 'wan26_i2'; did you mean wan26_i2i?")


def test_any_encoding_of_the_output_will_do(wanproof: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write(a_json='{"model": "wan26_i2i", "\\u732b": 1}')
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main(["lint", "a.json"]) == 1
    assert b"unknown-member \\u732b is not" in raw.getvalue()


def test_output_need_not_be_a_file(monkeypatch: pytest.MonkeyPatch, wanproof: Run) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["--version"]) == 0
    assert out.getvalue().startswith("wanproof ")


# Weight


def test_linting_a_payload_of_urls_loads_no_heavy_module(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(BROKEN)
    program = (
        "import sys; from wan_validators.cli import main; code = main(sys.argv[1:]); "
        "print(code, *{'flask', 'hypothesis', 'PIL', 'rich', 'tinytag'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "lint", str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COVERAGE_PROCESS_START": ""},
    )
    assert done.stdout.endswith("\n1\n")
    assert done.stderr == ""


def test_each_line_is_answered_before_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    answered = []

    class Pipe(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            answered.append(out.getvalue().count('"record"'))
            line = f"{BROKEN}\n".encode() if len(answered) < 4 else b""
            buffer[: len(line)] = line
            return len(line)

    monkeypatch.setattr(sys, "stdin", Namespace(buffer=io.BufferedReader(Pipe())))
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["lint", "-", "--jsonl", "--format", "json"]) == 1
    assert answered == [0, 1, 2, 3]
    assert json.loads(out.getvalue())["summary"]["payloads"] == 3


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_what_the_shell_has_closed_is_not_written_to(
    closed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.json").write_text(BROKEN, encoding="utf-8")
    monkeypatch.setattr(sys, closed, None)

    assert main(["lint", str(tmp_path / "a.json")]) == 1
    getattr(sys, closed).close()


def test_an_output_that_somebody_closed_ends_in_a_line_not_in_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.json").write_text(BROKEN, encoding="utf-8")
    output = io.StringIO()
    output.close()
    monkeypatch.setattr(sys, "stdout", output)

    assert main(["lint", str(tmp_path / "a.json")]) == 3
    assert "I/O operation on closed file" in capsys.readouterr().err
