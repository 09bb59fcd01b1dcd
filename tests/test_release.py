"""The release workflow publishes without a stored token, and only what was tested."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def jobs() -> Any:
    text = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    assert workflow[True]["push"]["tags"] == ["v*"]  # YAML 1.1 reads "on" as true
    return workflow["jobs"]


def test_only_the_job_that_publishes_may_ask_for_an_identity(jobs: Any) -> None:
    rights = {name: job["permissions"] for name, job in jobs.items()}

    assert rights.pop("publish") == {"id-token": "write"}
    assert all("id-token" not in each for each in rights.values())
    assert "secrets." not in (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")


def test_nothing_is_published_before_it_is_tested(jobs: Any) -> None:
    assert [jobs[name].get("needs") for name in ("test", "build", "publish", "attach")] == [
        None,
        "test",
        "build",
        "publish",
    ]
    assert {"run": "make test"} in jobs["test"]["steps"]


def test_every_action_has_a_version(jobs: Any) -> None:
    used = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]

    assert len(used) > 5
    assert [each for each in used if not re.fullmatch(r"[\w./-]+@(release/)?v\d+", each)] == []


def test_make_targets_of_the_workflow_exist(jobs: Any) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = [step.get("run", "") for job in jobs.values() for step in job["steps"]]

    targets = re.findall(r"^make ([\w-]+)$", "\n".join(commands), re.MULTILINE)
    assert targets == ["test", "release-check"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_the_package_names_its_pages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert {*project["urls"]} == {"Documentation", "Source", "Changelog", "Issues"}
    assert "Framework :: Pytest" in project["classifiers"]
    security = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert f"{project['urls']['Source']}/security" in security
