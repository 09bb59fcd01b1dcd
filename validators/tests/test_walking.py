"""From folders to files: what is a payload, and what git ignores."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wan_validators.payload_recognition import is_payload
from wan_validators.source.path_patterns import PathPatterns
from wan_validators.source.walking import InputFile, find_files


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def create(*names: str, **texts: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts.get("text", ""), encoding="utf-8")


def find(*names: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return [each.name for each in find_files(names, [PathPatterns(exclude, Path.cwd())])]


def test_a_directory_stands_for_the_payload_files_below_it() -> None:
    create(
        *("top/b.json", "top/a.jsonl", "top/c.txt", "top/.hidden.json", "top/z/d.NDJSON"),
        *("top/k/e.json", "top/.git/f.json", "top/r.har", "top/s.curl"),
    )
    assert find_files(["x.json", "top", "-"]) == [
        InputFile("x.json"),
        *(
            InputFile(f"top/{name}", is_found=True)
            for name in ("a.jsonl", "b.json", "r.har", "s.curl", "k/e.json", "z/d.NDJSON")
        ),
        InputFile("-"),
    ]


def test_a_directory_without_payload_files_is_kept() -> None:
    Path("empty").mkdir()
    assert find("empty") == ["empty"]


def test_a_directory_that_cannot_be_listed_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("top/locked").mkdir(parents=True)
    create("top/a.json")
    scandir = __import__("os").scandir

    def guarded(path: str) -> object:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", guarded)
    assert find("top") == ["top/a.json", "top/locked"]


def test_what_git_ignores_is_left_out_unless_it_is_named() -> None:
    Path(".git/info").mkdir(parents=True)
    create(".git/info/exclude", text="private.json\n")
    create(".gitignore", text="# build\nbuild/\n/top/*.log.json\n*.tmp.json\n")
    create("top/.gitignore", text="!keep.tmp.json\n")
    create(
        *("top/a.json", "top/build/b.json", "top/c.log.json", "top/d.tmp.json", "build/e.json"),
        *("top/keep.tmp.json", "top/sub/f.log.json", "top/private.json"),
    )
    kept = ["top/a.json", "top/keep.tmp.json", "top/sub/f.log.json"]
    assert find("top") == kept
    assert find(".") == [f"./{name}" for name in kept]
    assert find("top/d.tmp.json", "build") == ["top/d.tmp.json", "build/e.json"]


def test_a_folder_whose_files_are_all_ignored_has_none() -> None:
    create("top/.gitignore", text="*.json\n")
    create("top/a.json")
    assert find("top") == []


def test_excluded_files_are_left_out_even_if_they_are_named() -> None:
    create("top/a.json", "top/old/b.json", "top/c.json")
    assert find("top", "top/old/b.json", "-", exclude=("old/", "c.*")) == ["top/a.json", "-"]
    assert find("top", exclude=("top",)) == []
    assert find("top", exclude=("/old", "top/*.json")) == ["top/old/b.json"]


@pytest.mark.parametrize(
    ("pattern", "path", "matched"),
    [
        ("a.json", "x/y/a.json", True),
        ("/a.json", "x/a.json", False),
        ("x/a.json", "x/a.json", True),
        ("x/a.json", "y/x/a.json", False),
        ("**/a.json", "a.json", True),
        ("x/**/a.json", "x/y/z/a.json", True),
        ("x/**", "x/y/a.json", True),
        ("x/", "x/a.json", True),
        ("a.json/", "a.json", False),
        ("*.json", "x/.a.json", True),
        ("a?.json", "ab.json", True),
        ("a?.json", "a/.json", False),
        ("[a-c].json", "b.json", True),
        ("[!a-c].json", "b.json", False),
        ("[]x].json", "].json", True),
        ("[^]].json", "].json", False),
        ("[z-a].json", "z.json", False),
        ("[.json", "[.json", True),
        (r"\#a.json", "#a.json", True),
        (r"a\ ", "a ", True),
        ("a.json  ", "a.json", True),
        ("# a", "# a", False),
        ("", "a", False),
        ("i2v/*.json", "../other/i2v/a.json", False),
        ("a.json", "../other/a.json", True),
    ],
)
def test_patterns_are_those_of_git(pattern: str, path: str, *, matched: bool) -> None:
    assert PathPatterns([pattern], Path.cwd()).match(path) is matched


NAMES = st.text("ab.*", min_size=1, max_size=3).filter(lambda name: name.strip("."))
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
SEGMENTS = st.one_of(
    st.just("**"),
    st.lists(st.sampled_from(["a", "b", ".", "*", "?", "[ab]", "[!a]"]), max_size=3).map("".join),
)
LINES = st.tuples(
    st.sampled_from(["", "", "!", "/"]),
    st.lists(SEGMENTS, max_size=4).map("/".join),
    st.sampled_from(["", "", "/"]),
).map("".join)
"""Git itself differs from its page where ``**`` is only a part of a segment."""


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(LINES, max_size=3), paths=st.lists(PATHS, min_size=5, max_size=20, unique=True)
)
def test_git_ignores_the_same_paths(folder: Path, lines: list[str], paths: list[str]) -> None:
    git = ["git", "-c", "core.excludesFile=", "-C", str(folder)]
    if not (folder / ".git").exists():
        subprocess.run([*git, "init", "--quiet"], check=True)
    (folder / ".gitignore").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [*git, "check-ignore", "--no-index", "--stdin"],
        input="\n".join(paths),
        capture_output=True,
        text=True,
        check=False,
    )
    patterns, ignored = PathPatterns(lines, folder), done.stdout.splitlines()
    assert [path for path in paths if patterns.match(str(folder / path))] == ignored


@pytest.mark.parametrize(
    ("name", "data", "wanted"),
    [
        ("package.json", b'{"model": "x"}', False),
        ("tsconfig.build.json", b"{// comment\n}", False),
        ("a.schema.json", b"{}", False),
        ("settings.json", b'{"editor.tabSize": 4}', False),
        ("list.json", b"[1, 2]", False),
        ("text.json", b'"prompt"', False),
        ("payloads.json", b'[{"prompt": "a"}]', True),
        ("a.json", b'{"promt": "a"}', True),
        ("a.json", b'{"model": "a"}', True),
        ("a.json", b"{}", True),
        ("a.json", b'{"prompt": ', True),
        ("a.json", "{", True),
    ],
)
def test_files_about_something_else_are_recognised(
    name: str, data: bytes | str, *, wanted: bool
) -> None:
    assert is_payload(f"some/{name}", data) is wanted
