"""The pins are complete, and every pip that we support installs them as they stand."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[1]
THOROUGH: Final = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
FILES: Final = (
    "constraints.txt",
    "constraints-demo.txt",
    "constraints-release.txt",
    "constraints-audit.txt",
    "constraints-engines.txt",
)
OLDEST_PIP: Final = "23.2.1"
"""The version that Python 3.11 bundles."""

PLATFORMS: Final = (
    ("linux", "Linux", "posix"),
    ("darwin", "Darwin", "posix"),
    ("win32", "Windows", "nt"),
)
PYTHONS: Final = ("3.11.0", "3.11.7", "3.12.1", "3.13.0", "3.14.0")
ENVIRONMENTS: Final = [
    {
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
        "implementation_version": python,
        "sys_platform": platform,
        "platform_system": system,
        "os_name": name,
    }
    for python, (platform, system, name) in product(PYTHONS, PLATFORMS)
]


def parse_pins(file: str) -> list[Requirement]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return [Requirement(line.removesuffix("\\")) for line in lines if line[0] not in " #"]


def own_requirements(file: str) -> list[Requirement]:
    """What the environment of *file* is for: extras of wanproof, and groups of pyproject.toml."""
    if file == "constraints.txt":
        return [Requirement("wanproof[all]"), *group("dev"), *group("bench")]
    if file == "constraints-release.txt":
        return [Requirement("wanproof"), *group("release")]
    if file == "constraints-audit.txt":
        return group("audit")
    if file == "constraints-engines.txt":
        return [Requirement("wanproof"), *group("engines"), *group("build")]
    return [Requirement("wanproof[video]"), *group("build")]


def group(name: str) -> list[Requirement]:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    return [
        requirement
        for entry in groups[name]
        for requirement in (
            group(entry["include-group"]) if isinstance(entry, dict) else [Requirement(entry)]
        )
    ]


def requirements_of(needed: Requirement, environment: Mapping[str, str]) -> Iterator[Requirement]:
    """What *needed* requires in *environment* according to its own metadata.

    The metadata of a distribution for other systems is not at hand.
    """
    for requirement in read_requirements(needed.name):
        extras = ("", *needed.extras)
        if any(applies(requirement, environment, extra) for extra in extras):
            yield requirement


@cache
def read_requirements(name: str) -> list[Requirement]:
    try:
        return [Requirement(line) for line in metadata.requires(name) or []]
    except metadata.PackageNotFoundError:
        return []


def applies(requirement: Requirement, environment: Mapping[str, str], extra: str = "") -> bool:
    marker = requirement.marker
    return marker is None or marker.evaluate({**environment, "extra": extra})


def find_gaps(file: str, environment: Mapping[str, str]) -> list[str]:
    """The requirements, direct and indirect, that no pin of *file* satisfies."""
    pins = {
        canonicalize_name(pin.name): pin for pin in parse_pins(file) if applies(pin, environment)
    }
    own = [each for each in own_requirements(file) if applies(each, environment)]
    open_requirements = [*own, *pins.values()]
    checked: set[str] = set()
    gaps = []
    while open_requirements:
        needed = open_requirements.pop()
        if str(needed) in checked:
            continue
        checked.add(str(needed))
        if canonicalize_name(needed.name) != "wanproof":
            pin = pins.get(canonicalize_name(needed.name))
            if pin is None or not satisfies(pin, needed):
                gaps.append(str(needed))
        open_requirements += requirements_of(needed, environment)
    return sorted(gaps)


def satisfies(pin: Requirement, needed: Requirement) -> bool:
    (specifier,) = pin.specifier
    return needed.extras <= pin.extras and specifier.version in needed.specifier


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: "-".join(each.values()))
@pytest.mark.parametrize("file", FILES)
def test_every_requirement_of_every_pinned_distribution_is_pinned(
    file: str, environment: dict[str, str]
) -> None:
    assert find_gaps(file, environment) == []


@pytest.mark.parametrize("file", FILES[:2])  # the others are for other targets alone
def test_every_pin_for_this_environment_is_installed_in_its_version(file: str) -> None:
    for pin in parse_pins(file):
        if applies(pin, {}):
            assert metadata.version(pin.name) in pin.specifier


def test_the_pins_of_the_demo_are_among_all_pins() -> None:
    everything = (ROOT / FILES[0]).read_text(encoding="utf-8").splitlines()

    assert {*(ROOT / FILES[1]).read_text(encoding="utf-8").splitlines()} <= {*everything}


def commands_of(target: str, venv: Path) -> list[list[str]]:
    """The commands of a make *target* that build *venv*, without running them."""
    make = ["make", "--dry-run", "--always-make", "--no-print-directory", target]
    run = subprocess.run(
        [*make, f"VENV={venv}", f"PYTHON={sys.executable}"],
        cwd=ROOT,
        env=without_make(),
        check=True,
        capture_output=True,
        text=True,
    )
    return [shlex.split(line) for line in run.stdout.splitlines()]


def without_make() -> dict[str, Any]:
    return {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}


def download_oldest_pip(folder: Path) -> Path | None:
    """Returns the wheel of the oldest pip, or None if no package index can be reached."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
    run = subprocess.run(
        [*pip, "--no-deps", f"--dest={folder}", f"pip=={OLDEST_PIP}"],
        check=False,
        capture_output=True,
    )
    return next(folder.glob("pip-*.whl")) if run.returncode == 0 else None


