"""A full disk, a deleted file, few descriptors, closed output: a clear error, nothing lost."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from .clients import CREATE, Client, make_payload
from .processes import MockServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sets limits as Linux does")


def create(client: Client) -> str:
    status, body = client.request("POST", CREATE, make_payload("x"))
    assert status == 202, body
    return str(json.loads(body)["task_info"]["id"])


def list_tasks(client: Client) -> list[str]:
    return [task["id"] for task in client.get_json("/_wanproof/tasks")["tasks"]]


def test_a_full_disk_is_reported_and_nothing_is_lost(tmp_path: Path) -> None:
    with MockServer(tmp_path, f"sqlite:{tmp_path / 'store.db'}") as server:
        client = Client(server.port, "team")
        made = [create(client) for _ in range(3)]
        size = max(each.stat().st_size for each in tmp_path.glob("store.db*"))
        _, most = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size, most))
        answers = [client.request("POST", CREATE, make_payload("y" * 5000)) for _ in range(9)]
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (most, most))
        made += [json.loads(body)["task_info"]["id"] for status, body in answers if status == 202]
        refused = [(status, body) for status, body in answers if status != 202]
        made.append(create(client))
        assert list_tasks(client) == made
        server.kill()
        client.close()
        server.start()
        assert list_tasks(client) == made
        client.close()
    assert refused
    for status, body in refused:
        assert status == 503
        assert b"store.db cannot be read or written; see that its disk works, has room" in body
    assert "Traceback" not in server.log.read_text()


def test_a_deleted_database_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    with MockServer(tmp_path, f"sqlite:{file}") as server:
        client = Client(server.port, "team")
        create(client)
        for each in tmp_path.glob("store.db*"):
            each.unlink()
        status, body = client.request("POST", CREATE, make_payload("x"))
        client.close()
    assert status == 503
    assert b"was deleted or replaced while it was in use" in body
    assert b"start the server again" in body


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_server_with_64_descriptors_goes_on(tmp_path: Path, kind: str) -> None:
    store = kind if kind == "memory" else f"sqlite:{tmp_path / 'store.db'}"
    with MockServer(tmp_path, store, shell="ulimit -n 64; exec {}") as server, ExitStack() as idle:
        for _ in range(100):
            idle.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
        client = Client(server.port, "team")
        made = [create(client) for _ in range(3)]
        for _ in range(3):
            client.request("GET", f"{CREATE}/{made[0]}")
        status, body = client.request("GET", f"/files/{made[0]}/1.png")
        assert (status, body[:4]) == (200, b"\x89PNG")
        assert list_tasks(client) == made
        client.close()
    assert "Traceback" not in server.log.read_text()


def test_a_server_whose_output_is_closed_goes_on(tmp_path: Path) -> None:
    """As with ``wanproof serve | head -1``; it logs each request."""
    port_file, code = tmp_path / "port", tmp_path / "code"
    shell = f"({{}}; echo $? >{code}) | head -1"
    server = MockServer(tmp_path, "memory", "--port-file", str(port_file), shell=shell)
    server.command[-1] = server.command[-1].replace(" --quiet", "")
    with server:
        client = Client(server.port, "team")
        made = [create(client) for _ in range(20)]
        assert list_tasks(client) == made
        client.close()
        pid = _find_server(server.port)
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + 20
        while not code.exists() or not code.read_text():
            assert time.monotonic() < until
            time.sleep(0.02)
    assert code.read_text() == "0\n"
    log = server.log.read_text()
    assert log.startswith("wanproof serve: ")
    assert len(log.splitlines()) == 1


def _find_server(port: int) -> int:
    """Returns the process that was started for *port*."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"wanproof" in command and str(port).encode() in command:
            return int(folder.name)
    raise AssertionError(f"nothing serves at {port}")
