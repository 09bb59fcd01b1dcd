"""``wanproof serve`` as its users meet it: a process with a port, a log and an exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from wan_mockserver.commands import serve
from wan_mockserver.server import Server
from wan_validators.cli import main

COMMAND = [sys.executable, "-c", "from wan_validators.cli import main; raise SystemExit(main())"]
CREATE = "/model/v1/generation"
EDIT = {
    "model": "wan25_i2i_preview_intl",
    "input": {"prompt": "x", "images": ["https://example.com/a.jpg"]},
    "parameters": {"n": 1},
}
KEY = {"Authorization": "Bearer sk-secret"}


@contextmanager
def running(file: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its base URL."""
    argv = [*COMMAND, "serve", "--port", "0", "--port-file", str(file), *options]
    process = subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
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


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_logs_and_stops_cleanly(tmp_path: Path, signum: int) -> None:
    with running(tmp_path / "port", "--seed", "7") as (process, url):
        good = httpx.post(url + CREATE, json=EDIT, headers=KEY)
        bad = httpx.post(url + CREATE, json={**EDIT, "parameters": {"n": 9}}, headers=KEY)
        code, printed = ended(process, signum)
    log = printed.splitlines()
    assert (code, good.status_code, bad.status_code) == (0, 200, 200)
    assert log[0] == "wanproof serve: seed 7, lifecycle polls:2, any API key"
    assert f"  Vtrix: base URL {url}" in log
    assert f"    POST {url}/vendors/alibaba/v1/{{model}}/generation" in log
    assert f"POST {CREATE} 200 task={good.json()['id']}" in printed
    assert log[-1] == "  error n-range at /parameters/n: n must be an integer from 1 to 4"
    assert "sk-secret" not in printed
    assert "Traceback" not in printed


def test_the_options_reach_the_simulator(tmp_path: Path) -> None:
    options = (
        "--lifecycle=at-once",
        "--vtrix-reject=create",
        "--mulerouter-reject=task",
        "--balance=0.03",
        "--quiet",
    )
    mule = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
    with running(tmp_path / "port", *options) as (process, url):
        bad = httpx.post(url + CREATE, json={**EDIT, "parameters": {"n": 9}}, headers=KEY)
        late = httpx.post(url + mule, json={}, headers=KEY)
        good = httpx.post(url + CREATE, json=EDIT, headers=KEY)
        poll = httpx.get(f"{url}{CREATE}/task/{good.json()['id']}", headers=KEY)
        poor = httpx.post(url + CREATE, json=EDIT, headers=KEY)
        _, printed = ended(process, signal.SIGINT)
    assert (bad.status_code, late.status_code, poor.status_code) == (400, 202, 403)
    assert poll.json()["status"] == "completed"
    assert printed.splitlines()[-1] == "Ctrl-C stops it."


def test_the_same_seed_gives_the_same_ids(tmp_path: Path) -> None:
    ids = []
    for nth in range(2):
        with running(tmp_path / f"port{nth}", "--seed", "11") as (_, url):
            ids.append(httpx.post(url + CREATE, json=EDIT, headers=KEY).json()["id"])
    assert ids[0] == ids[1]


def test_a_log_that_nobody_reads_does_not_stop_it(tmp_path: Path) -> None:
    with running(tmp_path / "port") as (process, url):
        assert process.stdout
        process.stdout.close()
        statuses = [httpx.post(url + CREATE, json=EDIT, headers=KEY).status_code for _ in range(3)]
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
    assert statuses == [200, 200, 200]


def test_a_port_in_use_is_told_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(tmp_path / "port") as (_, url):
        port = url.rpartition(":")[2]
        code = main(["serve", "--port", port])
    error = capsys.readouterr().err
    assert code == 2
    assert f"port {port} of 127.0.0.1 is in use" in error
    assert "choose another --port" in error


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--lifecycle", "slow"], "it must be at-once, never, polls:N"),
        (["--lifecycle", "seconds:x"], "after seconds: comes a number from 0 up"),
        (["--port", "70000"], "'70000' must be a whole number from 0 to 65535"),
        (["--port", "-1"], "'-1' must be a whole number from 0 to 65535"),
        (["--port", "8_0"], "must be a whole number"),
        (["--balance", "much"], "'much' must be an amount in USD"),
        (["--balance", "-1"], "'-1' must be an amount in USD"),
        (["--balance", "NaN"], "must be an amount in USD"),
        (["--creates-per-second", "x"], "must be a whole number"),
        (["--vtrix-reject", "never"], "invalid choice: 'never'"),
        (["--host", "no.such.host.invalid"], "cannot listen at port 0 of no.such.host.invalid"),
        (["--port-file", "/dev/null/port"], "cannot write --port-file"),
    ],
)
def test_wrong_options_are_refused_with_exit_code_2(
    options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--port", "0", *options]) == 2
    assert says in capsys.readouterr().err


def test_an_address_that_others_can_reach_is_warned_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reached = SimpleNamespace(host="192.0.2.1", port=8321, url="http://192.0.2.1:8321")
    options: Any = SimpleNamespace(seed=1, lifecycle="at-once", port_file=None)
    serve._announce(cast("Server", reached), options)
    printed = capsys.readouterr()
    assert "WARNING: 192.0.2.1 can be reached from other machines" in printed.err
    assert "base URL http://192.0.2.1:8321" in printed.out


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1"])
def test_the_loopback_addresses_are_known(host: str) -> None:
    assert serve._is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "::", "fe80::1%eth0"])
def test_all_other_addresses_are_known(host: str) -> None:
    assert not serve._is_loopback(host)


def test_importing_the_command_loads_no_flask() -> None:
    code = (
        "import sys, wan_mockserver.commands.serve;"
        "sys.exit(bool({'flask', 'waitress', 'av', 'PIL'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, env=os.environ).returncode == 0
