"""The content of the page, and the escaping of client input."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from wan_mockserver.clock import MAX_TIME
from wan_mockserver.scenarios.chaos import Chaos
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.prices import load_shipped_prices

from .conftest import VIDEOS, Client

EVIL = "<script>alert(1)</script>"


def section(page: str, name: str) -> str:
    """The text of the section with the id *name*."""
    found = re.search(f'<section id="{name}".*?</section>', page, re.DOTALL)
    assert found, name
    return " ".join(re.sub("<[^>]+>", " ", found[0]).split())


def test_a_page_without_tasks_shows_how_to_create_one(client: Client) -> None:
    page = client.page()
    says = "No tasks yet: set your client's base URL to http://127.0.0.1:8321"
    assert says in section(page, "tasks")
    assert "No requests yet." in section(page, "journal")
    assert "This run would have cost 0 USD ." in section(page, "costs")


def test_a_task_row_follows_the_state_of_the_task(client: Client) -> None:
    created = client.create("wanproof.ok.alice", n=2)
    (task,) = client.mock.tasks()
    says = section(client.page(), "tasks")
    assert created.status == 202
    assert f"pending 0 % wan2.5-i2i-preview alice {task.id}" in says
    assert "0.06 USD if it succeeds" in says
    client.poll(task.id, "wanproof.ok.alice", 2)
    assert "running 67 %" in section(client.page(), "tasks")
    client.poll(task.id, "wanproof.ok.alice", 1)
    page = client.page()
    assert "done wan2.5-i2i-preview" in section(page, "tasks")
    assert "0.06 USD billed" in section(page, "tasks")
    assert page.count("<img ") == 2
    assert 'alt="Result 2: image, 768 × 768"' in page
    assert "would have cost 0.06 USD . 1 task accepted, 1 billed." in section(page, "costs")


def test_the_costs_name_what_is_still_owed(client: Client) -> None:
    client.create("wanproof.ok.alice")
    says = section(client.page(), "costs")
    assert "would have cost 0 USD . 1 task accepted, 0 billed. " in says
    assert "0.03 USD still owed if 1 unfinished task succeeds." in says


def test_a_video_can_be_played(client: Client) -> None:
    task = client.finished(model=VIDEOS)
    page = client.page()
    assert f'src="/_wanproof/ui/files/{task}/1.mp4' in page
    assert f'poster="/_wanproof/ui/thumbnails/{task}/1.mp4' in page
    assert 'preload="none"' in page


def test_a_failed_task_shows_its_error_and_scenario(client: Client) -> None:
    client.finished("wanproof.fail-3002.bob")
    says = section(client.page(), "tasks")
    assert "failed" in says
    assert "fail-3002 3002: The provider could not complete the task" in says
    assert "not billed" in says


def test_the_journal_shows_newest_entries_first_with_rejection_reasons(
    client: Client,
) -> None:
    client.create("wanproof.ok.alice")
    client.create("wanproof.ok.bob", size="9*9")
    client.send("GET", "/nowhere")
    says = section(client.page(), "journal")
    assert says.index("#3") < says.index("#2") < says.index("#1")
    assert re.search(
        r"#3 .* GET /nowhere \w+ rejected 404 Loading… nothing is served at /nowhere; known:", says
    )
    assert re.search("#2 .* bob .*/size error size-pixels", says)
    assert re.search("#1 .* create wan2.5-i2i-preview alice 202", says)


def test_a_lost_response_and_its_duplicate_are_marked_and_counted(client: Client) -> None:
    client.create("wanproof.accept-lost.bob", n=1)
    again = client.finished("wanproof.accept-lost.bob", n=1)
    first = client.mock.tasks()[0]
    page = client.page()
    assert "This run would have cost 0.06 USD , 0.03 USD of it twice ." in section(page, "costs")
    twice = section(page, "twice")
    assert "0.03 USD paid twice: bob, wan2.5-i2i-preview" in twice
    assert re.search(f"First #1 .* {first.id} .* the response was lost: reset", twice)
    assert re.search(f"Second #2 .* {again} .* received 202", twice)
    assert "accept-lost create 1: reset after it was done" in section(page, "journal")
    assert "response lost (reset)" in section(page, "journal")
    assert "response lost The client did not receive the task id." in section(page, "tasks")
    assert f"paid twice It repeats task {first.id[:8]}…" in section(page, "tasks")


def test_an_unknown_price_is_never_0() -> None:
    prices = {model: replace(price, usd={}) for model, price in load_shipped_prices().items()}
    client = Client(Mock(Simulator(seed=7, prices=prices, listener=lambda _: None)))
    client.finished()
    page = client.page()
    assert "price unknown billed" in section(page, "tasks")
    assert "1 billed task without a known price." in section(page, "costs")


def test_the_page_can_be_filtered_by_tenant(client: Client) -> None:
    client.finished("wanproof.ok.alice")
    client.finished("wanproof.ok.bob")
    page = client.page("tenant=bob")
    assert "alice" not in section(page, "tasks") + section(page, "journal")
    assert "This run would have cost 0.03 USD ." in section(page, "costs")
    assert '<option value="bob" selected>bob</option>' in page
    assert "Reset bob" in page
    assert "Reset bob" not in client.page()


@pytest.mark.parametrize(("show", "expected"), [("creates", 2), ("polls", 3), ("trouble", 1)])
def test_the_journal_can_be_filtered(client: Client, show: str, expected: int) -> None:
    client.finished("wanproof.ok.alice")
    client.create("wanproof.ok.alice", size="9*9")
    assert section(client.page(f"show={show}"), "journal").count("#") == expected
    assert section(client.page("show=nonsense"), "journal").count("#") == 5


def test_filtered_entries_are_found_behind_many_others(client: Client) -> None:
    client.create("wanproof.ok.alice", size="9*9")
    task = client.finished("wanproof.ok.bob")
    client.poll(task, "wanproof.ok.bob", 500)
    client.create("wanproof.ok.bob")
    says = section(client.page("show=creates"), "journal")
    assert (says.count("#"), "#1 " in says) == (3, True)
    trouble = section(client.page("show=trouble"), "journal")
    assert (trouble.count("#"), "#1 " in trouble) == (1, True)
    assert "No request matches this filter." in client.page("show=trouble&tenant=bob")
    assert client.page("show=polls").count('<li id="entry-') == 100
    assert '<option value="alice">' in client.page(), "whose requests are out of sight"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"scenario": "slow+expired-urls"}, "Default scenario: slow+expired-urls"),
        ({"chaos": Chaos(7, 0.3)}, "Default scenario: chaos:7:0.3"),
        ({}, ""),
    ],
)
def test_an_unusual_default_scenario_is_shown(given: dict[str, Any], says: str) -> None:
    page = Client(Mock(Simulator(listener=lambda _: None, **given))).page()
    shown = section(page, "scenarios")
    assert says in shown
    assert bool(says) == ("Default scenario" in shown)


@pytest.mark.parametrize("evil", [EVIL, "' onload='x", '"><img src=x>'])
def test_client_input_is_escaped(client: Client, evil: str) -> None:
    client.create("alice", prompt=evil, nonsense=evil, **{evil: evil})
    client.send("GET", f"/{evil}")
    client.create(f"wanproof.{evil}.bob")
    parts = [client.page(), client.page(f"tenant={EVIL}")]
    parts += [client.get(f"/ui/entries/{number}").body.decode() for number in (1, 2, 3)]
    for part in parts:
        assert evil not in part
        assert EVIL not in part
    assert "alert(1)" in parts[1]


def test_a_lone_surrogate_does_no_harm(client: Client) -> None:
    client.send("GET", "/\ud800")
    assert b"/?" in client.get("/").body


def test_an_entry_is_shown_in_full(client: Client) -> None:
    client.create("secret-key", size="9*9", prompt="x" * 20)
    says = client.get("/ui/entries/1").body.decode()
    assert '"size": "9*9"'.replace('"', "&#34;") in says
    assert "size-pixels" in says
    assert "secret-key" not in says
    assert "application/json" in says
    client.create(prompt="x" * 10_000)
    assert re.search("not kept, SHA-256 [0-9a-f]{64}", client.get("/ui/entries/2").body.decode())
    gone = client.get("/ui/entries/99")
    assert (gone.status, b"Entry 99 is no longer kept." in gone.body) == (404, True)


def test_long_runs_show_only_the_newest_rows(client: Client) -> None:
    for nth in range(70):
        client.finished("wanproof.ok.alice", prompt=f"kite {nth}")
    page = client.page()
    assert page.count('<li id="task-') == 60
    assert "10 older tasks not shown." in section(page, "tasks")
    assert page.count('<li id="entry-') == 100
    assert "Older entries are not shown." in section(page, "journal")
    assert "#181 " in section(page, "journal")
    assert "Older entries" not in client.page("show=creates")
    assert client.mock.tasks()[-1].id in page


def test_the_last_time_of_the_calendar_is_shown(client: Client, mock: Mock) -> None:
    client.create()
    mock.clock.advance(MAX_TIME - mock.clock.now())
    assert "9999-12-31" in section(client.page(), "clock")


def test_requests_of_the_page_are_not_in_the_journal(client: Client, mock: Mock) -> None:
    task = client.finished("wanproof.expired-urls.alice")
    before = mock.journal()
    assert client.get(f"/ui/thumbnails/{task}/1.png").status == 200
    assert client.get(f"/ui/files/{task}/1.png").status == 200
    client.page()
    assert mock.journal() == before


def test_the_service_does_not_import_jinja() -> None:
    says = "import sys, wan_mockserver.service; print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", says], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
