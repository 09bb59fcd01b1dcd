"""Sends creates and polls to a server in another process, and measures that one's CPU time."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from mock_work import CREATE, PAYLOAD

__all__ = ["ServerLoad", "measure_cpu"]

CONNECTIONS: Final = 8
BODY: Final = json.dumps(PAYLOAD).encode()


class ServerLoad:
    """Loads the server of process *pid* at *port*; all polls are of *task* if it is not None."""

    def __init__(self, port: int, pid: int, task: str | None = None) -> None:
        self.port = port
        self.task = task
        self._pid = pid

    def measure(self, calls: int) -> float:
        """Returns the CPU seconds of the server for a request, after *calls* creates and polls."""
        with ExitStack() as stack:
            clients = [stack.enter_context(_Client(self.port)) for _ in range(CONNECTIONS)]
            before = measure_cpu(self._pid)
            for _ in range(calls // CONNECTIONS):
                for each in clients:
                    each.send("POST", CREATE, BODY)
                created = [each.receive() for each in clients]
                tasks = [self.task or _get_id(body) for body in created]
                for each, task in zip(clients, tasks, strict=True):
                    each.send("GET", f"{CREATE}/{task}")
                for each in clients:
                    each.receive()
            spent = measure_cpu(self._pid) - before
        return spent / (2 * (calls // CONNECTIONS) * CONNECTIONS)

    def create(self) -> str:
        """Makes a task, and returns its id."""
        with _Client(self.port) as client:
            client.send("POST", CREATE, BODY)
            return _get_id(client.receive())

    def bodies(self, task: str) -> tuple[str, str]:
        """Returns the bodies of the responses to a create and to the last poll of *task*."""
        with _Client(self.port) as client:
            client.send("POST", CREATE, BODY)
            created = client.receive().decode()
            for _ in range(3):
                client.send("GET", f"{CREATE}/{task}")
                polled = client.receive().decode()
        return created, polled


def _get_id(body: bytes) -> str:
    return str(json.loads(body)["task_info"]["id"])


def measure_cpu(pid: int) -> float:
    """Returns the CPU seconds of process *pid* and its children."""
    ticks = 0
    for each in _iter_processes(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _iter_processes(pid: int) -> Iterator[int]:
    yield pid
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            yield from _iter_processes(int(child))


class _Client:
    """A connection that costs as little as possible, so that the server gets the processor."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._headers = (
            f"Host: 127.0.0.1:{port}\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate\r\n"
            "Connection: keep-alive\r\nUser-Agent: python-httpx/0.28.1\r\n"
            "Authorization: Bearer key\r\n"
        )
        self._received = b""

    def __enter__(self) -> _Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, method: str, path: str, body: bytes = b"") -> None:
        head = f"{method} {path} HTTP/1.1\r\n{self._headers}"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self._socket.sendall(f"{head}\r\n".encode() + body)

    def receive(self) -> bytes:
        """Returns the body of the next response. Raises SystemExit if it is an error."""
        head = self._take_until(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 2"):
            raise SystemExit(f"port {self._socket.getpeername()[1]}: {head.decode()}")
        length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
        if length:
            return self._take(int(length[1]))
        body = b""
        while size := int(self._take_until(b"\r\n"), 16):
            body += self._take(size + 2)[:-2]
        self._take(2)
        return body

    def _take_until(self, end: bytes) -> bytes:
        while end not in self._received:
            self._read()
        head, _, self._received = self._received.partition(end)
        return head

    def _take(self, size: int) -> bytes:
        while len(self._received) < size:
            self._read()
        taken, self._received = self._received[:size], self._received[size:]
        return taken

    def _read(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise SystemExit("the server closed the connection")
        self._received += data
