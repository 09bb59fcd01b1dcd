"""Each block of the README and of the pages in docs/ is executed.

A comment in the line before a block says how:

===========================  ==================================================================
``file: NAME``               the file NAME is there when the other blocks of the page run
``run: CODE``                a wanproof command prints exactly this and exits with CODE
``prints: CODE COMMAND``     COMMAND prints this JSON document and exits with CODE
``checked: CODE``            a command prints these lines in this order; … and numbers may vary
``then: CODE, with A as B``  the same in the folder of the last ``checked``, with a changed client
``listens: CODE, while A``   the same while the script A runs; it finds the port 8322 of the command
``starts``                   a wanproof server starts and stops
``setup``                    make targets and pip extras exist
``ci``                       the steps of a GitHub workflow run without an error
``gitlab``                   the script of a GitLab job runs without an error
``action``, ``pre-commit``   the action and the hooks of this repository have these inputs and ids
``engine: MODULE``           Python runs in ``make engines``; see ``engines_check.py``
``serve``                    Python runs beside a server at the default address
``pytest``                   a test module passes
``suite: SUMMARY``           the contract suite ends with SUMMARY
===========================  ==================================================================

Python without a comment runs by itself. ``uses: PAGE`` anywhere adds the files of another page.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
import yaml

from wan_mockserver import Server, create_app
from wan_mockserver.scenarios import toml_format as scenario_file
from wan_validators.cli import main

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = (
    ROOT / "README.md",
    # The pages of laws are generated and have no commands.
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "laws"),
)
ADDRESS: Final = "http://127.0.0.1:8321"
WANPROOF: Final = Path(sys.executable).with_name("wanproof")
MAX_START_SECONDS: Final = 30
MAX_SCRIPT_SECONDS: Final = 60
LISTEN_PORT: Final = "8322"


class Block(NamedTuple):
    """A fenced block: its page, the comment before it, its language, text and line."""

    page: Path
    note: str
    language: str
    text: str
    line: int

    @property
    def id(self) -> str:
        """The file and the line."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def kind(self) -> str:
        """The first word of the comment, or the language."""
        return self.note.partition(":")[0] or self.language

    @property
    def value(self) -> str:
        """The rest of the comment."""
        return self.note.partition(": ")[2]


