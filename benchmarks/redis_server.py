"""A Redis or Valkey server of our own, for as long as it is measured."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Final

from wan_mockserver.state.stores import StoreUnavailable
from wan_mockserver.state.stores.opening import open_store

HOST: Final = "127.0.0.1"

PATIENCE: Final = 10.0
"""Seconds until a server that does not answer is given up."""


@contextmanager
def redis_server() -> Iterator[str | None]:
    """Yields the URL of a server on a free port of this machine; None if none can be had."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        yield None
        return
    port, password = _free_port(), token_hex(8)  # by its password it is told from any other
    with TemporaryDirectory(prefix="wanproof-bench-") as folder:
        options = f"--port {port} --bind {HOST} --requirepass {password} --dir {folder}"
        process = subprocess.Popen(
            [program, *options.split(), "--appendonly", "no", "--save", ""],
            stdout=subprocess.DEVNULL,
        )
        url = f"redis://:{password}@{HOST}:{port}"
        try:
            yield url if _answers(process, url) else None
        finally:
            process.terminate()
            process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            open_store(url).close()
        except StoreUnavailable:
            time.sleep(0.02)
        else:
            return True
    return False
