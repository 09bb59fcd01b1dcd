"""``wanproof serve``: what each option does, and what is announced."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import httpx
import pytest

from wan_mockserver.commands import serve
from wan_mockserver.commands.build_mock import build_mock, choose_admin_token
from wan_mockserver.commands.options import add_arguments
from wan_mockserver.http.messages import Response
from wan_mockserver.http.server import Server
from wan_mockserver.service import Mock
from wan_mockserver.simulator.scenario_selection import STEP
from wan_mockserver.state.stores import opening
from wan_mockserver.state.stores.memory import MemoryStore
from wan_validators.cli import main
from wan_validators.command import UsageError

from .serve_runs import CREATE, EDIT, KEY, MULE, end_server, start_server

MULE_EDIT = {"prompt": "x", "images": ["https://example.com/a.jpg"], "n": 2}


TOKEN = "WANPROOF_ADMIN_TOKEN"


Send = Callable[..., Response]


def parsed(*argv: str) -> Namespace:
    parser = ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(argv)


def made(*argv: str) -> Mock:
    """The mock that these options ask for, silent and with no token."""
    return build_mock(parsed("--seed", "7", *argv), None, lambda exchange: None)


def test_an_address_that_others_can_reach_is_warned_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reached = SimpleNamespace(host="192.0.2.1", port=8321, url="http://192.0.2.1:8321")
    options = parsed()
    serve._announce(cast("Server", reached), build_mock(options, "hush", print), options)
    printed = capsys.readouterr()
    assert "WARNING: 192.0.2.1 can be reached from other machines" in printed.err
    assert "base URL http://192.0.2.1:8321" in printed.out
    assert "http://192.0.2.1:8321/_wanproof/ (asks for the admin token)" in printed.out
    assert "hush" not in printed.err + printed.out


@pytest.mark.parametrize("by", ["option", "environment"])
def test_with_a_token_such_an_address_is_not_refused(
    by: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is none of this machine's, so that nothing listens in the end."""
    argv = ["serve", "--port", "0", "--host", "192.0.2.1"]
    assert main(argv) == 2
    assert "give an --admin-token" in capsys.readouterr().err
    if by == "environment":
        monkeypatch.setenv(TOKEN, "hush")
    else:
        argv += ["--admin-token", "hush"]
    assert main(argv) == 2
    assert "cannot listen at port 0 of 192.0.2.1" in capsys.readouterr().err


def test_the_option_is_stronger_than_the_environment() -> None:
    assert choose_admin_token(parsed("--admin-token", "one"), {TOKEN: "other"}) == "one"
    assert choose_admin_token(parsed(), {TOKEN: "other"}) == "other"
    assert choose_admin_token(parsed(), {TOKEN: ""}) is None
    assert choose_admin_token(parsed(), {}) is None


def test_a_token_that_cannot_be_one_is_refused_without_being_shown() -> None:
    with pytest.raises(UsageError, match=f"{TOKEN}: the token must be printable") as refused:
        choose_admin_token(parsed(), {TOKEN: "hush hush"})
    assert "hush" not in str(refused.value)


def test_the_announcement_names_whatever_is_not_the_default(tmp_path: Path) -> None:
    store = f"sqlite:{tmp_path / 'db'}"
    options = ("--seed=7", "--scenario=accept-502", "--clock=manual", f"--store={store}")
    with start_server(tmp_path / "port", *options, **{TOKEN: "hush"}) as (process, url):
        lost = httpx.post(url + MULE, json=MULE_EDIT, headers=KEY)
        _, printed = end_server(process, signal.SIGINT)
    log = printed.splitlines()
    facts = f"seed 7, lifecycle polls:2, scenario accept-502, clock manual, store {store}"
    assert log[0] == f"wanproof serve: {facts}, any API key"
    assert f"  Dashboard: {url}/_wanproof/ (asks for the admin token)" in log
    assert f'    POST {url}/_wanproof/clock {{"advance": 60}} advances the clock by a minute' in log
    assert "hush" not in printed
    assert lost.status_code == 502
    assert lost.headers[STEP] == "accept-502 create 1: 502 html after it was done"


def test_videos_that_cannot_be_drawn_are_announced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reached = cast("Server", SimpleNamespace(host="127.0.0.1", port=8321, url="http://_"))
    serve._announce(reached, made(), parsed())
    assert "Videos" not in capsys.readouterr().out
    monkeypatch.setitem(sys.modules, "av", None)
    serve._announce(reached, made(), parsed())
    [line] = [each for each in capsys.readouterr().out.splitlines() if "Videos" in each]
    remedy = 'av is not installed; get it with: pip install "wanproof[video]"'
    assert line == f"  Videos have one colour and are silent: {remedy}"


def test_chaos_is_announced_and_drawn(tmp_path: Path) -> None:
    with start_server(tmp_path / "port", "--chaos=7:1", "--lifecycle=at-once") as (process, url):
        steps = []
        for _ in range(4):
            try:
                steps.append(httpx.post(url + MULE, json=MULE_EDIT, headers=KEY).headers[STEP])
            except httpx.TransportError:
                steps.append("chaos:7:1#lost")
        _, printed = end_server(process, signal.SIGINT)
    assert "seed 7, lifecycle at-once, chaos 7:1, any API key" in printed
    assert all(step.startswith("chaos:7:1#") for step in steps)


