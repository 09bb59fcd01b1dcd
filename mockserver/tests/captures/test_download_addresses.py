"""A capture downloads from public addresses only, whatever a response of the vendor names."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from wan_mockserver.captures.downloads import ForbiddenAddress, create_download_client
from wan_mockserver.captures.recorder import Recorder
from wan_mockserver.http.server import Server

from .capture_files import MULE
from .test_capture_recording import send

PUBLIC = "https://api.example.com"
PROXIES = [f"{each}_proxy" for each in ("http", "https", "all")]


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Gives each name the address in the dictionary; others, and public ones, are not reached."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    known = {"api.example.com": "93.184.215.14", "local.example.com": "127.0.0.1"}
    look_up = socket.getaddrinfo

    def find(host: Any, *rest: Any, **options: Any) -> Any:
        return look_up(known.get(host, host), *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", find)
    return known


@pytest.fixture
def reached() -> list[str]:
    """The paths that a server on this machine was asked for."""
    return []


@pytest.fixture
def server(reached: list[str]) -> Iterator[Server]:
    def answer(environ: Any, start_response: Any) -> list[bytes]:
        reached.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/redirect":
            start_response("302 Found", [("Location", environ["QUERY_STRING"])])
            return [b""]
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["HTTP_HOST"].encode()]

    with Server(answer) as server:
        yield server


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/a",
        "http://local.example.com:{port}/a",
        "http://localhost:{port}/a",
        "http://2130706433:{port}/a",
        "http://0x7f.1:{port}/a",
        "http://0.0.0.0:{port}/a",
        "http://[::1]:{port}/a",
        "http://[::ffff:127.0.0.1]:{port}/a",
        "http://[64:ff9b::7f00:1]:{port}/a",
        "http://[2002:7f00:1::]:{port}/a",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/a",
        "http://192.168.1.1/a",
        "http://100.64.0.1/a",
        "http://[fd00::1]/a",
        "http://224.0.0.1/a",
    ],
)
def test_addresses_that_are_not_public_are_not_contacted(
    server: Server, reached: list[str], tmp_path: Path, url: str
) -> None:
    body = {"task_info": {"status": "completed"}, "images": [url.format(port=server.port)]}
    vendor = httpx.MockTransport(lambda _request: httpx.Response(200, json=body))
    lines: list[str] = []
    with httpx.Client(transport=vendor) as client:
        recorder = Recorder(PUBLIC, tmp_path / "run.har", client, log=lines.append)
        send(recorder, "GET", f"{MULE}/1")

    assert reached == []
    assert "a file could not be recorded: " in lines[-1]
    assert "which is not public" in lines[-1] or "has no address" in lines[-1]
    assert recorder.count == 1


@pytest.mark.parametrize("proxied", [False, True])
def test_a_redirect_does_not_lead_to_another_machine(
    server: Server, reached: list[str], monkeypatch: pytest.MonkeyPatch, *, proxied: bool
) -> None:
    if proxied:
        monkeypatch.setenv("http_proxy", server.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
    with create_download_client(server.url, 10) as client:
        assert client.get(f"{server.url}/a").status_code == 200
        with pytest.raises(ForbiddenAddress, match=r"169\.254\.1\.1, which is not public"):
            client.get(f"{server.url}/redirect?http://169.254.1.1/b")

    assert reached == ["/a", "/redirect"]


def test_the_host_of_the_vendor_may_be_in_the_own_network(
    server: Server, names: dict[str, str]
) -> None:
    names["gateway.example.com"] = "127.0.0.1"
    with create_download_client("https://gateway.example.com", 10) as client:
        answer = client.get(f"http://gateway.example.com:{server.port}/a")

    assert answer.text == f"gateway.example.com:{server.port}"
    assert str(answer.url) == f"http://gateway.example.com:{server.port}/a"


def test_a_name_is_looked_up_once(names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the second answer could be another one (DNS rebinding)."""
    looked_up: list[str] = []
    find = socket.getaddrinfo

    def record(host: Any, *rest: Any, **options: Any) -> Any:
        looked_up.append(host)
        return find(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", record)
    names["files.example.com"] = "127.0.0.1"
    with create_download_client("http://127.0.0.1:1", 10) as client:
        looked_up.clear()
        with pytest.raises(httpx.ConnectError):
            client.get("http://files.example.com:1/a")

    assert looked_up.count("files.example.com") == 1