@cache
def blocks_of(page: Path) -> list[Block]:
    """Returns the fenced blocks of *page*."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(
        r"(?:<!-- ([^\n]*) -->\n)?^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE
    )
    return [
        Block(
            page,
            match[1] or "",
            match[2],
            match[3],
            text.count("\n", 0, match.start(3)) + 1,
        )
        for match in found
    ]


def blocks(*kinds: str) -> list[Block]:
    """Returns the blocks of all pages that are of one of *kinds*."""
    return [block for page in PAGES for block in blocks_of(page) if block.kind in kinds]


def stories() -> list[list[Block]]:
    """Returns each ``checked`` block with the ``then`` blocks after it."""
    found: list[list[Block]] = []
    for block in blocks("checked", "then"):
        if block.kind == "checked":
            found.append([])
        found[-1].append(block)
    return found


def files_of(page: Path) -> Iterator[Block]:
    """Yields the files that *page* shows or uses."""
    for other in re.findall("<!-- uses: (.*?) -->", page.read_text(encoding="utf-8")):
        yield from files_of(ROOT / other)
    yield from (block for block in blocks_of(page) if block.kind == "file")


def identify(block: Block) -> str:
    return block.id


@pytest.fixture
def enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Block], Path]:
    """A function that makes a working directory with the files of a block's page."""

    def enter(block: Block) -> Path:
        for each in files_of(block.page):
            file = tmp_path / each.value
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(each.text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        return tmp_path

    return enter


Enter = Callable[[Block], Path]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_console_and_python_block_says_how_it_is_executed(page: Path) -> None:
    kinds = {"file", "run", "prints", "checked", "then", "starts", "setup", "ci", "serve"}
    kinds |= {"listens", "pytest", "suite", "python", "engine", "gitlab", "action", "pre-commit"}

    odd = [
        block.id
        for block in blocks_of(page)
        if block.kind not in kinds and (block.note or block.language != "text")
    ]

    assert odd == []


@pytest.mark.parametrize("block", blocks("run"), ids=identify)
def test_commands_print_what_is_shown(
    block: Block, enter: Enter, capsys: pytest.CaptureFixture[str]
) -> None:
    enter(block)
    command, shown = block.text.split("\n", 1)

    code = main(arguments_of(command))

    assert_shown(shown, capsys.readouterr().out)
    assert code == int(block.value)


@pytest.mark.parametrize("block", blocks("prints"), ids=identify)
def test_json_documents_are_as_shown(
    block: Block, enter: Enter, capsys: pytest.CaptureFixture[str]
) -> None:
    enter(block)
    code, _, command = block.value.partition(" ")

    assert main(arguments_of(command)) == int(code)

    assert json.loads(capsys.readouterr().out) == json.loads(block.text)


@pytest.mark.parametrize("story", stories(), ids=lambda story: story[0].id)
def test_checks_say_what_is_shown(enter: Enter, story: list[Block]) -> None:
    folder = enter(story[0])
    for block in story:
        code, _, change = block.value.partition(", with ")
        if change:
            before, _, after = change.partition(" as ")
            assert sum([replace_in(file, before, after) for file in folder.glob("my*")]) == 1
        command, _, shown = block.text.partition("\n")
        if " node " in command and shutil.which("node") is None:
            pytest.skip("node is not installed")
        run = run_command(command, folder)
        assert run.returncode == int(code), run.stdout + run.stderr
        assert_shown(shown, run.stdout, mask_figures)


@pytest.mark.parametrize("block", blocks("listens"), ids=identify)
def test_checks_listen_to_a_script(block: Block, enter: Enter) -> None:
    folder = enter(block)
    match = re.fullmatch(r"(\d+), while (\S+?)(?:, with (.*) as (.*))?", block.value)
    assert match
    script = folder / match[2]
    assert not match[3] or replace_in(script, match[3], match[4])
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = str(found.getsockname()[1])
    assert replace_in(script, LISTEN_PORT, port)
    command, _, shown = block.text.partition("\n")
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    assert LISTEN_PORT in command
    arguments = arguments_of(command.replace(LISTEN_PORT, port))
    with subprocess.Popen(
        [WANPROOF, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as check:
        assert check.stderr
        while "/finish" not in check.stderr.readline():
            assert check.poll() is None
        subprocess.run(["node", script], cwd=folder, check=True, timeout=MAX_SCRIPT_SECONDS)
        printed, errors = check.communicate(timeout=MAX_SCRIPT_SECONDS)
    assert check.returncode == int(match[1]), printed + errors
    assert_shown(shown, printed, mask_figures)


@pytest.mark.parametrize("block", blocks("starts"), ids=identify)
def test_servers_start_and_stop(block: Block, enter: Enter) -> None:
    folder = enter(block)
    port = folder / "port.txt"
    for line in block.text.splitlines():
        port.unlink(missing_ok=True)
        assert "--port" not in line
        command = [str(WANPROOF), *arguments_of(line), "--port", "0", "--port-file", str(port)]
        with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as server:
            until = time.monotonic() + MAX_START_SECONDS
            while not port.exists() and server.poll() is None and time.monotonic() < until:
                time.sleep(0.05)
            server.send_signal(signal.SIGTERM)
        assert port.exists()
        assert server.returncode == 0


@pytest.mark.parametrize("block", blocks("setup"), ids=identify)
def test_setup_commands_name_what_exists(block: Block) -> None:
    for line in block.text.splitlines():
        assert_setup(line)


@pytest.mark.usefixtures("few_plugins")
@pytest.mark.parametrize("block", blocks("ci"), ids=identify)
def test_workflows_run(block: Block, enter: Enter) -> None:
    folder = enter(block)
    (job,) = yaml.safe_load(block.text)["jobs"].values()
    commands = [line for step in job["steps"] for line in step.get("run", "").splitlines()]
    assert commands
    for command in commands:
        if command.startswith("wanproof "):
            run = run_command(command, folder)
            assert run.returncode == 0, run.stdout + run.stderr
        elif command.startswith("pytest"):
            run = run_pytest(folder, *shlex.split(command)[1:])
            assert run.returncode == 0, run.stdout
        else:
            assert_setup(command)


@pytest.mark.parametrize("block", blocks("gitlab"), ids=identify)
def test_gitlab_jobs_run(block: Block, enter: Enter) -> None:
    folder = enter(block)
    for job in yaml.safe_load(block.text).values():
        for command in job["script"]:
            if command.startswith("wanproof "):
                run = run_command(command, folder)
                assert run.returncode == 0, run.stdout + run.stderr
            else:
                assert_setup(command)
        assert all((folder / report).is_file() for report in job["artifacts"]["reports"].values())


@pytest.mark.parametrize("block", blocks("action"), ids=identify)
def test_the_action_has_the_inputs_that_are_shown(block: Block) -> None:
    inputs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    (job,) = yaml.safe_load(block.text)["jobs"].values()
    used = [each["with"] for each in job["steps"] if "/wanproof@" in each["uses"]]
    assert used
    assert all(each.keys() <= inputs.keys() for each in used)


@pytest.mark.parametrize("block", blocks("pre-commit"), ids=identify)
def test_the_hooks_that_are_shown_exist(block: Block) -> None:
    known = {each["id"] for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    (repository,) = yaml.safe_load(block.text)["repos"]
    assert {each["id"] for each in repository["hooks"]} <= known


@pytest.mark.usefixtures("few_plugins")
@pytest.mark.parametrize("block", blocks("suite"), ids=identify)
def test_the_suite_runs_in_a_repository_of_the_users(block: Block, enter: Enter) -> None:
    folder = enter(block)
    (folder / "test_contract.py").write_text(block.text, encoding="utf-8")
    options = ["--wan-model", "wan2.5-i2i-preview", "--wan-profile", "money-safe"]

    run = run_pytest(folder, *options, "--wan-examples", "0")

    assert block.value in run.stdout
    assert run.returncode == int("failed" in block.value)


@pytest.mark.parametrize("block", blocks("python", "serve"), ids=identify)
def test_python_runs(block: Block, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(enter(block))
    code = "\n" * (block.line - 1) + block.text
    names: dict[str, Any] = {"__name__": "documentation"}
    if block.kind != "serve":
        exec(compile(code, block.page, "exec"), names)
        return
    with Server(create_app(seed=7)) as server:
        source = code.replace(ADDRESS, server.url)
        assert source != code
        exec(compile(source, block.page, "exec"), names)
        names["client"].close()


@pytest.mark.usefixtures("few_plugins")
@pytest.mark.parametrize("block", blocks("pytest"), ids=identify)
def test_tests_pass(block: Block, enter: Enter) -> None:
    folder = enter(block)
    file = folder / "test_of_the_page.py"
    file.write_text(block.text, encoding="utf-8")

    run = run_pytest(folder, "--strict-markers", file.name)

    assert run.returncode == 0, run.stdout
    assert f"{block.text.count('def test_')} passed" in run.stdout


@pytest.mark.parametrize("block", blocks("file"), ids=identify)
def test_files_are_what_they_are_shown_as(block: Block, enter: Enter) -> None:
    file = enter(block) / block.value
    match block.language:
        case "toml" if "summary" in block.text:
            assert scenario_file.read_scenarios(file)
        case "toml":
            assert tomllib.loads(block.text)
        case "json":
            assert all(map(json.loads, block.text.splitlines() if file.suffix == ".jsonl" else
                           [block.text]))  # fmt: skip
        case language:
            assert language in ("python", "javascript", "sh")  # other blocks run it


def arguments_of(command: str) -> list[str]:
    """Returns the arguments of a wanproof command."""
    program, *arguments = shlex.split(command.removeprefix("$ "))
    assert program == "wanproof"
    return arguments


def run_command(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [WANPROOF, *arguments_of(command)], cwd=folder, capture_output=True, text=True, check=False
    )


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def assert_shown(shown: str, printed: str, normalise: Callable[[str], str] = str) -> None:
    """Fails unless *printed* has the lines of *shown*; a line … stands for any lines."""
    if "…\n" not in shown:
        assert list(map(normalise, printed.splitlines())) == [
            normalise(line) for line in shown.splitlines()
        ]
        return
    lines = iter(map(normalise, printed.splitlines()))
    for line in map(normalise, shown.splitlines()):
        assert line == "…" or line in lines, f"{line!r} is not printed where it should be"


def assert_setup(line: str) -> None:
    """Fails unless a make target or the extras of a pip command exist."""
    project: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    words = shlex.split(line.removeprefix("$ "), comments=True)
    match words:
        case ["make", target, *_]:
            assert re.search(
                f"^{target}:.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE
            )
        case ["pip", "install", what]:
            extras = re.findall(r"\[(.*)\]", what)
            assert {*extras} <= {*project["project"]["optional-dependencies"]}
        case _:
            pytest.fail(f"nothing executes {line!r}")


def replace_in(file: Path, before: str, after: str) -> bool:
    """Replaces *before* by *after* in *file*. Returns True if it was there."""
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(before, after), encoding="utf-8")
    return before in text


def mask_figures(line: str) -> str:
    """Returns *line* without what differs from run to run."""
    return re.sub("[0-9.]+", "#", " ".join(line.split()))
