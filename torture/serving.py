"""Runs ``wanproof serve`` in a process of its own, for tests of load and faults."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["serve"]

START_TIMEOUT_S = 60.0


@contextmanager
def serve(folder: Path, *options: str) -> Iterator[int]:
    """Serves on a free port until the end; yields the port."""
    file = folder / "port.txt"
    file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "wanproof", "serve", "--quiet", "--port", "0"]
    with (folder / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--port-file", str(file), *options], stdout=log, stderr=log
        )
        try:
            until = time.monotonic() + START_TIMEOUT_S
            while not file.exists():
                assert process.poll() is None, (folder / "serve.log").read_text()
                assert time.monotonic() < until
                time.sleep(0.05)
            yield int(file.read_text())
        finally:
            process.terminate()
            process.wait()
