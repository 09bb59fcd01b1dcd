"""Checks correct clients while all processors are busy: no MUST law may be broken.

    make check-under-load COUNT=20

A broken law is a false failure: the clients are correct, and only the machine is slow.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
WANPROOF: Final = str(Path(sys.executable).with_name("wanproof"))

TESTS: Final = "contract_tests/tests"
ADAPTERS: Final = "contract_tests/adapters"
REFERENCE: Final = f"{TESTS}/faulty_clients/reference.py"

SCENARIOS: Final = (
    *("accept-lost", "accept-502", "rate-limited", "http-401", "poll-502", "poll-html-page"),
    *("poll-reset-before", "unknown-status", "fail-3001", "moderated", "partial"),
    *("expired-urls", "download-truncated", "last-minute-1"),
)
"""Scenarios for clients whose calls take real time."""

FEW: Final = tuple(word for name in SCENARIOS for word in ("--scenario", name))

CLIENTS: Final[Mapping[str, Sequence[str]]] = {
    "reference": ("--client", f"{REFERENCE}:Reference", "--brief", "--examples", "50"),
    "reference over sockets": ("--client", f"{REFERENCE}:OverSockets", "--real-time", *FEW),
    "reference over stdio": (*FEW, "--stdio", "--", sys.executable, f"{TESTS}/stdio_reference.py"),
    "httpx async": ("--client", f"{ADAPTERS}/httpx_async.py:client", "--brief", "--examples", "50"),
    "requests": ("--client", f"{ADAPTERS}/requests_client.py:client", *FEW),
    "aiohttp": ("--client", f"{ADAPTERS}/aiohttp_client.py:client", *FEW),
    "node": (*FEW, "--stdio", "--", "node", f"{ADAPTERS}/node_fetch.mjs"),
}

BUSY_PER_PROCESSOR: Final = 2

MAX_RUN_S: Final = 900
"""Seconds after which a run, and each busy process, ends."""

BUSY: Final = """
import os, sys, time
parent, end = os.getppid(), time.monotonic() + float(sys.argv[1])
while time.monotonic() < end and os.getppid() == parent:
    sum(range(100_000))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description="Check correct clients on a busy machine.")
    parser.add_argument("--count", type=int, default=20, help="runs of each client")
    parser.add_argument("--client", action="append", choices=CLIENTS, help="only this client")
    options = parser.parse_args()
    failed = 0
    for seed in range(1, options.count + 1):
        for name in options.client or CLIENTS:
            arguments = CLIENTS[name]
            if "node" in arguments and shutil.which("node") is None:
                print(f"run {seed}, {name}: skipped, node is not installed", flush=True)
                continue
            with load_machine(), tempfile.TemporaryDirectory() as folder:
                verdict = check(arguments, seed, folder)
            failed += verdict is not None
            print(f"run {seed}, {name}: {verdict or 'passed'}", flush=True)
    print(f"{failed} failed runs" if failed else "all runs passed")
    return 1 if failed else 0


@contextmanager
def load_machine() -> Iterator[None]:
    """Keeps all processors busy. The processes end with this one, or after MAX_RUN_S."""
    count = BUSY_PER_PROCESSOR * (os.cpu_count() or 1)
    busy = [subprocess.Popen([sys.executable, "-c", BUSY, str(MAX_RUN_S)]) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def check(arguments: Sequence[str], seed: int, folder: str) -> str | None:
    """Returns which laws a client broke, or why there is no report; None if it passed."""
    options = ["--format", "json", "--seed", str(seed), "--replays", folder]
    command = [WANPROOF, "check", *options, *arguments]
    try:
        run = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=MAX_RUN_S
        )
    except subprocess.TimeoutExpired:
        return f"it did not end within {MAX_RUN_S} s"
    if run.returncode == 0:
        return None
    return describe(json.loads(run.stdout)) if run.returncode == 1 else run.stderr.strip()


def describe(report: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{law['id']}: {law['failure']['why'] if law['failure'] else law['verdict']}"
        for law in report["laws"]
        if law["verdict"] == "fail"
    )


if __name__ == "__main__":
    sys.exit(main())
