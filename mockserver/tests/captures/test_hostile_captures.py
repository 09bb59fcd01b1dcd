"""A capture from outside cannot run code, and cannot take much more memory than its file has."""

from __future__ import annotations

import base64
import gc
import gzip
import json
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import pytest

from wan_mockserver.captures import reading
from wan_mockserver.captures.reading import InvalidCapture, read_capture
from wan_mockserver.captures.replay import CaptureReplay
from wan_mockserver.http.messages import Request
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator

from .capture_files import MULE

DEEP = "[" * 100 + "]" * 100
TOO_DEEP = "[" * 900 + "]" * 900
ENTRY = """
- request: {method: GET, uri: https://a.io/1, headers: {}, body: BODY}
  response: {status: {code: 200}, headers: HEADERS, body: {string: a}}
"""


def cassette(body: str = "''", headers: str = "{}", start: str = "") -> str:
    entry = ENTRY.replace("BODY", body).replace("HEADERS", headers)
    return f"{start}\ninteractions:{entry}version: 1\n"


def build_laughs(levels: int) -> str:
    """Nine aliases of nine aliases, and so on: 9 ** *levels* texts."""
    lines = [
        f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 9)}]"
        for level in range(1, levels + 1)
    ]
    return "\n".join(["l0: &l0 [lol]", *lines])


def build_merges(levels: int) -> str:
    """The same with merge keys, which a parser expands by itself."""
    lines = ["m0: &m0 {a: b}"]
    for level in range(1, levels + 1):
        merged = ", ".join([f"*m{level - 1}"] * 9)
        lines.append(f"m{level}: &m{level} {{<<: [{merged}]}}")
    return "\n".join(lines)


