"""What the README shows is run: its files, its commands with their output, its Python."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from wan_mockserver.app import create_app
from wan_mockserver.scenarios import file as scenario_file
from wan_mockserver.server import Server
from wan_validators.cli import main

README = Path(__file__).parents[1] / "README.md"
ADDRESS = "http://127.0.0.1:8321"


class Block(NamedTuple):
    """A fenced block: what the comment before it says, its language, its text, its line."""

    note: str
    language: str
    text: str
    line: int


def blocks() -> list[Block]:
    readme = README.read_text(encoding="utf-8")
    found = re.finditer(r"(?:<!-- (.*?) -->\n)?```(\w+)\n(.*?)```", readme, re.DOTALL)
    return [
        Block(match[1] or "", match[2], match[3], readme.count("\n", 0, match.start(3)) + 1)
        for match in found
    ]


def noted(word: str) -> list[Block]:
    return [block for block in blocks() if block.note.startswith(word)]


def place(block: Block) -> str:
    return f"line {block.line}"


def stories() -> list[list[Block]]:
    """Checks, each with what is done in the same folder after it."""
    told: list[list[Block]] = []
    for block in blocks():
        if block.note.startswith("checked: "):
            told.append([block])
        elif block.note.startswith("then: "):
            told[-1].append(block)
    return told


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with the files that the README shows."""
    for block in noted("file: "):
        (tmp_path / block.note.removeprefix("file: ")).write_text(block.text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("block", noted("run: "), ids=place)
def test_commands_print_what_is_shown(block: Block, capsys: pytest.CaptureFixture[str]) -> None:
    command, shown = block.text.split("\n", 1)
    program, *arguments = shlex.split(command.removeprefix("$ "))
    assert program == "wanproof"

    code = main(arguments)

    assert capsys.readouterr().out == shown
    assert code == int(block.note.removeprefix("run: "))


@pytest.mark.parametrize("story", stories(), ids=lambda story: place(story[0]))
def test_checks_say_what_is_shown(folder: Path, story: list[Block]) -> None:
    for block in story:
        code, _, change = block.note.partition(": ")[2].partition(", with ")
        if change:
            before, _, after = change.partition(" as ")
            assert sum([changed(file, before, after) for file in folder.glob("my*")]) == 1
        checked(folder, block, int(code))


def checked(folder: Path, block: Block, code: int) -> None:
    """Runs the command of *block* in *folder*, and holds it against what is shown."""
    command, _, shown = block.text.partition("\n")
    program, *arguments = shlex.split(command.removeprefix("$ "))
    if "node" in arguments and shutil.which("node") is None:
        pytest.skip("node is not installed")

    run = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == code, run.stdout + run.stderr
    printed = iter(map(figureless, run.stdout.splitlines()))
    for line in map(figureless, shown.splitlines()):
        assert line == "…" or line in printed, f"{line!r} is not printed where it should be"


def changed(file: Path, before: str, after: str) -> bool:
    """Whether *before* stood in *file*, where *after* stands now."""
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(before, after), encoding="utf-8")
    return before in text


def figureless(line: str) -> str:
    """*line* without what differs from run to run."""
    return re.sub("[0-9.]+", "#", " ".join(line.split()))


@pytest.mark.parametrize("block", noted("suite"), ids=place)
def test_the_suite_runs_in_a_repository_of_the_users(folder: Path, block: Block) -> None:
    (folder / "test_contract.py").write_text(block.text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--wan-model", "wan2.5-i2i-preview"]
    options = ["--wan-examples", "0", "--wan-profile", "money-safe", "-p", "no:cacheprovider"]

    run = subprocess.run(
        [*command, *options], cwd=folder, capture_output=True, text=True, check=False
    )

    assert run.returncode == 1
    assert "test_law[one-charge]" in run.stdout
    assert "1 failed, 14 passed, " in run.stdout


@pytest.mark.parametrize(
    "block",
    [b for b in blocks() if b.language == "python" and b.note not in ("pytest", "suite")],
    ids=place,
)
def test_python_runs(block: Block) -> None:
    code = "\n" * (block.line - 1) + block.text
    if block.note != "serve":
        exec(compile(code, README, "exec"), {"__name__": "readme"})
        return
    with Server(create_app(seed=7)) as server:
        source = code.replace(ADDRESS, server.url)
        assert source != code
        names: dict[str, object] = {"__name__": "readme"}
        exec(compile(source, README, "exec"), names)
        names["client"].close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("block", noted("pytest"), ids=place)
def test_tests_pass(block: Block, tmp_path: Path) -> None:
    (tmp_path / "test_client.py").write_text(block.text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--strict-markers", str(tmp_path)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert f"{block.text.count('def test_')} passed" in run.stdout


@pytest.mark.parametrize("block", noted("file: "), ids=place)
def test_files_are_what_they_are_shown_as(folder: Path, block: Block) -> None:
    file = folder / block.note.removeprefix("file: ")
    match block.language:
        case "toml":
            assert [*scenario_file.read(file)] == [file.stem]
        case "json":
            assert json.loads(file.read_text(encoding="utf-8"))
        case language:
            assert language in ("python", "javascript")  # which is run


def test_the_json_format_is_the_one_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = next(json.loads(b.text) for b in blocks() if b.text.startswith('{"version"'))
    (folder / "a.jsonl").write_text(
        '{"model":"wan26_i2i","input":{"messages":[{"role":"user","content":'
        '[{"text":"x"},{"image":"https://example.com/a.png"}]}]},"parameters":{"n":9}}'
    )

    main(["lint", "--format", "json", "a.jsonl"])

    given = json.loads(capsys.readouterr().out)
    given["results"][0]["findings"][0]["column"] = 88
    assert given == shown
