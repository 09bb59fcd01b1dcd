"""``wanproof capture`` forwards to a vendor, records without secrets, and guards the money.

The vendor is a mock on this machine.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from wan_mockserver.captures.reading import read_capture
from wan_mockserver.captures.recorder import Recorder
from wan_mockserver.captures.replay import CaptureReplay
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.cli import main
from wan_validators.guard import guard

from ..serve_runs import COMMAND, end_server
from .capture_files import CHAT, EDIT, KEY, MULE, VTRIX

HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}


@pytest.fixture
def vendor() -> Iterator[Server]:
    mock = Mock(Simulator(seed=3, lifecycle=Polls(1)))
    with Server(create_app(mock)) as server:
        yield server


@pytest.fixture
def recorder(vendor: Server, tmp_path: Path) -> Iterator[Recorder]:
    with httpx.Client(transport=guard(max_cost="0.10").transport()) as client:
        yield Recorder(vendor.url, tmp_path / "run.har", client)


def send(service: Any, method: str, path: str, value: Any = None) -> Response:
    body = b"" if value is None else json.dumps(value).encode()
    request = Request(
        method=method, path=path, headers={**HEADERS, "Host": "127.0.0.1:1"}, body=body
    )
    response: Response = service.handle(request)
    return response


def run_task(service: Any, create: str, payload: Any) -> Any:
    made = json.loads(send(service, "POST", create, payload).body)
    task = made.get("task_info", made)["id"]
    poll = f"{create}/{task}" if create == MULE else f"{create}/task/{task}"
    for _ in range(3):
        last = json.loads(send(service, "GET", poll).body)
    return last


@pytest.mark.parametrize(("create", "payload"), [(MULE, EDIT), (VTRIX, CHAT)])
def test_a_run_is_forwarded_and_recorded_with_its_files(
    recorder: Recorder, tmp_path: Path, create: str, payload: Any
) -> None:
    last = run_task(recorder, create, payload)

    text = (tmp_path / "run.har").read_text(encoding="utf-8")
    exchanges = read_capture(tmp_path / "run.har")
    files = [each for each in exchanges if "/files/" in each.url]
    assert KEY not in text
    assert json.loads(exchanges[0].request.body or b"") == payload
    assert [each.request.method for each in exchanges[:4]] == ["POST", "GET", "GET", "GET"][:4]
    assert len(files) == json.dumps(last).count("/files/")
    assert all(each.response.body[:4] == b"\x89PNG" for each in files)
    assert recorder.count == len(exchanges) == 4 + len(files)


def test_a_recorded_run_can_be_replayed_and_compared(recorder: Recorder, tmp_path: Path) -> None:
    recorded = run_task(recorder, MULE, EDIT)

    replay = CaptureReplay(read_capture(tmp_path / "run.har"), Mock(Simulator(seed=1)), strict=True)
    replayed = run_task(replay, MULE, EDIT)

    assert replayed["task_info"]["status"] == recorded["task_info"]["status"] == "completed"
    assert len(replayed["images"]) == len(recorded["images"]) == 2
    assert main(["drift", "--strict", str(tmp_path / "run.har")]) == 0


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({**EDIT, "n": 9}, "n must be an integer from 1 to 4"),
        ({**EDIT, "n": 4}, "0.10"),
    ],
)
def test_a_create_that_is_invalid_or_too_expensive_is_not_sent(
    recorder: Recorder, tmp_path: Path, payload: Any, text: str
) -> None:
    response = send(recorder, "POST", MULE, payload)

    message = json.loads(response.body)["message"]
    assert response.status == 400
    assert message.startswith("not sent to the vendor: ")
    assert text in message
    assert recorder.count == 0
    assert not (tmp_path / "run.har").exists()


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("GET", "/v1/models", "it is not sent to the vendor"),
        ("DELETE", MULE, "it is not sent to the vendor"),
        ("GET", "/files/1/1.png", "result files are not forwarded"),
    ],
)
def test_other_requests_are_not_sent(recorder: Recorder, method: str, path: str, text: str) -> None:
    response = send(recorder, method, path)

    assert response.status == 404
    assert text in json.loads(response.body)["message"]
    assert recorder.count == 0


def test_a_vendor_that_does_not_answer_is_reported(tmp_path: Path) -> None:
    with httpx.Client() as client:
        recorder = Recorder("http://127.0.0.1:1", tmp_path / "run.har", client)
        response = send(recorder, "POST", MULE, EDIT)

    assert response.status == 502
    assert "the vendor did not answer: ConnectError" in json.loads(response.body)["message"]


def test_files_can_be_left_out(vendor: Server, tmp_path: Path) -> None:
    with httpx.Client() as client:
        recorder = Recorder(vendor.url, tmp_path / "run.har", client, with_files=False)
        run_task(recorder, MULE, EDIT)

    assert recorder.count == 4


def test_a_file_that_cannot_be_downloaded_is_logged(tmp_path: Path) -> None:
    body = {"task_info": {"status": "completed"}, "images": ["http://127.0.0.1:1/1.png"]}
    upstream = "http://127.0.0.1:2"

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=body)

    lines: list[str] = []
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        recorder = Recorder(upstream, tmp_path / "run.har", client, log=lines.append)
        response = send(recorder, "GET", f"{MULE}/1")

    assert json.loads(response.body) == body
    assert any("a file could not be recorded: ConnectError" in line for line in lines)


def test_the_command_records_until_it_is_stopped(vendor: Server, tmp_path: Path) -> None:
    file = tmp_path / "paid.har"
    command = [*COMMAND, "capture", "--upstream", vendor.url, "-o", str(file), "--port", "0"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"},
    )
    try:
        assert process.stdout
        first = "".join(process.stdout.readline() for _ in range(3))
        url = first.splitlines()[0].rpartition(" ")[2]
        with httpx.Client(base_url=url, headers=HEADERS, trust_env=False) as client:
            made = client.post(MULE, json=EDIT).json()["task_info"]["id"]
            for _ in range(3):
                assert client.get(f"{MULE}/{made}").status_code == 200
        deadline = time.monotonic() + 30
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        code, printed = end_server(process, signal.SIGTERM)
    finally:
        process.kill()
        process.wait()

    assert code == 0
    assert "COST MONEY" in printed + first
    assert f"6 exchanges in {file}" in printed
    assert KEY not in printed + file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--upstream", "api.example.com"], "is not a base URL"),
        (["--upstream", "https://api.example.com/v1"], "is not a base URL"),
        (["--upstream", "http://api.example.com"], "use https"),
        (["--upstream", "https://me:secret@api.example.com"], "would get into the capture"),
        (["--upstream", "https://api.example.com", "-o", "taken.har"], "taken.har exists"),
        (["--upstream", "https://api.example.com", "-o", "no/folder.har"], "cannot write"),
        ([], "--upstream"),
    ],
)
def test_wrong_usage_is_explained(
    arguments: list[str],
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.har").touch()

    assert main(["capture", *arguments]) == 2
    assert text in capsys.readouterr().err
