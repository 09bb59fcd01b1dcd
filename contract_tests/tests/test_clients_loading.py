"""Tests how clients in Python are found and imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wan_contracts.clients.loading import load
from wan_contracts.protocol.outcome import Outcome
from wan_validators.command import UsageError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Changes to a directory with a package ``apack`` and files that fail."""
    files = {
        "apack/__init__.py": "",
        "apack/client.py": "class Maker:\n    def make(self): ...\n\nmaker = Maker()\n",
        "alone.py": "import helper_beside\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Client:\n    x: int = helper_beside.X\n",
        "helper_beside.py": "X = 5\n",
        "needs.py": "\nimport not_there_at_all\n",
        "raises.py": "def deep():\n    raise ValueError('no key')\n\ndeep()\n",
        "syntax.py": "x = 1\nx = = 2\n",
        "leaves.py": "import sys\nsys.exit(2)\n",
        "script.txt": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        del sys.modules[name]


def test_modules_and_files_are_loaded(folder: Path) -> None:
    assert load("apack.client:Maker").__name__ == "Maker"
    assert load("apack.client:maker.make")() is None
    assert load("alone.py:Client")().x == 5
    assert load(f"{folder / 'alone.py'}:Client")().x == 5
    assert load("wan_contracts.protocol.outcome:Outcome") is Outcome


def test_a_file_can_import_modules_from_its_directory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert load(f"{folder}/alone.py:Client")().x == 5


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("apack.client", "is given as package.module:attribute or path/to/file.py:attribute, for"),
        ("apack.client", "for example apack.client:make_client"),
        ("alone.py", "for example alone.py:make_client"),
        ("", "for example package.module:make_client"),
        (":x", "for example x:make_client"),
        ("apack.client:", "for example apack.client:make_client"),
        ("apack.client:a b", "for example apack.client:make_client"),
        ("script.txt:x/y", "for example script.txt:make_client"),
        ("my-client:x", "'my-client' is neither a module name nor a path that ends in .py"),
        ("apak:x", "there is no module 'apak', neither in the current directory nor installed"),
        ("aloen:x", "did you mean alone?"),
        ("apack.clint:x", "there is no module 'apack.clint': 'apack' was found, but it has no 'cl"),
        ("alone.deeper:x", "there is no module 'alone.deeper': 'alone' was found"),
        ("aloen.py:x", "there is no file aloen.py; did you mean alone.py?"),
        ("nowhere/x.py:x", "there is no file nowhere/x.py"),
        ("needs:x", "needs cannot be imported: ModuleNotFoundError: No module named 'not_there_at"),
        ("needs:x", "(needs.py, line 2)"),
        ("needs.py:x", "(needs.py, line 2)"),
        ("raises:x", "raises cannot be imported: ValueError: no key (raises.py, line 2)"),
        ("raises.py:x", "raises.py cannot be imported: ValueError: no key (raises.py, line 2)"),
        ("syntax.py:x", "cannot be imported: SyntaxError: invalid syntax (syntax.py, line 2)"),
        ("syntax:x", "(syntax.py, line 2)"),
        ("leaves:x", "leaves cannot be imported: SystemExit: 2 (leaves.py, line 2)"),
        ("apack.client:Makr", "apack.client has no 'Makr'; did you mean Maker?"),
        ("apack.client:zzz", "apack.client has no 'zzz'; it has Maker, maker"),
        ("apack.client:maker.mak", "apack.client.maker has no 'mak'; did you mean make?"),
        ("alone.py:zzz", "alone.py has no 'zzz'; it has Client"),
        ("helper_beside:zzz", "helper_beside has no 'zzz'; it has no public names"),
    ],
)
def test_a_client_that_cannot_be_loaded_is_reported(folder: Path, spec: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(spec)
    assert says in str(caught.value)
    assert str(caught.value).count(", line ") <= 1


def test_a_module_may_print_and_change_directory_during_its_import(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "busy.py").write_text("import os\nprint('loading')\nos.chdir('/')\nx = 5\n")
    assert load("busy.py:x") == 5
    assert Path.cwd() == folder
    assert capsys.readouterr() == ("", "loading\n")
