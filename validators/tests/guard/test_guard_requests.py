"""The guard around requests, with a server on this machine."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from wan_validators.guard import Guard, GuardError, guard

PATH = "/vendors/alibaba/v1/wan2.5-i2v-preview/generation"
FILM = {"prompt": "a cat", "image": "https://example.com/a.jpg", "duration": 5}


class Handler(BaseHTTPRequestHandler):
    """Accepts each create, unless a fault is the next thing to happen."""

    bodies: ClassVar[list[bytes]] = []
    faults: ClassVar[list[Any]] = []

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        match self.faults.pop(0) if self.faults else 202:
            case "reset":
                self.close_connection = True
            case "cut":
                self.send_response(202)
                self.send_header("Content-Length", "99")
                self.end_headers()
                self.wfile.write(b"{")
                self.close_connection = True
            case status:
                self.reply(status, {"task_info": {"id": "1"}})

    def do_GET(self) -> None:
        self.reply(200, {"id": "1", "usage": {"cost": "0.40"}})

    def reply(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    Handler.bodies.clear()
    Handler.faults.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{PATH}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def guarded() -> Guard:
    return guard(max_cost=5)


@pytest.fixture
def session(guarded: Guard) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", guarded.adapter())
        yield session


def test_creates_are_linted_sent_and_counted(
    session: requests.Session, guarded: Guard, url: str
) -> None:
    with pytest.raises(GuardError, match="duration must be 5 or 10") as caught:
        session.post(url, json={**FILM, "duration": 7}, headers={"Authorization": "Bearer key"})
    assert "key" not in str(caught.value)
    assert Handler.bodies == []

    assert session.post(url, json=FILM, timeout=30).status_code == 202
    assert json.loads(Handler.bodies[0]) == FILM
    assert guarded.spent == Decimal("0.50")
    assert session.get(f"{url}/1").json()["usage"]
    assert guarded.spent == Decimal("0.40")


@pytest.mark.parametrize("fault", ["reset", "cut", 503])
def test_an_identical_create_waits_until_the_outcome_is_known(
    session: requests.Session, guarded: Guard, url: str, fault: Any
) -> None:
    Handler.faults.append(fault)
    try:
        assert session.post(url, json=FILM).status_code == 503
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        assert fault != 503
    with pytest.raises(GuardError, match="its outcome is unknown"):
        session.post(url, json=FILM)
    assert len(Handler.bodies) == 1
    guarded.clear()
    assert session.post(url, json=FILM).status_code == 202


def test_a_refused_create_can_be_sent_again(session: requests.Session, url: str) -> None:
    Handler.faults.append(400)
    assert session.post(url, json=FILM).status_code == 400
    assert session.post(url, json=FILM).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(FILM),
        json.dumps(FILM).encode(),
        bytearray(json.dumps(FILM).encode()),
        io.BytesIO(json.dumps(FILM).encode()),
        io.StringIO(json.dumps(FILM)),
        iter([b'{"prompt": "a", ', b'"image": "https://example.com/a.jpg"}']),
    ],
    ids=lambda body: type(body).__name__,
)
def test_each_kind_of_body_is_read_and_sent(session: requests.Session, url: str, body: Any) -> None:
    assert session.post(url, data=body).status_code == 202
    assert json.loads(Handler.bodies[0])["image"] == FILM["image"]


def test_an_empty_create_is_not_sent(session: requests.Session, url: str) -> None:
    with pytest.raises(GuardError, match="the text is empty"):
        session.post(url)


def test_streamed_responses_stay_unread(
    session: requests.Session, guarded: Guard, url: str
) -> None:
    with session.post(url, json=FILM, stream=True) as response:
        assert response.raw.read() == b'{"task_info": {"id": "1"}}'
    with session.get(f"{url}/1", stream=True) as response:
        assert b"usage" in response.raw.read()
    assert guarded.spent == Decimal("0.50")
    assert session.post(url, json=FILM).status_code == 202


def test_everything_else_passes_through(session: requests.Session, url: str) -> None:
    response = session.post(url.replace("generation", "other"), data=b"\xff no JSON")
    assert response.status_code == 202
    assert Handler.bodies == [b"\xff no JSON"]


@pytest.mark.parametrize("kind", ["refused", "timeout"])
def test_a_create_that_never_left_can_be_sent_again(
    guarded: Guard, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    inner: BaseAdapter = HTTPAdapter()
    if kind == "timeout":

        def time_out(*_: Any, **__: Any) -> Any:
            raise requests.ConnectTimeout("slow")

        monkeypatch.setattr(inner, "send", time_out)
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", guarded.adapter(inner))
        for _ in range(2):
            with pytest.raises(requests.ConnectionError):
                session.post(f"http://127.0.0.1:1{PATH}", json=FILM)
    assert not guarded.uncertain
    assert guarded.reserved == 0


def test_an_error_without_a_cause_leaves_the_outcome_unknown(
    guarded: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = HTTPAdapter()

    def fail(*_: Any, **__: Any) -> Any:
        raise requests.ConnectionError

    monkeypatch.setattr(inner, "send", fail)
    with requests.Session() as session:
        session.mount("http://", guarded.adapter(inner))
        with pytest.raises(requests.ConnectionError):
            session.post(f"http://127.0.0.1:1{PATH}", json=FILM)
    assert len(guarded.uncertain) == 1
