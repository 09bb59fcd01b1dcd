"""What a user installs: the wheel's contents, and that it works with nothing but itself."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.metadata import entry_points, requires, version
from pathlib import Path

import pytest

from wan_validators import cli

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_four_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    tops = {name.partition("/")[0] for name in names}
    assert tops == {
        "wan_validators",
        "wan_mockserver",
        "wan_contracts",
        "wanproof",
        f"wanproof-{version('wanproof')}.dist-info",
    }
    assert {f"{top}/py.typed" for top in tops if "." not in top} <= set(names)


def test_the_wheel_holds_every_module_and_what_the_dashboard_is_made_of(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = {
        str(file.relative_to(folder))
        for folder in (ROOT / "validators", ROOT / "mockserver", ROOT / "contract_tests")
        for file in folder.glob("wan*/**/*.*")
        if file.is_file() and file.suffix != ".pyc"
    }

    assert sources <= names
    assert {Path(name).suffix for name in sources} == {
        ".py",
        ".typed",
        ".html",
        ".css",
        ".js",
        ".svg",
        ".md",
    }


def test_the_wheel_lints_without_any_extra(wheel: Path) -> None:
    """Only what a plain install brings: Pillow, pybase64, rich and tinytag (and what they need)."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "blocked = {'flask', 'hypothesis', 'av', 'waitress', 'httpx', 'werkzeug', 'pytest'}\n"
        "class Block:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in blocked: raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Block())\n"
        "import wan_validators, wan_validators.cli\n"
        "assert sys.argv[1] in wan_validators.__file__\n"
        "sys.exit(wan_validators.cli.main(['lint', sys.argv[2]]))"
    )
    valid = next((ROOT / "fixtures/payloads/vtrix/wan26_i2i/valid").glob("*.json"))

    run = subprocess.run(
        [sys.executable, "-c", code, str(wheel), str(valid)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr


def test_every_command_is_found() -> None:
    points = entry_points(group="wanproof.commands")
    names = {point.name for point in points}
    assert {point.name: point.value for point in points} == {**cli._BUILT_IN}

    mock = {"capture", "scenarios", "serve"}
    assert names == mock | {"check", "cost", "drift", "lint", "merge", "replay", "rules", "schema"}
    assert all(point.load().summary for point in entry_points(group="wanproof.commands"))


def test_all_is_the_sum_of_the_extras() -> None:
    extras = {line for line in requires("wanproof") or [] if "extra ==" in line}

    for extra in ("mock", "video", "redis", "contract", "fast", "parquet", "dask"):
        own = {line.partition(";")[0] for line in extras if f"extra == '{extra}'" in line}
        assert own <= {line.partition(";")[0] for line in extras if "extra == 'all'" in line}
