"""``wanproof serve``: starting, serving and stopping; options that are refused."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import pytest

from wan_validators.cli import main

from . import serve_runs
from .serve_runs import COMMAND, CREATE, EDIT, KEY, MULE, end_server, start_server

IGNORING = """trap '' INT; exec "$0" "$@\""""


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_logs_and_stops_cleanly(tmp_path: Path, signum: int) -> None:
    with start_server(tmp_path / "port", "--seed", "7") as (process, url):
        good = httpx.post(url + CREATE, json=EDIT, headers=KEY)
        bad = httpx.post(url + CREATE, json={**EDIT, "parameters": {"n": 9}}, headers=KEY)
        code, printed = end_server(process, signum)
    log = printed.splitlines()
    assert (code, good.status_code, bad.status_code) == (0, 200, 200)
    assert log[0] == "wanproof serve: seed 7, lifecycle polls:2, any API key"
    assert f"  Dashboard: {url}/_wanproof/" in log
    assert f"  Vtrix: base URL {url}" in log
    assert f"    POST {url}/vendors/alibaba/v1/{{model}}/generation" in log
    assert f"POST {CREATE} 200 task={good.json()['id']}" in printed
    assert log[-1] == "  error n-range at /parameters/n: n must be an integer from 1 to 4"
    assert "sk-secret" not in printed
    assert "Traceback" not in printed


def test_started_in_the_background_it_is_stopped_by_sigterm_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a shell, which lets its jobs there ignore SIGINT."""
    monkeypatch.setattr(serve_runs, "COMMAND", ["sh", "-c", IGNORING, *COMMAND])
    with start_server(tmp_path / "port") as (process, url):
        process.send_signal(signal.SIGINT)
        answer = httpx.post(url + CREATE, json=EDIT, headers=KEY)
        code, printed = end_server(process, signal.SIGTERM)
    assert (code, answer.status_code) == (0, 200)
    assert "SIGTERM stops it." in printed.splitlines()


def test_the_options_reach_the_simulator(tmp_path: Path) -> None:
    options = (
        "--lifecycle=at-once",
        "--vtrix-reject=create",
        "--mulerouter-reject=task",
        "--balance=0.03",
        "--quiet",
    )
    with start_server(tmp_path / "port", *options) as (process, url):
        bad = httpx.post(url + CREATE, json={**EDIT, "parameters": {"n": 9}}, headers=KEY)
        late = httpx.post(url + MULE, json={}, headers=KEY)
        good = httpx.post(url + CREATE, json=EDIT, headers=KEY)
        poll = httpx.get(f"{url}{CREATE}/task/{good.json()['id']}", headers=KEY)
        poor = httpx.post(url + CREATE, json=EDIT, headers=KEY)
        _, printed = end_server(process, signal.SIGINT)
    assert (bad.status_code, late.status_code, poor.status_code) == (400, 202, 403)
    assert poll.json()["status"] == "completed"
    assert printed.splitlines()[-1] == "Ctrl-C stops it."


def test_the_same_seed_gives_the_same_ids(tmp_path: Path) -> None:
    ids = []
    for nth in range(2):
        with start_server(tmp_path / f"port{nth}", "--seed", "11") as (_, url):
            ids.append(httpx.post(url + CREATE, json=EDIT, headers=KEY).json()["id"])
    assert ids[0] == ids[1]


def test_an_unread_log_does_not_stop_the_server(tmp_path: Path) -> None:
    with start_server(tmp_path / "port") as (process, url):
        assert process.stdout
        process.stdout.close()
        statuses = [httpx.post(url + CREATE, json=EDIT, headers=KEY).status_code for _ in range(3)]
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
    assert statuses == [200, 200, 200]


def test_a_port_in_use_is_reported_with_a_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with start_server(tmp_path / "port") as (_, url):
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
        (["--balance", "much"], "'much' is not valid; allowed: an amount in USD"),
        (["--balance", "-1"], "'-1' is not valid; allowed: an amount in USD"),
        (["--balance", "NaN"], "allowed: an amount in USD"),
        (["--creates-per-second", "x"], "must be a whole number"),
        (["--vtrix-reject", "never"], "invalid choice: 'never'"),
        (["--host", "no.such.host.invalid"], "cannot listen at port 0 of no.such.host.invalid"),
        (["--host", "a..b"], "cannot listen at port 0 of a..b"),
        (["--host", ""], "cannot listen at port 0 of"),
        (["--port-file", "/dev/null/port"], "cannot write --port-file"),
        (["--seed", "x"], "'x' must be a whole number from -2**53 to 2**53"),
        (["--seed", str(2**53 + 1)], "must be a whole number from -2**53 to 2**53"),
        (["--polls-per-second", "-1"], "must be a whole number"),
        (["--running-tasks", "1.5"], "must be a whole number"),
        (["--duplicate-window", "-1"], "'-1' must be a number of seconds from 0 up"),
        (["--duplicate-window", "inf"], "must be a number of seconds"),
        (["--clock", "fake"], "invalid choice: 'fake'"),
        (["--chaos", "x"], "'x' is not a valid chaos; it must be SEED or SEED:RATE"),
        (["--chaos", "7:2"], "after the colon comes a RATE from 0 to 1"),
        (["--chaos", "7", "--scenario", "slow"], "--scenario and --chaos exclude each other"),
        (["--scenario", "acept-lost"], "--scenario: there is no scenario 'acept-lost'; did you "),
        (["--scenario", "slow+stuck"], "--scenario: slow+stuck: two of its scenarios differ"),
        (["--scenarios", "/no/such.toml"], "cannot read --scenarios /no/such.toml: No such file"),
        (["--scenarios", __file__], "test_serve.py is not valid TOML"),
        (["--prices", "/no/such.toml"], "cannot read --prices /no/such.toml: No such file"),
        (["--prices", __file__], "--prices: "),
        (["--store", "files"], "--store: 'files' is not a store; it must be memory, sqlite:FILE"),
        (["--store", "sqlite:/no/such/folder/x"], "there is no folder /no/such/folder"),
        (["--admin-token", ""], "the token must be printable ASCII characters without blanks"),
        (["--host", "0.0.0.0"], "0.0.0.0 can be reached from other machines, and so could the"),
        (["--host", "::"], "give an --admin-token, or set WANPROOF_ADMIN_TOKEN, or leave out"),
    ],
)
def test_wrong_options_are_refused_with_exit_code_2(
    options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--port", "0", *options]) == 2
    assert says in capsys.readouterr().err
