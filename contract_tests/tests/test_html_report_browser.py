"""The HTML report of a hostile client, opened in Chromium: nothing runs, nothing is loaded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from reporter_helpers import hostile_report
from wan_contracts.reporters import render

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")


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


VECTORS = (
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 2'>",
    "<svg/onload=window.ran=3>",
    "</style><script>window.ran = 4</script>",
    "</title><script>window.ran = 5</script>",
    "\"><details open ontoggle='window.ran = 6'>",
    "' autofocus onfocus='window.ran = 7",
    "<a href='javascript:window.ran = 8'>a</a>",
    "<iframe srcdoc='<script>parent.ran = 9</script>'></iframe>",
    "<link rel=stylesheet href=https://evil.example/a.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example><input autofocus></form>",
    "&lt;script&gt;window.ran = 10&lt;/script&gt;",
)


def test_a_hostile_report_runs_nothing_and_loads_nothing(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    hostile = replace(hostile_report(), client=" ".join(VECTORS), notes=VECTORS, models=VECTORS)
    file.write_text(render("html", hostile), encoding="utf-8", errors="replace")
    page = browser.new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))

    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    page.wait_for_timeout(200)

    assert page.evaluate("window.ran") is None
    assert page.url == file.as_uri()
    assert requested == [file.as_uri()]
    text = page.inner_text("body")
    assert all(vector in text for vector in VECTORS)
    page.close()