def test_processes_on_one_store_are_one_server(tmp_path: Path) -> None:
    store = f"--store=sqlite:{tmp_path / 'db'}"
    with start_server(tmp_path / "one", store) as (first, one):
        task = httpx.post(one + CREATE, json=EDIT, headers=KEY).json()["id"]
        with start_server(tmp_path / "two", store) as (second, two):
            place = f"{CREATE}/task/{task}"
            polls = [httpx.get(url + place, headers=KEY).json() for url in (two, one, two)]
            heads = [
                end_server(process, signal.SIGINT)[1].split(",")[0] for process in (second, first)
            ]
    assert [poll["status"] == "completed" for poll in polls] == [False, False, True]
    assert heads[0] == heads[1]
    assert heads[0].startswith("wanproof serve: seed ")


def test_a_seed_that_is_given_is_stronger_than_the_one_that_is_kept(tmp_path: Path) -> None:
    store = f"--store=sqlite:{tmp_path / 'db'}"
    for argv, seed in ((["--seed=1"], 1), ([], 1), (["--seed=-2"], -2), ([], -2)):
        mock = build_mock(parsed(store, *argv), None, print)
        assert mock.simulator.seed == seed
        mock.store.close()


@pytest.mark.parametrize("mode", ["real", "manual", "auto"])
def test_the_clock_is_the_one_that_was_asked_for_and_shared(tmp_path: Path, mode: str) -> None:
    one, other = (made(f"--clock={mode}", f"--store=sqlite:{tmp_path / 'db'}") for _ in range(2))
    before = other.clock.now()
    one.clock.advance(3600)
    assert one.clock.mode == mode
    assert other.clock.now() - before >= 3600
    for mock in (one, other):
        mock.store.close()


def create(send: Send, mock: Mock, key: str = "alice") -> Response:
    return send(mock, "POST", MULE, MULE_EDIT, key=key)


def test_the_limits_reach_the_simulator(send: Send) -> None:
    mock = made("--clock=manual", "--running-tasks=2", "--polls-per-second=3")
    answers = [create(send, mock) for _ in range(3)]
    place = f"{MULE}/{json.loads(answers[0].body)['task_info']['id']}"
    polls = [send(mock, "GET", place).status for _ in range(4)]
    assert [answer.status for answer in answers] == [202, 202, 429]
    assert polls == [200, 200, 200, 429]


def test_prices_and_the_window_reach_the_ledger(send: Send, tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text('["wan2.5-i2i-preview"]\nusd = {image = "2.50"}\n')
    argv = ("--clock=manual", "--lifecycle=at-once", "--scenario=accept-502")
    ledgers = []
    for window in ("60", "59"):
        prices = f"--prices={tmp_path / 'prices.toml'}"
        mock = made(*argv, prices, f"--duplicate-window={window}")
        create(send, mock)
        mock.clock.advance(60)
        create(send, mock)
        ledgers.append(mock.ledger())
    assert [each.entries[0].usd for each in ledgers] == [Decimal("5.00")] * 2
    assert [len(each.duplicate_charges) for each in ledgers] == [1, 0]


def test_own_scenarios_can_be_chosen_and_are_the_default(send: Send, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[mine]\nsummary = "x"\nuse = ["http-503:1"]\n')
    mock = made(f"--scenarios={own}", "--scenario=mine+poll-404")
    assert [create(send, mock).status for _ in range(3)] == [503, 202, 503]
    assert create(send, made(f"--scenarios={own}"), "wanproof.mine.a").status == 503
    assert create(send, made(), "wanproof.mine.a").status == 400


@pytest.mark.parametrize(
    ("store", "shown"),
    [
        ("sqlite:a@b", "sqlite:a@b"),
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("redis://me:hush@host:1/0?prefix=a:", "redis://…@host:1/0"),
        ("rediss://:hu@sh@host/0", "rediss://…@host/0"),
        ("redis://host/0?password=hush", "redis://host/0"),
    ],
)
def test_a_store_is_announced_without_its_password(store: str, shown: str) -> None:
    assert serve._remove_password(store) == shown


class Closing(MemoryStore):
    """A store that tells whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.1"])
def test_the_store_is_closed_in_the_end(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Closing()

    def interrupted(server: Server) -> None:
        assert not store.closed
        raise KeyboardInterrupt

    monkeypatch.setattr(opening, "open_store", lambda text: store)
    monkeypatch.setattr(Server, "run", interrupted)
    code = main(["serve", "--port", "0", "--host", host, "--admin-token", "hush"])
    assert code == (0 if host == "127.0.0.1" else 2)
    assert store.closed


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


def test_the_ids_of_a_later_server_on_a_store_are_its_own(tmp_path: Path) -> None:
    """The store may have lost what the first one wrote last."""
    store = f"--store=sqlite:{tmp_path / 'store.db'}"
    first, later, last = (made(store) for _ in range(3))
    epochs = [each.store.epoch for each in (first, later, last)]
    assert epochs[0] == ""
    assert len(set(epochs)) == 3
    draws = {each.simulator.new_random("task").random() for each in (first, later, last)}
    assert len(draws) == 3
    later.reset()
    assert later.store.epoch == ""
    for each in (first, later, last):
        each.store.close()
