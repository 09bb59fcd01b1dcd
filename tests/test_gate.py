"""The tests pass wherever they are started: in the background, without a terminal, anywhere.

Each line of the script is something that a continuous integration, a script or a developer's
own settings do to the tests, and that made some of them fail or hang.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPT = """
trap '' INT
umask 077
ulimit -n 256
exec "$@" <&- 2>&1
"""
DEAD = "http://127.0.0.1:9"
BARE = {
    "PATH": os.environ["PATH"],
    # Python itself does not start in a folder whose name it then cannot read.
    "LC_ALL": "C" if str(ROOT).isascii() else "C.UTF-8",
    "PYTHONUTF8": "0",
    "PYTHONWARNINGS": "error",
    "TZ": "Asia/Shanghai",
    "COLUMNS": "40",
    "FORCE_COLOR": "1",
    "http_proxy": DEAD,
    "ALL_PROXY": DEAD,
}
TESTS = (
    "tests/test_architecture.py::test_imports_run_one_way",
    "mockserver/tests/test_serve.py::test_it_serves_logs_and_stops_cleanly",
    "mockserver/tests/test_serve.py::test_an_unread_log_does_not_stop_the_server",
    "mockserver/tests/plugin/test_fixtures.py::test_a_server_is_started_on_a_free_port",
    "contract_tests/tests/test_clients_processes.py::test_an_interruption_ends_the_process",
)


def test_tests_pass_in_the_background_without_input_and_behind_a_proxy() -> None:
    run = subprocess.run(
        [
            "sh",
            "-c",
            SCRIPT,
            "sh",
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            *TESTS,
        ],
        cwd=ROOT,
        env=BARE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        check=False,
        timeout=120,
    )

    assert run.returncode == 0, run.stdout