def har(**changes: Any) -> str:
    request = {"method": "GET", "url": "https://a.io/1", "headers": []}
    response = {"status": 200, "headers": [], "content": {"text": "a"}}
    entry = {"request": request, "response": response, **changes}
    return json.dumps({"log": {"entries": [entry]}})


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", cassette("!!python/object/apply:os.system [touch pwned]"), "not valid YAML"),
        ("a.yaml", cassette("!!python/name:os.system"), "not valid YAML"),
        ("a.yaml", cassette("2026-99-99"), "not valid YAML"),
        ("a.yaml", cassette("!!int x"), "not valid YAML"),
        ("a.yaml", cassette("!!timestamp x"), "not valid YAML"),
        ("a.yaml", cassette("!!float ''"), "not valid YAML"),
        ("a.yaml", cassette(headers="{a: *l12}", start=build_laughs(12)), "a text is expected"),
        ("a.yaml", cassette("*l12", start=build_laughs(12)), "a text is expected"),
        ("a.yaml", cassette(start=build_merges(12)), "not valid YAML"),
        ("a.yaml", cassette("[" * 20_000), "not valid YAML"),
        ("a.har", har(response={"status": 1e400}), "is damaged"),
        ("a.har", har(request={"method": "GET", "url": "http://[", "headers": []}), "is damaged"),
        ("a.har", "[" * 20_000, "not valid JSON"),
        ("a.json", json.dumps({"requests": [{"at": 1e300}]}), "is damaged"),
    ],
)
def test_a_hostile_file_is_an_error(
    tmp_path: Path, name: str, text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(InvalidCapture, match=message):
        read_capture(tmp_path / name)

    assert [file.name for file in tmp_path.iterdir()] == [name]


BOMB = b"\0" * 40_000_000


@pytest.mark.parametrize("data", [gzip.compress(BOMB), zlib.compress(BOMB)], ids=["gzip", "zlib"])
def test_a_compressed_body_does_not_fill_the_memory(
    tmp_path: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MIN_LIMIT_BYTES", 1_000_000)
    body = f"!!binary {base64.b64encode(data).decode()}"
    text = cassette(headers="{Content-Encoding: [gzip]}").replace("string: a", f"string: {body}")
    (tmp_path / "a.yaml").write_text(text)

    tracemalloc.start()
    with pytest.raises(InvalidCapture, match="a compressed body has more than"):
        read_capture(tmp_path / "a.yaml")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 10_000_000


def test_a_body_that_is_named_many_times_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MIN_LIMIT_BYTES", 1_000_000)
    text = cassette("x" * 100_000).replace("- request", "- &all\n  request")
    (tmp_path / "a.yaml").write_text(text.replace("version: 1", "- *all\n" * 1000))

    with pytest.raises(InvalidCapture, match="its bodies take more than"):
        read_capture(tmp_path / "a.yaml")


def test_a_body_in_several_compressed_parts_is_read_whole(tmp_path: Path) -> None:
    data = gzip.compress(b"first, ") + gzip.compress(b"second")
    body = f"!!binary {base64.b64encode(data).decode()}"
    text = cassette(headers="{Content-Encoding: [gzip]}").replace("string: a", f"string: {body}")
    (tmp_path / "a.yaml").write_text(text)

    (exchange,) = read_capture(tmp_path / "a.yaml")

    assert exchange.response.body == b"first, second"


@pytest.mark.parametrize(
    "answer",
    [
        f'{{"task_info": {{"id": "1"}}, "deep": {DEEP}}}',
        '{"task_info": {"id": "1"}, "created_at": 1' + "0" * 400 + "}",
        '{"task_info": {"id": "1"}, "created_at": 1e999}',
        '{"task_info": {"id": "1"}, "images": ["http://[", "https://a.io/%00/..%2f.p/ng"]}',
    ],
)
def test_hostile_answers_are_replayed(tmp_path: Path, answer: str) -> None:
    replay = build_replay(tmp_path, answer)

    made = replay.handle(Request(method="POST", path=MULE, body=b"{}"))
    task = json.loads(made.body)["task_info"]["id"]
    polled = replay.handle(Request(method="GET", path=f"{MULE}/{task}"))

    assert (made.status, polled.status) == (200, 200)
    assert task != "1"


def test_an_answer_that_is_nested_too_deeply_is_replayed_as_it_is(tmp_path: Path) -> None:
    answer = f'{{"task_info": {{"id": "1"}}, "deep": {TOO_DEEP}}}'

    made = build_replay(tmp_path, answer).handle(Request(method="POST", path=MULE, body=b"{}"))

    assert (made.status, made.body.decode()) == (200, answer)


def build_replay(folder: Path, answer: str) -> CaptureReplay:
    """Replays a create and a poll, which both have the body *answer*."""

    def build_entry(method: str, url: str, body: str) -> Any:
        return {
            "startedDateTime": "2026-11-28T10:00:00Z",
            "request": {"method": method, "url": url, "headers": [], "postData": {"text": body}},
            "response": {"status": 200, "headers": [], "content": {"text": answer}},
        }

    entries = [
        build_entry("POST", f"https://a.io{MULE}", "{}"),
        build_entry("GET", f"https://a.io{MULE}/1", ""),
    ]
    (folder / "a.har").write_text(json.dumps({"log": {"entries": entries}}))
    return CaptureReplay(read_capture(folder / "a.har"), Mock(Simulator()), strict=True)


@pytest.mark.parametrize("is_enabled", [True, False])
def test_no_garbage_is_looked_for_while_a_capture_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_enabled: bool
) -> None:
    file = tmp_path / "a.har"
    file.write_text("{}", encoding="utf-8")
    seen: list[bool] = []
    monkeypatch.setattr(json, "loads", lambda _text: seen.append(gc.isenabled()))
    was_enabled = gc.isenabled()
    (gc.enable if is_enabled else gc.disable)()
    try:
        with pytest.raises(InvalidCapture):
            read_capture(file)
        seen.append(gc.isenabled())
    finally:
        (gc.enable if was_enabled else gc.disable)()

    assert seen == [False, is_enabled]
