"""Captures in three formats are read, written without secrets, and rejected if damaged."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from wan_mockserver.captures.exchange import redact_exchanges
from wan_mockserver.captures.har import write_har
from wan_mockserver.captures.reading import InvalidCapture, read_capture
from wan_mockserver.http.messages import Request

from .capture_files import EDIT, KEY, MULE, CapturedRun, capture

BODY = json.dumps(EDIT)
ANSWER = {"task_info": {"id": "1", "status": "pending"}}
URL = f"https://api.example.com{MULE}?trace=%2F1"


def write(file: Path, value: Any) -> Path:
    dump = yaml.safe_dump if file.suffix == ".yaml" else json.dumps
    file.write_text(dump(value), encoding="utf-8")
    return file


def har(content: dict[str, Any]) -> dict[str, Any]:
    request = {
        "method": "post",
        "url": URL,
        "headers": [{"name": ":authority", "value": "x"}, {"name": "X-A", "value": "1"}],
        "postData": {"mimeType": "application/json", "text": BODY},
    }
    response = {
        "status": 202,
        "headers": [{"name": "Content-Encoding", "value": "gzip"}],
        "content": content,
    }
    entry = {"startedDateTime": "2026-11-28T10:00:00.5Z", "request": request, "response": response}
    return {"log": {"version": "1.2", "entries": [entry]}}


def cassette(sent: Any, received: Any, **headers: list[str]) -> dict[str, Any]:
    request = {"method": "POST", "uri": URL, "headers": {"X-A": ["1"]}, "body": sent}
    status = {"code": 202, "message": "Accepted"}
    response = {"status": status, "headers": {**headers}, "body": received}
    return {"interactions": [{"request": request, "response": response}], "version": 1}


TEXT = json.dumps(ANSWER)


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("a.har", har({"size": 9, "text": TEXT})),
        (
            "a.json",
            har({"text": base64.b64encode(TEXT.encode()).decode(), "encoding": "base64"}),
        ),
        ("a.yaml", cassette(BODY, {"string": TEXT})),
        ("a.yaml", cassette(BODY.encode(), {"string": TEXT.encode()})),
        ("a.yaml", cassette({"string": BODY}, TEXT)),
        (
            "a.yaml",
            cassette(
                BODY, {"string": gzip.compress(TEXT.encode())}, **{"Content-Encoding": ["gzip"]}
            ),
        ),
        ("a.yaml", cassette(BODY, {"string": TEXT}, **{"Content-Encoding": ["gzip"]})),
        (
            "a.json",
            cassette(BODY, {"base64_string": base64.b64encode(TEXT.encode()).decode()}),
        ),
    ],
)
def test_an_exchange_is_read_from_every_format(name: str, document: Any, tmp_path: Path) -> None:
    (exchange,) = read_capture(write(tmp_path / name, document))

    request, response = exchange.request, exchange.response
    assert (request.method, request.path, request.query) == ("POST", MULE, "trace=%2F1")
    assert request.base_url == "https://api.example.com"
    assert json.loads(request.body or b"") == EDIT
    assert request.headers["x-a"] == "1"
    assert ":authority" not in request.headers
    assert (response.status, json.loads(response.body)) == (202, ANSWER)
    assert exchange.url == URL
    assert exchange.complete


def test_a_har_file_has_the_time_of_a_request(tmp_path: Path) -> None:
    (exchange,) = read_capture(write(tmp_path / "a.har", har({"text": TEXT})))

    assert exchange.at == 1_795_860_000.5


def test_a_body_that_the_recorder_left_out_is_known(tmp_path: Path) -> None:
    (exchange,) = read_capture(write(tmp_path / "a.har", har({"size": 9})))

    assert not exchange.complete


def test_the_journal_of_the_mock_is_a_capture(tmp_path: Path) -> None:
    run = CapturedRun()
    run.run_task(MULE, EDIT)
    asked = Request(method="GET", path="/_wanproof/requests")
    file = tmp_path / "journal.json"
    file.write_bytes(run.mock.handle(asked).body)

    read = read_capture(file)

    assert [each.response.status for each in read] == [202, 200, 200, 200, 200, 200]
    assert json.loads(read[0].request.body or b"") == EDIT
    assert read[0].complete
    assert not read[-1].complete  # the journal has no files


def test_a_written_capture_is_read_again(tmp_path: Path) -> None:
    exchanges, file = capture(), tmp_path / "run.har"

    write_har(exchanges, file)

    read = read_capture(file)
    assert [each.response.body for each in read] == [each.response.body for each in exchanges]
    assert [each.url for each in read] == [each.url for each in exchanges]
    assert [each.at for each in read] == [each.at for each in exchanges]
    assert [*tmp_path.iterdir()] == [file]


@pytest.mark.parametrize("scenario", ["ok", "signed-urls"])
def test_a_written_capture_has_no_secrets(scenario: str, tmp_path: Path) -> None:
    exchanges = capture(scenario)
    text = "".join(str(each) for each in exchanges)
    assert KEY in text
    assert ("Signature=" in text) == (scenario == "signed-urls")

    write_har(exchanges, tmp_path / "run.har")

    written = (tmp_path / "run.har").read_text(encoding="utf-8")
    assert KEY not in written
    for part in text.split("Signature=")[1:]:
        assert part[:12] not in written


def test_redaction_keeps_urls_and_their_downloads_together() -> None:
    exchanges = redact_exchanges(capture("signed-urls"))

    urls = {each.url for each in exchanges if "/files/" in each.url}
    bodies = "".join(each.response.body.decode("latin-1") for each in exchanges)
    paths = {url.partition("/files/")[2] for url in urls}
    assert urls
    assert all(path in bodies for path in paths)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.har", "{", "is not valid JSON"),
        ("a.yaml", "a: [", "is not valid YAML"),
        ("a.json", "[]", "is not a capture, or has no exchanges"),
        ("a.json", '{"log": {"entries": []}}', "is not a capture, or has no exchanges"),
        ("a.json", '{"log": {"entries": [{}]}}', "is damaged or not a capture"),
        ("a.json", '{"interactions": [1]}', "is damaged or not a capture"),
        ("a.json", '{"requests": [{"sent": 1}]}', "is damaged or not a capture"),
        (
            "a.json",
            json.dumps(har({"text": "no base64!", "encoding": "base64"})),
            "is not valid base64",
        ),
    ],
)
def test_another_file_is_an_error(name: str, text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(InvalidCapture) as caught:
        read_capture(tmp_path / name)

    assert message in str(caught.value)
    assert name in str(caught.value)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidCapture, match=r"cannot read .*none\.har: No such file"):
        read_capture(tmp_path / "none.har")
