from __future__ import annotations

from hashlib import sha256

import pytest

from wan_mockserver.artefacts import files
from wan_mockserver.artefacts.plan import Film, Picture, Words
from wan_mockserver.http.messages import Request, Response

CONTENT = bytes(range(100))
ETAG = f'"{sha256(CONTENT).hexdigest()[:32]}"'
PICTURE = Picture(768, 768, 1)
FILM = Film(832, 480, 5, 24, True, 1)  # noqa: FBT003  (with sound)


def get(method: str = "GET", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(method=method, path="/files/t/1.png", headers=named)
    return files.download(request, CONTENT, "image/png")


def test_a_download_without_a_range_is_the_whole_file() -> None:
    answer = get()
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers == {
        "Content-Type": "image/png",
        "Accept-Ranges": "bytes",
        "ETag": ETAG,
        "Content-Length": "100",
    }


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=90-", 90, 100),
        ("bytes=99-99", 99, 100),
        ("bytes=50-5000", 50, 100),
        ("bytes=-1", 99, 100),
        ("bytes=-30", 70, 100),
        ("bytes=-100", 0, 100),
        ("bytes=-5000", 0, 100),
        ("BYTES=0-9", 0, 10),
    ],
)
def test_a_range_is_that_part_of_the_file(wanted: str, start: int, stop: int) -> None:
    answer = get(Range=wanted)
    assert (answer.status, answer.body) == (206, CONTENT[start:stop])
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/100"
    assert answer.headers["Content-Length"] == str(stop - start)
    assert answer.headers["ETag"] == ETAG


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=100-100", "bytes=5000-6000"])
def test_a_range_past_the_end_is_not_satisfiable(wanted: str) -> None:
    answer = get(Range=wanted)
    assert (answer.status, answer.body) == (416, b"")
    assert answer.headers["Content-Range"] == "bytes */100"


@pytest.mark.parametrize(
    "wanted",
    [
        "bytes=5-2",
        "bytes=-0",
        "bytes=",
        "bytes=a-b",
        "bytes=0-1,5-6",
        "lines=0-1",
        "0-1",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_what_is_no_single_range_of_bytes_is_ignored(wanted: str) -> None:
    assert (get(Range=wanted).status, get(Range=wanted).body) == (200, CONTENT)


def test_a_range_holds_only_for_the_version_that_the_client_has() -> None:
    assert get(Range="bytes=0-9", If_Range=ETAG).status == 206
    assert get(Range="bytes=0-9", If_Range='"another"').status == 200
    assert get(Range="bytes=0-9", If_Range="Wed, 21 Oct 2015 07:28:00 GMT").status == 200


def test_head_ignores_a_range() -> None:
    answer = get("HEAD", Range="bytes=0-9")
    assert (answer.status, answer.headers["Content-Length"]) == (200, "100")


def test_files_are_named_by_their_place_among_the_parts() -> None:
    parts = (Words("once"), PICTURE, FILM)
    assert files.names(parts) == ["", "2.png", "3.mp4"]
    assert files.find_artefact(parts, "2.png") is PICTURE
    assert files.find_artefact(parts, "3.mp4") is FILM


def test_the_files_of_a_task_have_names_that_do_not_sort_in_order() -> None:
    parts = (Words("once"), PICTURE, FILM, PICTURE, PICTURE, PICTURE)
    named = [files.names(parts, f"task-{nth}") for nth in range(4)]
    assert len({name for names in named for name in names if name}) == 4 * 5
    assert not any(names[1:] in (sorted(names[1:]), sorted(names[1:])[::-1]) for names in named)
    for name, part in zip(named[0], parts, strict=True):
        found = files.find_artefact(parts, name, "task-0")
        assert found is (None if isinstance(part, Words) else part)
        assert files.find_artefact(parts, name.lower(), "task-0") is None
        assert files.find_artefact(parts, name, "task-1") is None


def test_a_number_is_another_name_of_a_file_of_a_task() -> None:
    parts = (Words("once"), PICTURE, FILM)
    assert files.find_artefact(parts, "2.png", "task") is PICTURE
    assert files.find_artefact(parts, "2.png", "task", unsorted=True) is None


@pytest.mark.parametrize("name", ["", "1.png", "2.mp4", "4.png", "02.png", "..", "2.png\0"])
def test_any_other_name_is_no_file(name: str) -> None:
    assert files.find_artefact((Words("once"), PICTURE, FILM), name) is None


def test_the_kind_of_a_file_is_what_clients_call_it() -> None:
    assert (files.kind(PICTURE), files.kind(FILM)) == ("image", "video")
