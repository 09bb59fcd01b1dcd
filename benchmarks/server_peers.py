"""Mock servers of others, installed here at their current versions: Prism and WireMock.

Prism answers from our OpenAPI document and validates requests. WireMock answers with what our
server answered.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
from mock_work import CREATE
from server_load import ServerLoad

__all__ = ["Peer", "describe_versions", "start_all"]

FOLDER: Final = Path(__file__).parents[1] / ".bench"
"""Where the peers are installed and the results are written; Git ignores it."""

PACKAGES: Final = ("@stoplight/prism-cli", "wiremock")
PROGRAMS: Final = {"npm": "npm", "java": "openjdk-17-jre-headless"}

START_TIMEOUT_S: Final = 120.0
HOST: Final = "127.0.0.1"


@dataclass(frozen=True)
class Peer:
    """A server in a process of its own, *wanproof* or another one."""

    name: str
    load: ServerLoad
    cpu_s: list[float] = field(default_factory=list)


def install() -> str | None:
    """Installs what is missing. Returns why the peers cannot be had, or None."""
    missing = [package for name, package in PROGRAMS.items() if shutil.which(name) is None]
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        options = ["-qq", "-y", "--no-install-recommends"]
        _run(["apt-get", "update", "-qq"])
        _run(["apt-get", "install", *options, *missing])
    if any(shutil.which(name) is None for name in PROGRAMS):
        return f"install {' and '.join(missing)} to compare with Prism and WireMock"
    if not all((FOLDER / "node_modules" / package).is_dir() for package in PACKAGES):
        FOLDER.mkdir(exist_ok=True)
        command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix"]
        if _run([*command, str(FOLDER), *PACKAGES]) != 0:
            return "npm could not install Prism and WireMock"
    return None


def describe_versions() -> dict[str, str]:
    """Returns the versions of the installed peers."""
    found = {}
    for package in PACKAGES:
        file = FOLDER / "node_modules" / package / "package.json"
        if file.is_file():
            found[package] = json.loads(file.read_text())["version"]
    return found


@contextmanager
def start_all(folder: Path) -> Iterator[tuple[list[Peer], str | None]]:
    """Yields our server on a memory and an SQLite store, and the peers that can be had."""
    with ExitStack() as running:

        def start(name: str, command: Sequence[str], port: int, task: str | None = None) -> Peer:
            process = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
            )
            running.callback(process.wait)
            running.callback(process.terminate)
            _wait_for(port, process)
            return Peer(name, ServerLoad(port, process.pid, task))

        ours = [sys.executable, "-m", "wanproof", "serve", "--quiet", "--port"]
        peers = []
        stores = {"wanproof": "memory", "wanproof, SQLite": "sqlite:a.db"}
        for name, store in stores.items():
            port = _find_free_port()
            peers.append(start(name, [*ours, str(port), "--store", store], port))
        problem = install()
        if problem is None:
            url = f"http://{HOST}:{peers[0].load.port}"
            (folder / "openapi.json").write_text(httpx.get(f"{url}/openapi.json").text)
            task = peers[0].load.create()
            _write_mappings(folder, peers[0].load.bodies(task))
            port = _find_free_port()
            prism = str(FOLDER / "node_modules/.bin/prism")
            silent = ["--verboseLevel", "silent", "--host", HOST, "--port", str(port)]
            peers.append(start("Prism", [prism, "mock", *silent, "openapi.json"], port, task))
            port = _find_free_port()
            (jar,) = (FOLDER / "node_modules/wiremock/build").glob("*.jar")
            java = ["java", "-jar", str(jar), "--bind-address", HOST, "--port", str(port)]
            peers.append(start("WireMock", [*java, "--root-dir", str(folder)], port, task))
        yield peers, problem


def _write_mappings(folder: Path, bodies: Sequence[str]) -> None:
    """Writes what WireMock answers to a create and to a poll."""
    requests = (
        ("POST", {"urlPath": CREATE}, 202),
        ("GET", {"urlPathPattern": f"{CREATE}/.*"}, 200),
    )
    mappings = [
        {
            "request": {"method": method, **place},
            "response": {
                "status": status,
                "headers": {"Content-Type": "application/json"},
                "body": body,
            },
        }
        for (method, place, status), body in zip(requests, bodies, strict=True)
    ]
    (folder / "mappings").mkdir()
    (folder / "mappings/all.json").write_text(json.dumps({"mappings": mappings}))


def _run(command: Sequence[str]) -> int:
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode


def _find_free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{process.args!r} does not start")
