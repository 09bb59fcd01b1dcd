"""Sends the requests of schemathesis to a mock server, by each of its two OpenAPI documents.

    python tools/check_api.py --schemathesis PATH [--seconds N] [--seed N]

``make api-check`` installs schemathesis and runs this. The first failure ends with status 1, and
schemathesis prints a command that repeats it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

TOKEN: Final = "of-the-test"  # noqa: S105  (of a server that only this run reaches)

START_TIMEOUT_S: Final = 60.0

DOCUMENTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "/_wanproof/openapi.json": (
        f"Bearer {TOKEN}",
        # Names of scenarios, and pairs of limits, are more than JSON Schema can express.
        ("positive_data_acceptance",),
    ),
    "/openapi.json": (
        "Bearer sk-of-the-test",
        (
            # As above: rules about several members, and the content of files.
            "positive_data_acceptance",
            # Two vendors accept a payload that breaks a rule, and then the task fails.
            "negative_data_rejection",
            # The mock accepts any key.
            "ignored_auth",
        ),
    ),
}
"""For each document the header Authorization, and the checks that do not apply to it."""


@contextmanager
def serve() -> Iterator[str]:
    """Serves on a free port until the end; yields the base URL."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "port.txt"
        command = [sys.executable, "-m", "wanproof", "serve", "--quiet", "--seed", "1"]
        options = ["--port", "0", "--port-file", str(file), "--lifecycle", "polls:1"]
        process = subprocess.Popen(
            [*command, *options],
            stdout=subprocess.DEVNULL,
            env=os.environ | {"WANPROOF_ADMIN_TOKEN": TOKEN},
        )
        try:
            until = time.monotonic() + START_TIMEOUT_S
            while not (file.exists() and file.read_text()):
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit("the server did not start")
                time.sleep(0.05)
            yield f"http://127.0.0.1:{file.read_text().strip()}"
        finally:
            process.terminate()
            process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--schemathesis", default="schemathesis", metavar="PATH")
    parser.add_argument("--seconds", type=int, default=180, help="for each document")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    failed = False
    for document, (authorization, excluded) in DOCUMENTS.items():
        with serve() as url:
            command = [options.schemathesis, "run", url + document, "--continue-on-failure"]
            command += ["--header", f"Authorization: {authorization}"]
            command += ["--exclude-checks", ",".join(excluded), "--seed", str(options.seed)]
            command += ["--max-examples", "10", "--max-time", str(options.seconds)]
            failed |= subprocess.run(command, check=False).returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
