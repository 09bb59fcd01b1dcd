"""``wanproof check --listen`` on the command line: options, the announcement, and the end."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest

from wan_validators.cli import main

COMMAND: Final = [sys.executable, "-m", "wanproof", "check", "--listen"]
SHORT: Final = ["--model", "wan2.5-i2i-preview", "--scenario", "ok", "--brief", "--seed", "1"]
CREATE: Final = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
MAX_SECONDS: Final = 60


@contextmanager
def check(*options: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Starts the command. Yields its process, and its base URL after it announced it."""
    with subprocess.Popen(
        [*COMMAND, *SHORT, *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        first = process.stderr.readline()
        found = re.search(r"base URL (\S+)", first)
        assert found, first
        try:
            while "/finish" not in process.stderr.readline():
                assert process.poll() is None
            yield process, found[1]
        finally:
            process.kill()


def create(base_url: str, times: int) -> None:
    """Creates the task of the next case, *times* times."""
    with httpx.Client(base_url=base_url, trust_env=False, timeout=MAX_SECONDS) as http:
        case = http.get("/_wanproof/check/next").json()
        headers = {"Authorization": f"Bearer {case['api_key']}"}
        for _ in range(times):
            http.post(CREATE, headers=headers, json=case["payload"]).raise_for_status()


@pytest.mark.parametrize(
    ("number", "creates", "code"), [(signal.SIGINT, 2, 1), (signal.SIGTERM, 1, 0)]
)
def test_a_signal_ends_the_run_with_the_code_of_its_report(
    tmp_path: Path, number: signal.Signals, creates: int, code: int
) -> None:
    options = ("--law", "one-charge", "--format", "json", "--report", "junit=check.xml")
    with check(*options, folder=tmp_path) as (process, base_url):
        create(base_url, creates)
        with httpx.Client(base_url=base_url, trust_env=False, timeout=MAX_SECONDS) as http:
            http.post("/_wanproof/check/outcome/1", json={"outcome": "gave_up"}).raise_for_status()
        process.send_signal(number)
        out, errors = process.communicate(timeout=MAX_SECONDS)
    assert process.returncode == code, errors
    assert "Traceback" not in errors
    assert json.loads(out)["laws"][0]["verdict"] == ("fail" if code else "pass")
    assert "one-charge" in (tmp_path / "check.xml").read_text("utf-8")
    assert not (tmp_path / ".wanproof").exists()


def test_a_time_limit_ends_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert main(["check", "--listen", *SHORT, "--seconds", "0.2"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "no request had the API key of one of the" in shown.err
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_known_failure_does_not_fail_the_run(tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text('[one-charge]\nreason = "We pay twice."\n')
    options = ("--law", "one-charge", "--expect", "known.toml")
    with check(*options, folder=tmp_path) as (process, base_url):
        create(base_url, 2)
        httpx.post(f"{base_url}/_wanproof/check/finish", trust_env=False).raise_for_status()
        out, errors = process.communicate(timeout=MAX_SECONDS)
    assert process.returncode == 0, errors
    assert "We pay twice." in out


def test_random_cases_come_after_the_systematic_ones(capsys: pytest.CaptureFixture[str]) -> None:
    counts = []
    for examples in ("0", "7"):
        options = ["--model", "wan2.2-i2v-plus", "--brief", "--seed", "1", "--seconds", "0"]
        assert main(["check", "--listen", *options, "--examples", examples]) == 2
        found = re.search(r"(\d+) cases", capsys.readouterr().err)
        assert found
        counts.append(int(found[1]))
    assert counts[1] == counts[0] + 7


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--listen", "--client", "a:b"], "leave out --client"),
        (["--listen", "--stdio"], "leave out --client, --stdio and the command"),
        (["--listen", "--", "node", "x.mjs"], "leave out --client, --stdio and the command"),
        (["--origin", "https://a.example"], "--origin is for a run with --listen"),
        (["--base-url", "https://a.example"], "--base-url is for a run with --listen"),
        (["--idle", "1"], "--idle is for a run with --listen"),
        (["--listen", "0.0.0.0:8322"], "clients cannot call 0.0.0.0; add --base-url"),
        (["--listen", "[::]:8322"], "clients cannot call ::; add --base-url"),
        (["--listen", "a/b"], "'a/b' is not HOST:PORT, such as 127.0.0.1:8322"),
        (["--listen", "127.0.0.1:99999"], "with a port from 0 to 65535"),
        (["--listen", ":80"], "is not HOST:PORT"),
        (["--listen", "http://127.0.0.1:80"], "is not HOST:PORT"),
        (["--listen", "--origin", "https://a.example/path"], "is not an origin: it has no path"),
        (["--listen", "--origin", "a.example"], "is not a URL such as https://example.com"),
        (["--listen", "--base-url", "ftp://a.example"], "is not a URL such as"),
        (["--listen", "--idle", "-1"], "'-1' is not a number from 0 up"),
        (["--listen", "--idle", "inf"], "'inf' is not a number from 0 up"),
        ([], "or add --listen for one that wanproof cannot start"),
    ],
)
def test_wrong_options_are_explained(
    options: list[str], part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *options]) == 2
    assert part in " ".join(capsys.readouterr().err.split())


def test_a_port_in_use_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["check", "--listen", str(port), *SHORT]) == 2
    message = " ".join(capsys.readouterr().err.split())
    assert f"cannot listen at port {port} of 127.0.0.1: " in message
    assert "choose another --listen HOST:PORT, or port 0" in message


def test_scenarios_that_no_chosen_model_has_are_explained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ["--model", "wan2.5-i2i-preview", "--scenario", "interleaved"]
    assert main(["check", "--listen", *options]) == 2
    assert "no case was selected" in capsys.readouterr().err


def test_an_address_for_other_machines_is_announced_with_a_warning(
    capsys: pytest.CaptureFixture[str],
) -> None:
    public = "http://phone.example:1"
    options = ["0.0.0.0:0", "--base-url", f"{public}/", *SHORT, "--seconds", "0"]
    assert main(["check", "--listen", *options]) == 2
    warning, first, *_ = capsys.readouterr().err.splitlines()
    assert warning.startswith("WARNING: 0.0.0.0 can be reached from other machines")
    assert first.endswith(f"base URL {public}")
