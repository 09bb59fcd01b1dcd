"""The documentation builds without a warning, is complete, and says what the code says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from reference_tables import GENERATORS, expand
from reference_tables.law_pages import LawPages, replace_files
from reference_tables.models import format_counts

import recorded_runs
from wan_contracts import LAWS
from wan_contracts.cases.time_profiles import VIRTUAL
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.reporters.descriptions import build_law_url
from wan_contracts.runner.harness import Harness
from wan_mockserver import WanMock
from wan_mockserver.assertions.verdict import Verdict
from wan_validators.catalog import models_of, vendors
from wan_validators.documentation import DOCS_URL
from wanproof import catalog

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
PAGES: Final = (
    ROOT / "README.md",
    *sorted(page for page in DOCS.rglob("*.md") if page.parent.name != "laws"),
)
MAX_README_LINES: Final = 150
COUNTED: Final = r"(?:two|three|four|five|[0-9]+|a hundred) (?:named )?(?:models|laws|scenarios)\b"
UNCLEAR: Final = r"\bof which\b|\bwhoever\b|\bthat of\b|\bthose of\b"

CLIENT: Final = """
class Client:
    def __init__(self, setting):
        pass

    def generate(self, model, payload):
        raise RuntimeError("it crashes")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pages, in a theme that is quick; the page of ``test_playground.py`` has the real one."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going"]
    command += ["-D", "html_theme=basic"]
    run = subprocess.run(
        [*command, "--doctree-dir", str(folder / ".doctrees"), str(DOCS), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return folder


def test_a_page_is_built_from_each_source(site: Path) -> None:
    built = {file.relative_to(site).with_suffix("") for file in site.rglob("*.html")}

    assert {page.relative_to(DOCS).with_suffix("") for page in PAGES[1:]} <= built


def test_the_reference_has_every_rule_law_and_member_of_the_fixtures(site: Path) -> None:
    rules = (site / "reference/rules.html").read_text(encoding="utf-8")
    laws = (site / "reference/laws.html").read_text(encoding="utf-8")
    members = (site / "reference/fixture-objects.html").read_text(encoding="utf-8")

    assert all(f">{rule.id}<" in rules for spec in catalog() for rule in spec.all_rules)
    assert all(f'id="{law.id}"' in laws for law in LAWS)
    assert all(name in members for name in vars(WanMock) if name[0] != "_")


def test_each_law_has_a_page_with_a_failing_and_a_passing_call(site: Path) -> None:
    for law in LAWS:
        address = build_law_url(law)
        assert address.startswith(DOCS_URL)
        page = (site / address.removeprefix(DOCS_URL)).read_text(encoding="utf-8")
        text = re.sub("<[^>]*>", "", page)
        failing, _, passing = text[text.index("A call that breaks the law") :].partition(
            "A call that keeps the law"
        )
        assert "Why: " in failing
        assert "Why: " not in passing
        for call in (failing, passing):
            assert "The client " in call
            assert re.search(r"#1 \+[\d.]+s |What the server received:\s+no request", call)
        assert not re.search(r"127\.0\.0\.1:(?!8321)\d", page)


def test_the_list_of_laws_links_to_each_page(site: Path) -> None:
    laws = (site / "reference/laws.html").read_text(encoding="utf-8")

    assert all(f'href="laws/{law.id}.html"><span' in laws for law in LAWS)


def test_a_law_without_an_example_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reference_tables.law_pages.CORRECT_CLIENTS", ("Reference",))
    first = LAWS[0]
    broken = {"AddsASeed": [first.id]}
    with Harness(PythonClient("Reference", recorded_runs.CLIENTS["Reference"]), VIRTUAL) as harness:
        with pytest.raises(LookupError, match=f"no call of a faulty client breaks {first.id}"):
            LawPages(harness, {}).format_page(first)
        with pytest.raises(LookupError, match=rf"no call of \['AddsASeed'\] breaks {first.id}"):
            LawPages(harness, broken).format_page(first)
        never = replace(first, judge=lambda call: Verdict(passed=False, message="never"))
        with pytest.raises(LookupError, match=f"{first.id} applies to no call of a correct client"):
            LawPages(harness, broken).format_page(never)


def test_pages_of_laws_that_are_gone_are_removed(tmp_path: Path) -> None:
    for name in ("gone.md", "kept.md", "changed.md"):
        (tmp_path / name).write_text("old", encoding="utf-8")
    before = (tmp_path / "kept.md").stat().st_ino

    replace_files(tmp_path, {"kept.md": "old", "changed.md": "text", "new.md": "new"})

    texts = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}
    assert texts == {"kept.md": "old", "changed.md": "text", "new.md": "new"}
    assert (tmp_path / "kept.md").stat().st_ino == before


def test_every_table_is_on_a_page() -> None:
    used = {
        name
        for page in PAGES
        for name in re.findall("<!-- generated: (.*?) -->", page.read_text(encoding="utf-8"))
    }

    assert used == {*GENERATORS}


def test_an_unknown_table_is_an_error() -> None:
    with pytest.raises(KeyError):
        expand("<!-- generated: nothing -->")


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= MAX_README_LINES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_count_nothing_by_hand_and_are_clear(page: Path) -> None:
    prose = re.sub("```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert re.findall(COUNTED, prose) == []
    assert re.findall(UNCLEAR, prose) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_pages_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_links_of_the_readme_lead_to_published_files() -> None:
    """A package index renders the README without the files beside it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    blob = f"{urls['Source']}/blob/main/"
    links = re.findall(r"^\[.*\]: (.*)$", text, re.MULTILINE)

    assert re.findall(r"\]\(", text) == []
    assert len(links) > 5
    for link in links:
        if link.startswith(blob):
            assert (ROOT / link.removeprefix(blob)).is_file()
        else:
            page = link.removeprefix(urls["Documentation"]).removesuffix(".html")
            assert (DOCS / f"{page}.md").is_file(), link


def test_every_member_of_a_scenario_file_is_described() -> None:
    text = expand((DOCS / "reference/scenario-files.md").read_text(encoding="utf-8"))
    example = (ROOT / "fixtures/scenarios/every-member.toml").read_text(encoding="utf-8")
    described = {*re.findall(r"^\| `([\w-]+)` ", text, re.MULTILINE)}

    used = {name for table in tomllib.loads(example).values() for name in names_in(table)}

    states = {"pending", "running", "done", "failed"}
    assert used - described - states == {"median", "sigma"}
    assert described <= used


def names_in(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for name, member in value.items():
                yield name
                yield from names_in(member)
        case list():
            for item in value:
                yield from names_in(item)


def test_every_member_of_a_report_is_described(tmp_path: Path) -> None:
    text = (DOCS / "reference/json-formats.md").read_text(encoding="utf-8")
    described = {*re.findall(r"`(\w+)`", text[text.index("## Reports") :])}
    (tmp_path / "client.py").write_text(CLIENT, encoding="utf-8")
    wanproof = str(Path(sys.executable).with_name("wanproof"))
    command = [wanproof, "check", "--client", "client.py:Client"]
    options = ["--scenario", "ok", "--brief", "--law", "answers", "--format", "json"]

    run = subprocess.run(
        [*command, *options], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    report: Mapping[str, Any] = json.loads(run.stdout)
    (law,) = report["laws"]
    assert law["failure"]
    assert {*report, *law, *law["failure"], *law["failure"]["case"]} - {"version"} <= described


def test_the_readme_counts_the_models_of_each_vendor() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8").split()

    assert " ".join(format_counts().split()) in " ".join(readme)


def test_the_list_of_models_has_every_name_of_every_vendor(site: Path) -> None:
    text = re.sub("<[^>]*>", "", (site / "reference/models.html").read_text(encoding="utf-8"))

    for vendor in vendors():
        names = [name for spec in models_of(vendor).values() for name in spec.names]
        others = vendor.other_models
        assert ", ".join(names) in text
        assert ", ".join(others) in text
