"""The playground of the documentation: the linter in Chromium, under Pyodide."""

from __future__ import annotations

import base64
import hashlib
import json
import mimetypes
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final, NoReturn
from zipfile import ZipFile

import pytest
from playground_page import EXAMPLE, PYODIDE_URL, PYODIDE_VERSION, write_archive
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from wan_validators import lint
from wan_validators.catalog import list_all_specs, vendors
from wan_validators.catalog import model as get_model

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
PAYLOADS: Final = ROOT / "fixtures/payloads"
CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic")
LOAD_TIMEOUT_MS: Final = 120_000

SHA512: Final = (
    "0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="
)
"""The registry's integrity of the archive of ``PYODIDE_VERSION``."""

GOLDEN: Final = [
    file
    for model in sorted(PAYLOADS.glob("*/*"))
    for kind in ("invalid", "valid")
    for file in sorted((model / kind).glob("*.json"))[::8]
]
"""Some files of each model, with rules of all kinds."""

DATA_URIS: Final = sorted(
    {
        file.name.partition("--")[0]: file
        for rule in ("image-base64", "image-complete", "image-mime", "audio-format", "seed-span")
        for file in PAYLOADS.glob(f"*/*/invalid/{rule}--*.json")
    }.values()
)
UNUSUAL: Final = {
    "damaged": '{"model": "wan26_i2i",',
    "not an object": "[]",
    "characters outside the basic plane": '{"model": "wan26_i2i", "😀": 1, "n": 2}',
    "half a character": '{"model": "wan26_i2i", "\ud83d": 1}',
    "deep": '{"model": "wan26_i2i", "input": ' + "[" * 900 + "]" * 900 + "}",
    "brackets in a text": json.dumps({"model": "wan26_i2i", "input": '"\\[{' * 2000}),
}

Files = Mapping[str, bytes]


