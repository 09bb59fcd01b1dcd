"""Tests where reports say that a client is defined."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wan_contracts.clients.loading import load
from wan_contracts.clients.source_location import find_command_source, find_python_source
from wan_contracts.results.report import SourceLocation

CLIENT = """\
from functools import partial
from dataclasses import dataclass
from argparse import ArgumentParser as Library
import helper
from helper import Shared

@dataclass
class Client:
    setting: object
    def generate(self, model, payload): ...

def make(setting):
    return Client(setting)

async def make_soon(setting):
    return Client(setting)

ready = Client(None)
bound = ready.generate
part = partial(partial(make), 1)
library = partial(Library, "x")
named: object = Library
short = lambda setting: None
made = type("Made", (), {"generate": make})
"""

FILES = {
    "my.py": CLIENT,
    "helper.py": "\n\nclass Shared:\n    def generate(self, model, payload): ...\n",
    "pack/__init__.py": "",
    "pack/inner.py": CLIENT,
    "run.sh": "#!/bin/sh\n",
    "sub/client.mjs": "",
    "prog": "\x7fELF\0\0",
    "settings.json": "{}",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Changes to a directory with FILES."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        del sys.modules[name]


def line(text: str) -> int:
    return CLIENT.split("\n").index(text) + 1


@pytest.mark.parametrize("home", ["my.py", "pack.inner"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Client", "@dataclass"),
        ("make", "def make(setting):"),
        ("make_soon", "async def make_soon(setting):"),
        ("ready", "@dataclass"),
        ("bound", "    def generate(self, model, payload): ..."),
        ("Client.generate", "    def generate(self, model, payload): ..."),
        ("part", "def make(setting):"),
        ("short", "short = lambda setting: None"),
        ("library", 'library = partial(Library, "x")'),
        ("named", "named: object = Library"),
        ("Library", "from argparse import ArgumentParser as Library"),
        ("made", 'made = type("Made", (), {"generate": make})'),
    ],
)
def test_a_client_in_python_is_found(folder: Path, home: str, name: str, text: str) -> None:
    place = f"{home}:{name}"

    found = find_python_source(place, load(place))

    file = "pack/inner.py" if home == "pack.inner" else "my.py"
    assert found == SourceLocation(path=str(folder / file), line=line(text))


def test_a_client_of_another_file_of_the_user_is_found_there(folder: Path) -> None:
    found = find_python_source("my.py:Shared", load("my.py:Shared"))

    assert found == SourceLocation(path=str(folder / "helper.py"), line=3)


def test_a_client_of_a_library_is_where_its_name_is_bound(folder: Path) -> None:
    library = folder / ".venv/lib/site-packages/sdk.py"
    library.parent.mkdir(parents=True)
    library.write_text("class Sdk:\n    def generate(self, model, payload): ...\n")
    (folder / "own.py").write_text(
        "import sys\nsys.path.insert(0, '.venv/lib/site-packages')\nfrom sdk import Sdk\n"
    )

    found = find_python_source("own.py:Sdk", load("own.py:Sdk"))

    assert found == SourceLocation(path=str(folder / "own.py"), line=3)


def test_a_name_that_is_bound_in_another_way_is_at_the_start_of_the_file(folder: Path) -> None:
    (folder / "odd.py").write_text("import argparse\nglobals()['x'] = argparse.ArgumentParser\n")

    found = find_python_source("odd.py:x", load("odd.py:x"))

    assert found == SourceLocation(path=str(folder / "odd.py"), line=1)


def test_what_is_not_a_file_is_not_found(folder: Path) -> None:
    import argparse

    (folder / "my.py").unlink()

    assert find_python_source("my.py:x", argparse.ArgumentParser) is None
    assert find_python_source("zipped.module:x", argparse.ArgumentParser) is None


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("./run.sh", "run.sh"),
        ("./run.sh settings.json", "run.sh"),
        ("node sub/client.mjs", "sub/client.mjs"),
        ("node --trace sub/client.mjs settings.json", "sub/client.mjs"),
        ("./prog sub/client.mjs", "sub/client.mjs"),
        ("python3 -m pack.inner", "pack/inner.py"),
        ("python3 -m pack my.py", "my.py"),
        ("/usr/bin/env python3 my.py", "my.py"),
    ],
)
def test_the_script_of_a_command_is_found(folder: Path, command: str, file: str) -> None:
    found = find_command_source(command.split())

    assert found == SourceLocation(path=str(folder / file), line=1)


def test_a_script_in_the_working_directory_comes_before_an_interpreter(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wrapper = tmp_path_factory.mktemp("bin") / "node-wrapper"
    wrapper.write_text("#!/bin/sh\n")

    own = find_command_source([str(wrapper), "sub/client.mjs"])
    other = find_command_source([str(wrapper), "--version"])

    assert own == SourceLocation(path=str(folder / "sub/client.mjs"))
    assert other == SourceLocation(path=str(wrapper))


@pytest.mark.parametrize("command", ["curl https://example.com", "./prog", "sub", ""])
def test_a_command_without_a_script_has_no_source(command: str) -> None:
    assert find_command_source(command.split()) is None
