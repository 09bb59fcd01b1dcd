"""What becomes of wanproof on Windows, which these tests pretend to be on.

A new interpreter loads all libraries first. Then it loses what Windows has not, and loads
wanproof anew.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
CLIENT = PROJECT.parent / "contract_tests/tests/faulty_clients/reference.py"
ON_WINDOWS = """
import io, json, os, pathlib, pkgutil, select, signal, sys, time
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module

import wan_contracts, wan_mockserver, wan_validators, wanproof

MISSING = {
    os: "chown fork getegid geteuid getgid getpgid getuid killpg mkfifo set_blocking setsid uname",
    select: "epoll poll",
    signal: "SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE ITIMER_REAL alarm pthread_sigmask setitimer",
    time: "clock_getres clock_gettime tzset",
}
packages = [wanproof, wan_validators, wan_mockserver, wan_contracts]
modules = [
    each.name
    for package in packages
    for each in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
]
for name in modules:
    import_module(name)
for name in [*sys.modules]:
    if name.partition(".")[0] in {"waitress", "wan_contracts", "wan_mockserver", "wan_validators"}:
        del sys.modules[name]

os.name, sys.platform, pathlib.WindowsPath = "nt", "win32", pathlib.PosixPath
for module, names in MISSING.items():
    for name in names.split():
        delattr(module, name)
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
for name in modules:
    import_module(name)

from wan_validators.cli import main

ended = []
for argv in json.loads(sys.argv[1]):
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = main(argv)
    ended.append((code, out.getvalue(), err.getvalue()))
print(json.dumps(ended))
"""
COMMAND = ["--", "node", "client.mjs"]
SHORT = ["--model", "wan2.5-i2i-preview", "--scenario", "ok", "--examples", "0", "--brief"]
TRIED = {
    "check": ["check", *COMMAND],
    "check --stdio": ["check", "--stdio", *COMMAND],
    "replay": ["replay", "command.json", "--trust"],
    "replay --stdio": ["replay", "stdio.json", "--trust"],
    "replay with another client": ["replay", "--stdio", "python.json", *COMMAND],
    "check --client": ["check", *SHORT, "--client", f"{CLIENT}:Reference"],
    "lint": ["lint", "payload.json"],
}


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Ended]:
    """What came of each command."""
    folder = tmp_path_factory.mktemp("windows")
    (folder / "payload.json").write_text('{"model": "wan26_i2i", "input": {}}', encoding="utf-8")
    for form in ("command", "python", "stdio"):
        (folder / f"{form}.json").write_text(json.dumps(saved(form)), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", ON_WINDOWS, json.dumps([*TRIED.values()])],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return {name: Ended(*each) for name, each in zip(TRIED, json.loads(run.stdout), strict=True)}


def saved(form: str) -> dict[str, object]:
    """A replay file of a client of that *form*."""
    case = {"model": "wan26_i2i", "payload": {"prompt": "a"}, "scenario": "accept-lost"}
    client = {"form": form, "argv": ["client"]}
    law = {"version": 1, "law": "one-charge", "why": "2 tasks", "tempo": "real"}
    return {**law, "case": case, "client": client}


@pytest.mark.parametrize("tried", [*TRIED][:5])
def test_a_client_in_a_process_of_its_own_is_refused_with_what_to_do(
    ended: Mapping[str, Ended], tried: str
) -> None:
    code, out, err = ended[tried]

    assert (code, out) == (2, "")
    assert err.partition(": error: ")[2].partition("usage: ")[0] == (
        "a client in its own process needs non-blocking pipes, which Windows does not "
        "support: run this in WSL, or give a client in Python with --client\n"
    )


def test_a_client_in_python_is_checked(ended: Mapping[str, Ended]) -> None:
    code, out, err = ended["check --client"]

    assert code == 0, out + err


def test_payloads_are_linted(ended: Mapping[str, Ended]) -> None:
    code, out, err = ended["lint"]

    assert (code, err) == (1, "")
    assert "1 payload, 0 valid" in out


def test_no_more_systems_are_claimed_than_it_works_on() -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    claimed = [each for each in project["classifiers"] if each.startswith("Operating System")]

    assert claimed == ["Operating System :: POSIX", "Operating System :: POSIX :: Linux"]
