"""Starts and ends ``wanproof serve`` in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMAND = [sys.executable, "-c", "from wan_validators.cli import main; raise SystemExit(main())"]

CREATE = "/model/v1/generation"
EDIT = {
    "model": "wan25_i2i_preview_intl",
    "input": {"prompt": "x", "images": ["https://example.com/a.jpg"]},
    "parameters": {"n": 1},
}

MULE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"

KEY = {"Authorization": "Bearer sk-secret"}


@contextmanager
def start_server(
    port_file: Path, *options: str, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yields the process and its base URL, and kills the process at the end."""
    port_file.unlink(missing_ok=True)
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--port-file", str(port_file), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env=os.environ | environment,
    )
    try:
        deadline = time.monotonic() + 30
        while not port_file.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        yield process, f"http://127.0.0.1:{int(port_file.read_text(encoding='ascii'))}"
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def end_server(process: subprocess.Popen[str], signum: int) -> tuple[int, str]:
    """Sends a signal. Returns the exit code and everything that was printed."""
    process.send_signal(signum)
    printed, _ = process.communicate(timeout=30)
    return process.returncode, printed
