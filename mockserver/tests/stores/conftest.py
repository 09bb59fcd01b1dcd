"""Stores of every kind, and a Redis server of this test run's own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as Disconnected

from wan_mockserver.state.stores import Store
from wan_mockserver.state.stores.opening import open_store

PATIENCE = 20.0
"""Seconds to wait for the server to listen, which takes some milliseconds."""

_worlds = count()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A server on a port of its own, which ends with the session of this worker."""
    with _server() as (url, _):
        yield url


@pytest.fixture
def mortal_redis() -> Iterator[tuple[str, Callable[[], None]]]:
    """A server for one test, and how to kill it."""
    with _server() as (url, process):

        def kill() -> None:
            process.kill()
            process.wait()

        yield url, kill


@contextmanager
def _server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        says = "redis-server is not installed; on Debian: apt-get install redis-server"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(says)
    with TemporaryDirectory(prefix="redis") as folder:
        process, url = _started(program, Path(folder))
        try:
            yield url, process
        finally:
            process.terminate()
            process.wait()


def _started(program: str, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A server that listens; another may take a free port first, so there are more tries."""
    for _ in range(5):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = f"--port {port} --bind 127.0.0.1 --appendonly no --daemonize no --dir {folder}"
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [program, *options.split(), "--save", "", "--unixsocket", folder / "socket"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        if _listens(process, port):
            return process, f"redis://127.0.0.1:{port}/0"
        process.kill()
        process.wait()
    raise RuntimeError(f"{program} does not start: {(folder / 'log').read_text()[-2000:]}")


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether it is this *process* that answers at *port*, once somebody does."""
    deadline = time.monotonic() + PATIENCE
    with Redis(port=port, protocol=2) as client:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                return bool(client.info("server")["process_id"] == process.pid)
            except Disconnected:
                time.sleep(0.01)
    return False


@pytest.fixture
def redis_place(redis_url: str) -> str:
    """The name of a world at the Redis server that no other test has."""
    return f"{redis_url}?prefix=test{next(_worlds)}:"


@pytest.fixture(params=["sqlite", "redis"])
def shared_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The name of a store that several processes may open, in which there is nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path / 'store.db'}"
    return str(request.getfixturevalue("redis_place"))


@pytest.fixture(params=["memory", "sqlite", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The name of a store of each kind, in which there is nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path / 'store.db'}"
    return "memory" if request.param == "memory" else str(request.getfixturevalue("redis_place"))


@pytest.fixture
def opened() -> Iterator[Callable[[str], Store]]:
    """Opens stores; they are closed with the test."""
    with ExitStack() as stores:

        def open_(place: str) -> Store:
            store = open_store(place)
            stores.callback(store.close)
            return store

        yield open_


@pytest.fixture
def store(opened: Callable[[str], Store], place: str) -> Store:
    return opened(place)
