"""What a user hears where an extra is missing: always one sentence, with the extra that helps."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import requires
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import wan_contracts
import wan_mockserver

ROOT = Path(__file__).parents[1]

MOCK = ("cattrs", "flask", "httpx", "jinja2", "waitress", "werkzeug")
CONTRACT = ("hypothesis", "jsonschema", "pytest", "respx")
EVERYTHING = (
    *(*MOCK, *CONTRACT, "av", "redis"),
    *("msgspec", "pyarrow", "dask", "distributed"),
)

BLOCK = """
import json, sys
blocked = set(sys.argv.pop(1).split(","))
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Block())
"""
"""Takes the first argument for the libraries that are not installed."""

COMMAND = f"{BLOCK}\nfrom wan_validators.cli import main\nsys.exit(main(sys.argv[1:]))"

IMPORTS = f"""{BLOCK}
# A module whose import fails does not stay in sys.modules, so each one is tried anew.
from importlib import import_module
said = {{}}
for name in sys.argv[1:]:
    try:
        import_module(name)
    except Exception as error:
        said[name] = [type(error).__name__, str(error)]
print(json.dumps(said))
"""

PLUGINS = {
    "wan_mockserver.lint_plugin",
    "wan_mockserver.pytest_plugin",
    "wan_contracts.pytest_plugin",
    "wan_contracts.pytest_options",
}
"""Pytest itself loads them, before anything else, so they import nothing else of ours."""

MODULES = [
    name
    for package in (wan_mockserver, wan_contracts)
    for file in sorted(Path(package.__path__[0]).rglob("*.py"))
    for name in [".".join(file.relative_to(Path(package.__path__[0]).parent).with_suffix("").parts)]
    if name not in PLUGINS
]

CLIENT = """
from wan_contracts.protocol.outcome import Outcome, OutcomeKind

class Client:
    def __init__(self, setting): pass
    def generate(self, model, payload): return Outcome(kind=OutcomeKind.GAVE_UP)
