"""``wanproof lint --fix`` and ``--diff``: files are corrected, or shown as a patch."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .cli_input import Run

MODEL = ["--model", "wan2.5-i2v-preview"]
BROKEN = '{\n  "prompt": "a",\n  "image": "https://example.com/a.jpg",\n  "resolution": "720p"\n}\n'
FIXED = BROKEN.replace("720p", "720P")
DIFF = """\
--- p.json
+++ p.json
@@ -1,5 +1,5 @@
 {
   "prompt": "a",
   "image": "https://example.com/a.jpg",
-  "resolution": "720p"
+  "resolution": "720P"
 }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "p.json"
    path.write_text(BROKEN, encoding="utf-8")
    return path


def test_a_diff_shows_the_changes_and_makes_none(wanproof: Run, file: Path) -> None:
    assert wanproof("lint", "--diff", *MODEL, "p.json") == (1, DIFF, "")
    assert file.read_text("utf-8") == BROKEN


@pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not installed")
@pytest.mark.parametrize("text", [BROKEN, BROKEN.rstrip("\n"), BROKEN.replace("\n", " ")])
def test_a_diff_is_a_patch(wanproof: Run, file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    _, diff, _ = wanproof("lint", "--diff", *MODEL, "p.json")

    patch = ["patch", "--quiet", str(file)]
    subprocess.run(patch, input=diff, text=True, check=True, cwd=file.parent)
    assert file.read_text("utf-8") == text.replace("720p", "720P")


def test_a_last_line_without_an_end_is_marked(wanproof: Run, file: Path) -> None:
    file.write_text(BROKEN.rstrip("\n").replace("\n", ""), encoding="utf-8")

    assert wanproof("lint", "--diff", *MODEL, "p.json")[1].endswith(
        '"720P"}\n\\ No newline at end of file\n'
    )


def test_a_terminal_gets_no_control_characters(
    wanproof: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(BROKEN.replace('"a"', '"\x9b31m"'), encoding="utf-8")
    assert "\x9b" in wanproof("lint", "--diff", *MODEL, "p.json")[1]

    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    out = wanproof("lint", "--diff", *MODEL, "p.json")[1]
    assert '   "prompt": "\\x9b31m",\n' in out


def test_fixed_files_are_written_and_checked(wanproof: Run, file: Path) -> None:
    file.chmod(0o640)
    code, out, err = wanproof("lint", "--fix", *MODEL, "p.json")

    assert (code, out) == (0, "1 payload, 1 valid, 0 errors, 0 warnings\n")
    assert err == "wanproof: made 1 correction in 1 file\n"
    assert file.read_text("utf-8") == FIXED
    assert file.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in file.parent.iterdir()] == ["p.json"]
    assert wanproof("lint", "--fix", *MODEL, "p.json")[2] == ""
    assert wanproof("lint", "--diff", *MODEL, "p.json") == (0, "", "")


def test_what_cannot_be_fixed_is_reported(wanproof: Run, file: Path) -> None:
    file.write_text(BROKEN.replace('"a"', '"a", "duration": 7'), encoding="utf-8")
    code, out, _ = wanproof("lint", "--fix", *MODEL, "p.json")

    assert code == 1
    assert "duration-choice" in out
    assert "resolution-tier" not in out
    assert '"720P"' in file.read_text("utf-8")


def test_lines_are_fixed_one_by_one(wanproof: Run, tmp_path: Path) -> None:
    line = BROKEN.replace("\n", "")
    for name in ("p.jsonl", "p.txt"):
        (tmp_path / name).write_text(f"{line}\n\n{line}\n", encoding="utf-8")

    assert wanproof("lint", "--fix", "--jsonl", *MODEL, "p.jsonl", "p.txt")[0] == 0
    for name in ("p.jsonl", "p.txt"):
        assert (tmp_path / name).read_text("utf-8").count("720P") == 2


def test_a_link_stays_a_link(wanproof: Run, file: Path, tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(file)

    assert wanproof("lint", "--fix", *MODEL, "link.json")[0] == 0
    assert (tmp_path / "link.json").is_symlink()
    assert file.read_text("utf-8") == FIXED


def test_a_file_that_cannot_be_written_stays_whole(
    wanproof: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copymode", refuse)
    code, _, err = wanproof("lint", "--fix", *MODEL, "p.json")

    assert code == 2
    assert "cannot write p.json: No space left on device" in err
    assert file.read_text("utf-8") == BROKEN
    assert [each.name for each in file.parent.iterdir()] == ["p.json"]


def test_standard_input_can_be_shown_but_not_changed(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pipe() -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BROKEN.encode())))

    pipe()
    assert wanproof("lint", "--diff", *MODEL)[1] == DIFF.replace("p.json", "-")
    pipe()
    code, _, err = wanproof("lint", "--fix", *MODEL)
    assert code == 2
    assert "--fix cannot change standard input" in err


def test_a_file_that_cannot_be_read_is_reported(wanproof: Run, file: Path) -> None:
    message = "wanproof: cannot read none.json: No such file or directory\n"

    assert wanproof("lint", "--diff", *MODEL, "none.json", "p.json") == (2, DIFF, message)
    assert wanproof("lint", "--fix", *MODEL, "none.json", "p.json")[0] == 2
    assert file.read_text("utf-8") == FIXED


def test_the_two_options_exclude_each_other(wanproof: Run) -> None:
    code, _, err = wanproof("lint", "--fix", "--diff", "p.json")
    assert code == 2
    assert "not allowed with" in err


def test_files_have_the_models_of_the_configuration(wanproof: Run) -> None:
    payload = '{"prompt": "a", "images": ["https://example.com/a.jpg"], "n": 1, "size": "1280x720"}'
    Path("a.json").write_text(payload)
    Path("b.har").write_text('{"log": {"entries": []}}')
    Path("wanproof.toml").write_text('[lint.models]\n"*" = "wan2.5-i2i-preview"\n')
    assert wanproof("lint", "--fix", "--no-config", ".")[0] == 1
    assert Path("a.json").read_text() == payload
    code, out, err = wanproof("lint", "--fix", "--cost", ".")
    assert (code, "wanproof: made 1 correction in 1 file\n") == (0, err)
    assert "1280*720" in Path("a.json").read_text()
    assert "USD" in out
