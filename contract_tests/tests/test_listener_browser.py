"""A page in Chromium, on another origin of this machine, calls the cases of a listening run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, sync_playwright

from listener_runs import ListeningRun, listening

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
HOW_TO = Path(__file__).parents[2] / "docs/how-to/check-a-browser-or-deployed-client.md"
EXPECTED_LAWS = [
    "one-charge",
    "bearer-header",
    "payload-intact",
    "poll-url",
    "end-is-end",
    "key-in-url",
]


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


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Prints nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The URL of a server for the files in *tmp_path*."""
    handler = partial(QuietHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def write_page(folder: Path, run: ListeningRun, creates: int) -> None:
    """Writes the script of the how-to, and a page with it."""
    text = HOW_TO.read_text(encoding="utf-8")
    script = text.partition("```javascript\n")[2].partition("```")[0]
    script = script.replace("http://127.0.0.1:8322", run.base_url)
    script = script.replace("MAX_CREATES = 2", f"MAX_CREATES = {creates}")
    (folder / "my-page.mjs").write_text(script, encoding="utf-8")
    (folder / "index.html").write_text('<script type="module" src="my-page.mjs"></script>')


@pytest.mark.parametrize(
    ("creates", "expected"), [(1, set()), (2, {"one-charge", "no-retry-refused"})]
)
def test_a_page_is_judged_by_its_requests(
    browser: Browser, site: str, tmp_path: Path, creates: int, expected: set[str]
) -> None:
    with listening("ok", "accept-504", "poll-500") as run:
        write_page(tmp_path, run, creates)
        page = browser.new_page()
        page.goto(site)
        report = run.report()  # the page ends the run
        page.close()
    assert {result.law.id for result in report.results if result.broken} == expected
    judged = {result.law.id for result in report.results if result.judged}
    assert {*EXPECTED_LAWS} <= judged
    assert not [note for note in report.notes if note.startswith(("Not judged", "Pages of"))]


def test_a_page_of_another_name_is_refused(browser: Browser, site: str) -> None:
    with listening("ok", laws=EXPECTED_LAWS) as run:
        page = browser.new_page()
        page.goto(site)
        # A page without an origin of this machine, as every sandboxed frame of any site is.
        caught = page.evaluate(
            """(url) => new Promise((done) => {
              addEventListener("message", (event) => done(event.data));
              const frame = document.createElement("iframe");
              frame.sandbox = "allow-scripts";
              frame.srcdoc = `<script>fetch("${url}/next").then(
                () => parent.postMessage("read", "*"),
                () => parent.postMessage("refused", "*"),
              )</` + "script>";
              document.body.append(frame);
            })""",
            run.check_url,
        )
        page.close()
        assert caught == "refused"
        assert run.status()["handed_out"] == 0