def give_up(message: str) -> NoReturn:
    """Skips the test, or fails if CI is set."""
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def pyodide(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files of Pyodide by name, from the npm registry. Later runs use the copy in .venv."""
    cached = Path(sys.prefix) / f"pyodide-{PYODIDE_VERSION}.tgz"
    if not cached.exists():
        download(tmp_path_factory.mktemp("npm")).replace(cached)
    content = cached.read_bytes()
    assert base64.b64encode(hashlib.sha512(content).digest()).decode() == SHA512
    with tarfile.open(cached) as archive:
        members = {each.name: archive.extractfile(each) for each in archive if each.isfile()}
        return {Path(name).name: file.read() for name, file in members.items() if file}


def download(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        give_up("there is no npm to get Pyodide with")
    command = [npm, "pack", f"pyodide@{PYODIDE_VERSION}", f"--pack-destination={folder}"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        give_up(f"Pyodide cannot be got from the npm registry: {run.stderr[-500:]}")
    # Another process may look for the file while it is moved between two file systems.
    target = Path(sys.prefix) / f"pyodide-{os.getpid()}.part"
    return Path(shutil.move(next(folder.glob("*.tgz")), target))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page, which is built without the others to save time."""
    source, output = (tmp_path_factory.mktemp(name) for name in ("source", "output"))
    shutil.copy(DOCS / "playground.md", source)
    options = ["-D", "root_doc=playground", "-D", "extensions=myst_parser,playground_page"]
    options += ["-D", "suppress_warnings=myst.xref_missing"]
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "-c", str(DOCS)]
    subprocess.run([*command, *options, str(source), str(output)], check=True)

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """No log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=output)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        give_up(f"there is no {CHROMIUM}")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


def serve(pyodide: Files, route: Route) -> None:
    """Answers as the CDN does."""
    name = route.request.url.removeprefix(PYODIDE_URL)
    kinds = {".mjs": "text/javascript", ".wasm": "application/wasm"}
    kind = kinds.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or ""
    headers = {"access-control-allow-origin": "*", "content-type": kind}
    route.fulfill(body=pyodide[name], headers=headers)


@pytest.fixture(scope="module")
def page(browser: Browser, pyodide: Files, site: str) -> Iterator[Page]:
    """The page with the linter loaded, and offline from then on.

    The tests fail on console output or requests to other hosts.
    """
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    context.route(f"{PYODIDE_URL}**", partial(serve, pyodide))
    opened, messages, urls = context.new_page(), [], []
    opened.on("console", lambda message: messages.append(message.text))
    opened.on("pageerror", lambda error: messages.append(str(error)))
    opened.on("request", lambda request: urls.append(request.url))
    opened.goto(f"{site}playground.html")
    state = opened.locator("#playground-state")
    expect(state).to_have_text(re.compile("^Ready: wanproof [0-9.]+"), timeout=LOAD_TIMEOUT_MS)
    expect(opened.locator("#playground-findings li")).not_to_have_count(0)
    assert [url for url in urls if not url.startswith((site, PYODIDE_URL, "data:"))] == []
    context.set_offline(offline=True)
    urls.clear()
    yield opened
    context.close()
    assert (messages, urls) == ([], [])


def enter(page: Page, text: str, model: str = "") -> list[dict[str, Any]]:
    """Enters a payload and chooses a model; returns what the page shows of each finding."""
    found: list[dict[str, Any]] = page.evaluate(
        """([text, model]) => {
          const area = document.querySelector("#playground-payload");
          const select = document.querySelector("#playground-model");
          [area.value, select.value] = [text, model];
          select.dispatchEvent(new Event("change"));
          return [...document.querySelectorAll("#playground-findings li")].map((item) =>
            Object.fromEntries([...item.querySelectorAll("[class]:not(.head)")].map(
              (part) => [part.className, part.textContent])));
        }""",
        [text, model],
    )
    return found


def expected(text: str, model: str) -> list[dict[str, Any]]:
    found = []
    for finding in lint(text, model or None, now=time.time()).findings:
        each = finding.as_dict()
        shown = {name: each[name] for name in ("severity", "message")}
        shown["place"] = f"line {each['line']}, column {each['column']}"
        shown["pointer"] = each["pointer"] or "the whole payload"
        shown["rule"] = f"rule: {each['rule']}"
        for name in ("allowed", "hint"):
            if each[name] is not None:
                shown[name] = f"{name}: {each[name]}"
        found.append(shown)
    return found


def test_what_is_typed_is_linted_offline(page: Page) -> None:
    area = page.get_by_label("Payload in JSON")
    area.fill("")
    expect(page.locator("#playground-summary")).to_have_text("There is no payload yet.")
    area.press_sequentially('{"model": "wan26_i2i", "inputs": 1}')
    expect(page.locator("#playground-summary")).to_have_text(
        "Not valid: 1 error, 1 warning. Checked as wan26_i2i."
    )
    message = page.locator("#playground-findings .message")
    expect(message).to_have_text([each["message"] for each in expected(area.input_value(), "")])
    page.get_by_role("button", name="Show the example").click()
    expect(page.locator("#playground-summary")).to_have_text(
        "Not valid: 1 error, 2 warnings. Checked as wan26_i2i."
    )
    expect(message).to_have_text([each["message"] for each in expected(EXAMPLE, "")])


def test_golden_payloads_have_the_findings_of_the_command(page: Page) -> None:
    assert len(GOLDEN) > 40
    for file in (*GOLDEN, *DATA_URIS):
        text, vendor, name = file.read_text(encoding="utf-8"), *file.parts[-4:-2]
        model = get_model(f"{vendor}/{name}").id
        assert enter(page, text, model) == expected(text.replace("\r\n", "\n"), model), file


@pytest.mark.parametrize("text", UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_text_has_the_findings_of_the_command(page: Page, text: str) -> None:
    assert enter(page, text) == expected(text, "")
    expect(page.locator("#playground-state")).to_contain_text("Ready")


@pytest.mark.parametrize("text", ["[" * 50_000, '{"a": ' * 50_000], ids=["arrays", "objects"])
def test_deep_text_does_not_end_the_linter(page: Page, text: str) -> None:
    assert enter(page, text) == []

    expect(page.locator("#playground-summary")).to_contain_text("nested too deeply")
    assert enter(page, "[]") == expected("[]", "")


def test_a_valid_payload_is_said_to_be_valid(page: Page) -> None:
    payload: dict[str, Any] = {"prompt": "a cat", "images": ["https://example.com/a.jpg"]}
    summary = page.locator("#playground-summary")

    enter(page, json.dumps(payload), "wan2.5-i2i-preview")
    assert summary.inner_text() == "Valid: 1 info. Checked as wan2.5-i2i-preview."
    assert enter(page, json.dumps({**payload, "n": 1}), "wan2.5-i2i-preview") == []
    assert summary.inner_text() == "Valid: no findings. Checked as wan2.5-i2i-preview."


def test_every_model_can_be_chosen(page: Page) -> None:
    options = page.get_by_label("Model", exact=True).locator("option").all_inner_texts()

    assert options == [
        "Automatic: the member model",
        *(spec.id for vendor in vendors() for spec in models(vendor.name)),
    ]


def models(vendor: str) -> list[Any]:
    return [spec for spec in list_all_specs() if spec.vendor.name == vendor]


def test_text_of_a_payload_is_not_run_as_html(page: Page) -> None:
    attack = "<img src=x onerror=\"document.title='run'\">"
    page.evaluate("() => { document.title = 'not run'; }")

    enter(page, json.dumps({"model": "wan26_i2i", attack: 1, "input": {"messages": attack}}))

    shown = page.locator("#playground-findings")
    expect(shown).to_contain_text("<img src=x onerror=")
    assert shown.locator("img").count() == 0
    assert page.title() == "not run"


def test_the_page_is_accessible_and_fits_on_a_phone(page: Page) -> None:
    page.get_by_role("button", name="Show the example").click()
    tree = page.locator("#playground-form").aria_snapshot()
    for wanted in (
        '- status: "Ready: ',
        '- combobox "Model"',
        '- textbox "Payload in JSON"',
        '- button "Show the example"',
        '- heading "Findings" [level=2]',
        '- list "Findings"',
    ):
        assert wanted in tree, f"{wanted} in\n{tree}"
    enter(page, json.dumps({"model": "wan26_i2i", "x" * 300: 1}))
    for width in (390, 700, 1100):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_failed_download_is_explained(browser: Browser, site: str) -> None:
    with browser.new_context() as context:
        context.route(f"{PYODIDE_URL}**", lambda route: route.abort())
        opened = context.new_page()
        opened.goto(f"{site}playground.html")
        state = opened.locator("#playground-state")
        expect(state).to_contain_text("The linter could not be loaded: ")
        expect(state).to_contain_text("Allow this page to reach cdn.jsdelivr.net, and reload it.")
        expect(state).to_have_attribute("data-state", "error")


@pytest.mark.parametrize(
    ("directive", "send"),
    [
        ("connect-src", "fetch(url, { method: 'POST', body: 'payload' }).catch(() => {})"),
        ("img-src", "new Image().src = url"),
        ("script-src-elem", "import(url).catch(() => {})"),
        (
            "form-action",
            "const form = document.forms['playground-form']; form.action = url; form.submit()",
        ),
    ],
)
def test_the_browser_sends_nothing_elsewhere(
    browser: Browser, site: str, directive: str, send: str
) -> None:
    with browser.new_context() as context:
        context.route(f"{PYODIDE_URL}**", lambda route: route.abort())
        opened = context.new_page()
        opened.goto(f"{site}playground.html")
        blocked = opened.evaluate(
            f"""(url) => new Promise((resolve) => {{
              document.addEventListener("securitypolicyviolation",
                (event) => resolve(event.effectiveDirective));
              {send};
            }})""",
            "http://127.0.0.1:9/",
        )
        assert blocked == directive


def test_the_archive_has_the_linter_only_and_is_reproducible(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        write_archive(tmp_path / name)

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    names = ZipFile(tmp_path / "one.zip").namelist()
    assert {name.partition("/")[0] for name in names} == {"wan_validators", "pybase64"}
    assert (tmp_path / "one.zip").stat().st_size < 500_000
