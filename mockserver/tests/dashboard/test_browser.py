"""The page in a real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from wan_mockserver.clock import RealClock
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.catalog import model

from .conftest import PAYLOAD, VIDEOS, Client

CHROMIUM = Path("/usr/bin/chromium")

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)

CREATE = model("wan2.5-i2i-preview").create_path

LOWEST_CONTRASTS = """() => {
  const channel = (value) =>
    value <= 10.31 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const found = parts(getComputedStyle(element).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = [];
  while (walker.nextNode()) {
    const { textContent, parentElement } = walker.currentNode;
    if (!textContent.trim() || !parentElement.checkVisibility()) continue;
    if (parentElement.closest("option, noscript")) continue;
    const own = parts(getComputedStyle(parentElement).color);
    const [low, high] = [light(own), light(ground(parentElement))].sort((a, b) => a - b);
    seen.push([(high + 0.05) / (low + 0.05), textContent.trim().slice(0, 40)]);
  }
  return seen.sort((a, b) => a[0] - b[0]).slice(0, 3).concat([[seen.length, "texts"]]);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        message = f"there is no {CHROMIUM}; install Debian's package chromium to run these tests"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def server(mock: Mock) -> Iterator[Server]:
    with Server(create_app(mock)) as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The open page; the test fails on console output or requests to other hosts."""
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    context.set_default_timeout(10_000)
    opened, messages, foreign_urls = context.new_page(), [], []

    def check_host(request: Request) -> None:
        if not request.url.startswith((server.url, "data:")):
            foreign_urls.append(request.url)

    opened.on("console", lambda message: messages.append(message.text))
    opened.on("pageerror", lambda error: messages.append(str(error)))
    opened.on("request", check_host)
    opened.goto(f"{server.url}/_wanproof/")
    expect(opened.locator("#connection")).to_have_text("Live")
    yield opened
    context.close()
    assert (messages, foreign_urls) == ([], [])


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    headers = {"Authorization": "Bearer wanproof.ok.alice"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        yield client


def refresh(page: Page) -> None:
    """Updates the page now, so that the test does not wait a second for it."""
    page.evaluate("document.body.dispatchEvent(new CustomEvent('refresh'))")


def finish(http: httpx.Client, created: httpx.Response) -> str:
    assert created.status_code == 202
    task: str = created.json()["task_info"]["id"]
    for _ in range(3):
        http.get(f"{CREATE}/{task}")
    return task


def test_the_page_follows_a_client(page: Page, http: httpx.Client) -> None:
    tasks, costs = page.locator("#tasks"), page.locator("#costs .verdict")
    expect(tasks).to_contain_text("No tasks yet")

    created = http.post(CREATE, json=PAYLOAD)
    expect(tasks).to_contain_text("pending")
    finish(http, created)
    expect(tasks.locator(".state")).to_have_text("done")
    thumbnail = tasks.get_by_role("img", name="Result 1: image, 768 × 768")
    expect(thumbnail).to_be_visible()
    expect(thumbnail).to_have_js_property("naturalWidth", 240)
    expect(costs).to_have_text("This run would have cost 0.03 USD.")

    page.get_by_role("combobox", name="Scenario").select_option("accept-lost")
    expect(page.locator("#scenario-description")).to_contain_text("the answer is lost to a reset")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#notice")).to_have_text(
        "Done. The next create of any tenant uses accept-lost."
    )
    expect(page.locator(".armed")).to_contain_text("accept-lost applies to 1 more create")

    key = {"Authorization": "Bearer a-client-of-its-own"}
    with pytest.raises(httpx.TransportError):
        http.post(CREATE, json=PAYLOAD, headers=key)
    expect(page.locator("#journal")).to_contain_text("response lost (reset)")
    again = http.post(CREATE, json=PAYLOAD, headers=key)
    for _ in range(3):
        http.get(f"{CREATE}/{again.json()['task_info']['id']}", headers=key)
    expect(costs).to_have_text("This run would have cost 0.09 USD, 0.03 USD of it twice.")
    expect(page.get_by_role("region", name="Paid twice")).to_contain_text("0.03 USD paid twice")

    http.post(CREATE, json=PAYLOAD, headers={"Authorization": "Bearer wanproof.slow.alice"})
    expect(tasks.locator(".state").first).to_contain_text("0 %")
    page.get_by_role("button", name="+1 min").click()
    expect(page.locator("#clock-time")).to_have_text("2023-11-14 22:14:20 UTC")
    expect(tasks.locator(".state").first).to_contain_text("10 %")


def test_updates_keep_input_and_open_entries(page: Page, http: httpx.Client) -> None:
    finish(http, http.post(CREATE, json=PAYLOAD))
    entry = page.locator("#entry-1")
    entry.locator("summary").click()
    expect(entry).to_contain_text('"prompt": "a kite"')
    page.get_by_label("of tenant").fill("typed")
    page.get_by_label("of tenant").evaluate("element => { window.kept = element; }")
    http.get("/nowhere", headers={"Authorization": "Bearer wanproof.ok.bob"})
    refresh(page)
    expect(page.locator("#journal")).to_contain_text("nothing is served at /nowhere")
    expect(entry).to_contain_text('"prompt": "a kite"')
    assert page.evaluate("document.activeElement === window.kept")
    expect(page.get_by_label("of tenant")).to_have_value("typed")

    page.get_by_label("Tenant", exact=True).select_option("alice")
    expect(page.locator("#journal")).not_to_contain_text("nothing is served at /nowhere")
    assert page.url.endswith("/_wanproof/?tenant=alice&show=all")
    page.get_by_label("Show").select_option("creates")
    expect(page.locator(".entry")).to_have_count(1)
    page.reload()
    expect(page.locator(".entry")).to_have_count(1)

    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Reset alice").click()
    expect(page.locator(".task")).to_have_count(1)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Reset alice").click()
    expect(page.locator("#tasks")).to_contain_text("No tasks yet")


def test_a_video_keeps_playing_while_the_page_changes(page: Page, mock: Mock) -> None:
    client = Client(mock)
    client.finished(model=VIDEOS)
    refresh(page)
    video = page.locator("video")
    video.evaluate("video => { video.muted = true; window.film = video; return video.play(); }")
    expect(video).not_to_have_js_property("currentTime", 0)
    client.send("GET", "/nowhere")
    refresh(page)
    expect(page.locator("#journal")).to_contain_text("nothing is served at /nowhere")
    assert video.evaluate("video => video === window.film && !video.paused")
    reached = video.evaluate("video => video.currentTime")
    expect(video).not_to_have_js_property("currentTime", reached)


def test_client_input_is_not_executed(page: Page, mock: Mock) -> None:
    client = Client(mock)
    client.create(
        "wanproof.ok.alice", prompt="<script>alert(1)</script><img src=x onerror=alert(2)>"
    )
    client.send("GET", "/<img src=x onerror=alert(3)>")
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    refresh(page)
    expect(page.locator("#entry-2")).to_contain_text("<img src=x onerror=alert(3)>")
    page.locator("#entry-1 summary").click()
    expect(page.locator("#entry-1")).to_contain_text("<script>alert(1)</script>")


def test_the_page_is_accessible(page: Page, mock: Mock) -> None:
    client = Client(mock)
    client.finished()
    client.create("wanproof.ok.bob")
    refresh(page)
    expect(page.locator(".task")).to_have_count(2)
    tree = page.locator("body").aria_snapshot()
    for wanted in (
        '- link "Skip to the tasks"',
        "- banner:",
        "- main:",
        '- heading "wanproof mock server" [level=1]',
        *(f'- heading "{name}" [level=2]' for name in ("Cost", "Scenario", "Tasks", "Journal")),
        *(
            f'- region "{name}"'
            for name in ("Cost", "Scenario", "Clock manual", "Tasks", "Journal")
        ),
        '- combobox "Tenant"',
        '- combobox "Scenario"',
        '- spinbutton "Next creates"',
        '- checkbox "all creates"',
        '- group "Advance the clock"',
        '- button "+10 s"',
        '- button "Reset everything"',
        "- progressbar",
        '- list "Results"',
        "- 'img \"Result 1: image, 768 × 768\"'",
        "- status: Live",
    ):
        assert wanted in tree, f"{wanted} in\n{tree}"
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the tasks")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Reset everything")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    unlabelled = page.evaluate(
        "[...document.querySelectorAll('select, input:not([type=hidden])')]"
        ".filter(field => !field.labels.length).map(field => field.name)"
    )
    assert unlabelled == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_colour_schemes_are_readable(page: Page, mock: Mock, scheme: Any) -> None:
    client = Client(mock)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    client.finished("wanproof.fail-3002.bob")
    client.create("wanproof.accept-502.bob")
    client.finished("wanproof.accept-502.bob")
    client.create("wanproof.stuck.a-tenant-with-a-rather-long-name-indeed")
    client.create("wanproof.ok.alice", size="9*9")
    client.post("/ui/scenario", scenario="http-500")
    client.send("GET", f"/{'long' * 200}")
    page.get_by_role("button", name="+10 s").click()
    expect(page.locator("#journal")).to_contain_text("longlong")
    expect(page.locator("#notice")).to_contain_text("Done.")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", ground))) < 60 or scheme == "light"
    assert min(map(int, re.findall(r"\d+", ground))) > 230 or scheme == "dark"
    *lowest, (count, _) = page.evaluate(LOWEST_CONTRASTS)
    assert count > 80
    assert lowest[0][0] >= 4.5, lowest
    for width in (400, 700, 1000, 1900):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_hidden_page_sends_no_requests(browser: Browser) -> None:
    mock = Mock(Simulator(clock=RealClock(), listener=lambda exchange: None))
    requested: list[str] = []
    hide = "Object.defineProperty(document, 'hidden', {value: true, writable: true})"
    with Server(create_app(mock)) as server:
        opened = browser.new_page()
        opened.goto(f"{server.url}/_wanproof/")
        opened.evaluate(hide)
        opened.on("request", lambda request: requested.append(request.url))
        live_requests = partial(filter, lambda url: "/ui/live" in url, requested)
        Client(mock).create()
        for _ in range(3):  # the clock goes on by itself, and so would the live_requests
            time = opened.locator("#clock-time").inner_text()
            expect(opened.locator("#clock-time")).not_to_have_text(time)
        assert list(live_requests()) == []
        opened.evaluate("() => { document.hidden = false; }")
        opened.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(opened.locator(".task")).to_have_count(1)
        assert list(live_requests())
        opened.close()


def test_a_lost_connection_is_shown(browser: Browser, server: Server) -> None:
    opened = browser.new_page()
    opened.goto(f"{server.url}/_wanproof/")
    expect(opened.locator("#connection")).to_have_text("Live")
    server.stop()
    expect(opened.locator("#connection")).to_have_text("No response; retrying")
    opened.close()


def test_the_tenant_of_an_entry_does_not_cover_its_status_on_a_phone(
    page: Page, http: httpx.Client
) -> None:
    for tenant in ("alice", "a-tenant-with-a-very-long-name-indeed"):
        key = {"Authorization": f"Bearer wanproof.ok.{tenant}"}
        http.post(CREATE, json=PAYLOAD, headers=key)
    page.set_viewport_size({"width": 375, "height": 800})
    refresh(page)
    expect(page.locator("summary .tenant")).to_have_count(2)
    gaps = page.evaluate(
        """() => [...document.querySelectorAll("summary")].map((line) => {
          const side = (name) => line.querySelector(name).getBoundingClientRect();
          return [side(".status").left - side(".tenant").right, side(".tenant").width];
        })"""
    )
    assert all(gap >= 0 and width > 20 for gap, width in gaps)
