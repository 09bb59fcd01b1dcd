"""Runs of ``wanproof serve``."""

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
def running(
    file: Path, *options: str, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its base URL."""
    argv = [*COMMAND, "serve", "--port", "0", "--port-file", str(file), *options]
    process = subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env=os.environ | environment,
    )
    try:
        deadline = time.monotonic() + 30
        while not file.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        yield process, f"http://127.0.0.1:{int(file.read_text(encoding='ascii'))}"
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def ended(process: subprocess.Popen[str], signum: int) -> tuple[int, str]:
    """The exit code after a signal, and all that was printed."""
    process.send_signal(signum)
    printed, _ = process.communicate(timeout=30)
    return process.returncode, printed
