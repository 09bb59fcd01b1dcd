"""Servers of wanproof and of Redis in processes of their own, which tests kill and start again."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

__all__ = ["MockServer", "RedisServer", "find_free_port", "find_redis"]

START_TIMEOUT_S = 60.0


def find_free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def find_redis() -> str:
    """Returns the program; skips the test, or fails with CI set, if it is not installed."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        message = "redis-server is not installed; on Debian: apt-get install redis-server"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return program


class Server:
    """A process that listens at *port*; *folder* has its log."""

    def __init__(self, folder: Path, name: str, command: list[str], port: int) -> None:
        self.command = command
        self.log = folder / f"{name}.log"
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> Self:
        """Returns when the server listens."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            except OSError:
                assert self._process.poll() is None, self.log.read_text()[-2000:]
                assert time.monotonic() < until
                time.sleep(0.02)
            else:
                return self

    def kill(self) -> None:
        """Ends the process at once, as a failure of the machine's power would."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class MockServer(Server):
    """``wanproof serve`` on *store*; *shell* is a command line around it, as ``exec {}``."""

    def __init__(
        self, folder: Path, store: str, *options: str, name: str = "serve", shell: str = ""
    ) -> None:
        port = find_free_port()
        command = [sys.executable, "-m", "wanproof", "serve", "--quiet", "--port", str(port)]
        command += ["--store", store, *options]
        if shell:
            command = ["/bin/sh", "-c", shell.format(shlex.join(command))]
        super().__init__(folder, name, command, port)


class RedisServer(Server):
    """A Redis server that writes an append-only file, *fsync* as in ``appendfsync``."""

    def __init__(self, folder: Path, fsync: str) -> None:
        port = find_free_port()
        options = f"--port {port} --bind 127.0.0.1 --daemonize no --dir {folder} --appendonly yes"
        command = [find_redis(), *options.split(), "--appendfsync", fsync, "--save", ""]
        super().__init__(folder, "redis", command, port)
        self.store = f"redis://127.0.0.1:{port}/0"
