"""Commands beside `wanproof lint`, in processes of their own: CPU time and memory of each."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from peers import SCHEMA
from timing import Measure

__all__ = ["FOLDER", "PEER", "WANPROOF", "cpu_of", "install_check_jsonschema", "peak_memory"]

FOLDER: Final = Path(__file__).parents[1] / ".bench"
"""Where the peers are installed and the results are written; Git ignores it."""

PEER: Final = "check-jsonschema==0.39.0"
WANPROOF: Final = str(Path(sys.executable).with_name("wanproof"))
CACHED: Final = {key: value for key, value in os.environ.items() if key[:10] != "PYTHONDONT"}
"""The environment, with compiled modules, as an installation has them."""


def install_check_jsonschema() -> list[str] | None:
    """Returns the command of check-jsonschema on our schema, or None if it cannot be installed."""
    python = FOLDER / "check-jsonschema" / "bin" / "python"
    if not python.exists():
        folder = str(python.parents[1])
        for command in (
            [sys.executable, "-m", "venv", folder],
            [str(python), "-m", "pip", "install", "--quiet", PEER],
        ):
            if subprocess.run(command, check=False).returncode:
                return None
    schema = FOLDER / "wan26_i2i.schema.json"
    schema.write_text(json.dumps(SCHEMA), encoding="utf-8")
    return [str(python.with_name("check-jsonschema")), "--schemafile", str(schema)]


def cpu_of(command: Sequence[str]) -> Measure:
    """Measures the CPU seconds of a process that runs *command*."""

    def measure() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        _run(command)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return measure


def peak_memory(command: Sequence[str]) -> int:
    """Returns the bytes that a process which runs *command* has at most."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    run: Any = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, text=True, check=True
    )
    return 1024 * int(run.stdout)


def _run(command: Sequence[str]) -> None:
    subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=CACHED, check=False
    )