@pytest.fixture(scope="module")
def oldest_pip(all_certificates: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the oldest pip, which can run itself."""
    wheel = download_oldest_pip(tmp_path_factory.mktemp("pip"))
    if wheel is None:
        assert "CI" not in os.environ, "no package index can be reached"
        pytest.skip("no package index can be reached")
    return wheel


READ_PINS: Final = """
import sys
from pip._internal.network.session import PipSession
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import parse_requirements

for parsed in parse_requirements(sys.argv[1], session=PipSession()):
    read = install_req_from_parsed_requirement(parsed)
    hashes = [digest for values in read.hash_options.values() for digest in values]
    print(read.name, read.specifier, read.is_pinned, len(hashes))
"""
"""Prints what pip reads in a requirements file; no command of pip does."""


@pytest.mark.parametrize("file", FILES[:2])  # the others are for other targets alone
def test_the_oldest_pip_reads_each_pin_with_its_hashes(oldest_pip: Path, file: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", READ_PINS, file],
        cwd=ROOT,
        env=without_make() | {"PYTHONPATH": str(oldest_pip)},
        check=True,
        capture_output=True,
        text=True,
    )

    read = [line.split() for line in run.stdout.splitlines()]
    assert [each[:3] for each in read] == [
        [pin.name, str(pin.specifier), "True"] for pin in parse_pins(file)
    ]
    assert all(int(each[3]) > 0 for each in read)


def check_that_the_oldest_pip_installs_the_pins(
    tmp_path: Path, oldest_pip: Path, target: str
) -> None:
    venv = tmp_path / "venv"
    python = str(venv / "bin/python")
    create, *rest = commands_of(target, venv)
    assert create[-1] == str(venv)
    # Python need not install the pip that it bundles first.
    subprocess.run([*create, "--without-pip"], check=True)
    bundled = [python, f"{oldest_pip}/pip", "install", "--quiet", "--no-index", str(oldest_pip)]
    subprocess.run(bundled, check=True)

    # Byte code is not needed here.
    environment = without_make() | {"PIP_NO_COMPILE": "1"}
    for command in rest:
        run = subprocess.run(
            command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]

    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    version = subprocess.run([*pip, "--version"], check=True, capture_output=True, text=True)
    assert version.stdout.split()[1] == OLDEST_PIP
    assert subprocess.run([*pip, "check"], check=False).returncode == 0


if THOROUGH:  # the gate starts with "make install", which uses the pip that Python bundles

    @pytest.mark.parametrize("target", ["install", "demo"])
    def test_the_oldest_pip_installs_the_pins_into_a_fresh_environment(
        tmp_path: Path, oldest_pip: Path, target: str
    ) -> None:
        check_that_the_oldest_pip_installs_the_pins(tmp_path, oldest_pip, target)
