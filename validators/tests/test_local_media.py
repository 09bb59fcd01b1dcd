"""``--media-root``: files that payloads name in place of URLs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wan_validators import lint
from wan_validators.cli import main
from wan_validators.media.headers import read_audio_header, read_image_header
from wan_validators.media.local_files import find_path, read_file

from .files import image, mp3, png, wav

MODEL = "wan2.5-i2v-preview"


@pytest.fixture(autouse=True)
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "good.png").write_bytes(image("PNG", (720, 1280)))
    (folder / "small.png").write_bytes(image("PNG", (100, 1280)))
    (folder / "long.wav").write_bytes(wav(600))
    (folder / "short.wav").write_bytes(wav(50))
    (folder / "text.png").write_text("text")
    (folder / "empty.png").touch()
    (folder / "with space.png").write_bytes(image("PNG", (720, 1280)))
    (tmp_path / "outside.png").write_bytes(image("PNG", (720, 1280)))
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    (folder / "folder.png").mkdir()
    return folder


def found(root: Path | str, **members: Any) -> list[tuple[str, str, str]]:
    payload = {"prompt": "a cat", "image": "https://example.com/a.png", "duration": 5, **members}
    report = lint(payload, MODEL, media_root=root)
    return [(each.rule, each.pointer, each.message) for each in report.findings]


@pytest.mark.parametrize(
    "name",
    ["good.png", "./good.png", "with space.png", "file:good.png", "x/../good.png"],
)
def test_a_file_within_all_limits_has_no_findings(root: Path, name: str) -> None:
    assert found(root, image=name) == []
    assert found(str(root), image=name) == []
    assert found(root.parent, image=f"media/{name.removeprefix('file:')}") == []


def test_a_file_is_named_by_its_absolute_path_or_url(root: Path) -> None:
    assert found(root, image=str(root / "good.png")) == []
    assert found(root, image=f"file://{root}/with%20space.png") == []


def test_the_limits_are_those_of_data_in_a_payload(root: Path) -> None:
    ((rule, pointer, message),) = found(root, image="small.png")
    assert (rule, pointer) == ("image-dimensions", "/image")
    assert "100" in message
    ((rule, _, message),) = found(root, audio_url="long.wav")
    assert rule == "audio-duration"
    assert "60" in message
    assert found(root, audio_url="short.wav") == []
    for name in ("text.png", "empty.png"):
        ((rule, _, _),) = found(root, image=name)
        assert rule == "image-format"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.png", "missing.png is not a file in the folder {root}"),
        ("folder.png", "folder.png is not a file in the folder {root}"),
        ("../outside.png", "../outside.png is outside the folder {root}, so it is not read"),
        ("link.png", "link.png is outside the folder {root}, so it is not read"),
        ("/etc/passwd.png", "/etc/passwd.png is outside the folder {root}, so it is not read"),
        ("file:///etc/x.png", "/etc/x.png is outside the folder {root}, so it is not read"),
        ("a" * 300 + ".png", "a" * 300 + ".png cannot be read: File name too long"),
    ],
)
def test_a_file_that_is_not_in_the_folder_is_an_error(root: Path, name: str, message: str) -> None:
    assert found(root, image=name) == [("image-file", "/image", message.format(root=root))]
    assert found(root, audio_url="../x.wav")[0][0] == "audio-file"


def test_a_file_that_fails_to_be_read_is_an_error(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("odd")

    monkeypatch.setattr("wan_validators.local_media.read_file", fail)
    assert found(root, image="good.png")[0][2] == "good.png cannot be read: odd"


@pytest.mark.parametrize("value", ["<string>", "cat", "ftp://example.com/a.png", "C:x", 7, None])
def test_what_is_no_path_is_reported_as_before(root: Path, value: Any) -> None:
    payload = {"prompt": "a cat", "image": value}
    before = lint(payload, MODEL).findings
    assert [*lint(payload, MODEL, media_root=root).findings] == [*before]


def test_pointers_lead_through_wrappers_and_positions_are_in_the_text(root: Path) -> None:
    part = {"image": "small.png"}
    messages = [{"role": "user", "content": [{"text": "a"}, part]}]
    payload = {"model": "wan26_i2i", "input": [{"params": {"input": {"messages": messages}}}]}
    report = lint(json.dumps(payload), media_root=root)
    (finding,) = [each for each in report.findings if each.rule == "image-dimensions"]
    assert finding.pointer == "/input/0/params/input/messages/0/content/1/image"
    assert finding.column == json.dumps(payload).index('"small') + 1
    assert finding.got is not None


def test_only_what_a_reader_looks_at_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "a.bmp"
    with file.open("wb") as out:
        out.write(image("BMP", (500, 500))[:60])
        out.truncate(2**34)  # takes no space
    media = read_file(file, read_image_header)
    assert (media.size, media.header.sides) == (2**34, (500, 500))


@pytest.mark.parametrize("data", [mp3(9), wav(9), png(9, 9), image("JPEG"), b"ID3", b"OggS"])
def test_a_mapped_file_is_read_like_bytes(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    for reader in (read_audio_header, read_image_header):
        assert read_file(tmp_path / "file", reader).header == reader(data)


@pytest.mark.parametrize(
    ("text", "path"),
    [("a.PNG", "a.PNG"), ("file:///a%20b.mp3", "/a b.mp3"), ("https://x/a.png", None), ("a", None)],
)
def test_paths_are_told_from_other_texts(text: str, path: str | None) -> None:
    assert find_path(text) == path


def test_the_folder_must_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "a.json", "--media-root", "missing"]) == 2
    assert "error: --media-root missing is not a directory\n" in capsys.readouterr().err