"""


VIDEO = f"""{BLOCK}
import httpx
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.http.httpx_transport import BASE_URL, WanTransport
transport = WanTransport(Mock(Simulator(lifecycle=Polls(0))))
headers = {{"Authorization": "Bearer any"}}
client = httpx.Client(transport=transport, base_url=BASE_URL, headers=headers)
path = "/vendors/alibaba/v1/wan2.5-i2v-preview/generation"
payload = {{"prompt": "A cat", "image": "https://example.com/a.jpg"}}
task = client.post(path, json=payload).json()["task_info"]["id"]
[url] = client.get(f"{{path}}/{{task}}").json()["videos"]
answer = client.get(url)
print(answer.status_code, answer.headers["content-type"], answer.content[4:8].decode())
"""


def run(code: str, blocked: tuple[str, ...], *args: str, cwd: Path = ROOT) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", code, ",".join(blocked), *args],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def sentence(module: str, extra: str) -> str:
    return f'{module} is not installed; get it with: pip install "wanproof[{extra}]"'


def needs(extra: str) -> set[str]:
    """The libraries of *extra*, as the installed metadata lists them."""
    listed = [line for line in requires("wanproof") or [] if f"extra == '{extra}'" in line]
    return {Requirement(line).name for line in listed}


def test_each_extra_brings_all_that_its_commands_need() -> None:
    assert needs("mock") == {*MOCK}
    assert needs("video") == {*MOCK, "av"}
    assert needs("redis") == {*MOCK, "redis"}
    assert needs("contract") == {*MOCK, *CONTRACT}
    assert needs("fast") == {"msgspec"}
    assert needs("parquet") == {"pyarrow"}
    assert needs("dask") == {"dask", "distributed"}
    assert needs("all") == {*EVERYTHING}


def test_the_metadata_writes_out_an_extra_within_an_extra() -> None:
    """Or the extra of a library could not be found there."""
    assert not [line for line in requires("wanproof") or [] if line.startswith("wanproof")]


@pytest.mark.parametrize(
    ("argv", "extra"),
    [
        (("serve",), "mock"),
        (("serve", "--help"), None),
        (("serve", "--store", "redis://127.0.0.1:1"), "mock"),
        (("scenarios",), None),
        (("scenarios", "accept-lost"), None),
        (("check", "--help"), None),
        (("lint", "a.parquet"), "parquet"),
        (("lint", "--dask", "local", "a.json"), "dask"),
        (("check", "--list"), "contract"),
        (("check", "--schema", "case"), None),
        (("check", "--client", "client.py:Client"), "contract"),
        (("check", "--", "true"), "contract"),
        (("replay", "call.json"), "contract"),
        (("rules",), None),
    ],
)
def test_a_command_names_the_one_extra_that_it_needs(
    argv: tuple[str, ...], extra: str | None, tmp_path: Path
) -> None:
    code, out, err = run(COMMAND, EVERYTHING, *argv, cwd=tmp_path)
    if extra is None:
        assert (code, err) == (0, "")
        return
    module = err.removeprefix("wanproof: ").partition(" ")[0]
    assert module in EVERYTHING
    assert (code, out, err) == (2, "", f"wanproof: {sentence(module, extra)}\n")


@pytest.mark.parametrize(
    ("command", "module"),
    [
        *product(["check", "replay"], ["httpx", "waitress", "werkzeug", "hypothesis"]),
        ("check", "jinja2"),
    ],
)
def test_the_suite_names_its_extra_whichever_library_is_missing(
    command: str, module: str, tmp_path: Path
) -> None:
    (tmp_path / "client.py").write_text(CLIENT)
    (tmp_path / "call.json").write_text("{}")
    place = {"check": ["--client", "client.py:Client"], "replay": ["call.json"]}[command]
    html = ["--report", "html=report.html"] if command == "check" else []
    quick = ["--examples", "0", "--brief", "--model", "wan26_i2i", "--scenario", "ok"]
    argv = [command, *place, *html, *(quick if command == "check" else [])]
    code, _, err = run(COMMAND, (module,), *argv, cwd=tmp_path)
    assert (code, err) == (2, f"wanproof: {sentence(module, 'contract')}\n")


@pytest.mark.parametrize(
    ("argv", "module", "extra"),
    [
        (("serve", "--store", "redis://127.0.0.1:1"), "redis", "redis"),
        (("serve", "--port", "0"), "werkzeug", "mock"),
        (("serve", "--port", "0"), "waitress", "mock"),
        (("serve", "--store", "sqlite:tasks.db"), "cattrs", "mock"),
    ],
)
def test_the_server_names_the_extra_of_what_it_is_asked_for(
    argv: tuple[str, ...], module: str, extra: str, tmp_path: Path
) -> None:
    assert run(COMMAND, (module,), *argv, cwd=tmp_path) == (
        2,
        "",
        f"wanproof: {sentence(module, extra)}\n",
    )


def test_the_help_names_no_command_that_cannot_be_listed() -> None:
    code, out, _ = run(COMMAND, EVERYTHING, "--help")
    assert code == 0
    assert "not installed" not in out


@pytest.mark.parametrize("blocked", [EVERYTHING, ("hypothesis",), ("werkzeug",), ("pytest",)])
def test_every_module_can_be_imported_or_names_the_extra_of_its_package(
    blocked: tuple[str, ...],
) -> None:
    code, out, err = run(IMPORTS, blocked, *MODULES)
    assert code == 0, err
    said = json.loads(out)
    assert said
    for name, (kind, message) in said.items():
        extra = "mock" if name.startswith("wan_mockserver") else "contract"
        if name.endswith(".films") and message.startswith("av "):
            extra = "video"
        elif name.endswith((".redis", ".redis_errors")) and message.startswith("redis "):
            extra = "redis"
        module = message.partition(" ")[0]
        assert (kind, message) == ("ModuleNotFoundError", sentence(module, extra)), name


@pytest.mark.parametrize(
    ("statement", "extra"),
    [
        ("import wan_mockserver.http.wsgi", "mock"),
        ("from wan_mockserver.http.wsgi import create_app", "mock"),
        ("from wan_mockserver.http import httpx_transport", "mock"),
        ("import wan_mockserver.simulator.simulator as simulator", "mock"),
        ("from wan_contracts.generation.strategies import valid", "contract"),
        ("from wan_contracts.suite import test_law", "contract"),
        ("from wan_contracts.runner import harness", "contract"),
        ("from wan_mockserver import create_app", "mock"),
        ("from wan_contracts import valid", "contract"),
        ("from wanproof import create_app", "mock"),
        ("import wanproof; wanproof.Law", "contract"),
    ],
)
def test_each_form_of_import_says_what_to_install_in_its_last_line(
    statement: str, extra: str
) -> None:
    code, _, err = run(f"{BLOCK}\n{statement}", EVERYTHING)
    last = err.splitlines()[-1].removeprefix("ModuleNotFoundError: ")
    assert code == 1
    assert last == sentence(last.partition(" ")[0], extra)


def test_a_video_task_ends_in_an_mp4_without_pyav() -> None:
    assert run(VIDEO, ("av",)) == (0, "200 video/mp4 ftyp\n", "")


def test_a_client_is_checked_without_pyav_and_with_videos(tmp_path: Path) -> None:
    """The suite serves small films of one colour."""
    place = str(ROOT / "contract_tests/tests/faulty_clients/reference.py") + ":Reference"
    argv = ["check", "--client", place, "--model", "wan2.5-i2v-preview", "--scenario", "ok"]
    for size in ([], ["--full-size"]):
        quick = ["--examples", "0", "--brief", "--seed", "1", *size]
        code, out, err = run(COMMAND, ("av",), *argv, *quick, cwd=tmp_path)
        assert code == 0, out + err
        assert "Traceback" not in out + err
