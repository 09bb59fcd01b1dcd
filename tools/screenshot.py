"""Makes ``docs/dashboard.png``, the picture of the dashboard in the README.

``python tools/screenshot.py [FILE]`` starts the mock, lets a few clients have their troubles
with it, and takes the picture with Debian's Chromium. Equal code gives an equal page, on equal
fonts.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx
from playwright.sync_api import sync_playwright

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.stores.memory import MemoryStore

FILE: Final = Path(__file__).parents[1] / "docs/dashboard.png"
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic")
PORT: Final = 8321

IMAGES: Final = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
VIDEOS: Final = "/vendors/alibaba/v1/wan2.5-i2v-preview/generation"
EDIT: Final = {
    "prompt": "Replace the sky with northern lights",
    "images": ["https://example.com/fjord.jpg"],
    "size": "1280*1280",
    "n": 3,
}
FILM: Final = {"prompt": "The boat leaves", "image": "https://example.com/fjord.jpg"}


class Client:
    """One tenant, whose every request takes a moment of the mock's clock."""

    def __init__(self, mock: Mock, url: str, key: str) -> None:
        self._mock = mock
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False
        )

    def create(self, path: str, payload: Mapping[str, object]) -> str:
        """The new task's id, "" if there is none to be had."""
        self._mock.clock.advance(2)
        try:
            answer = self._http.post(path, json=payload)
        except httpx.TransportError:
            return ""
        accepted = answer.status_code == 202
        return str(answer.json()["task_info"]["id"]) if accepted else ""

    def poll(self, path: str, task: str, times: int = 3) -> None:
        for _ in range(times):
            self._mock.clock.advance(5)
            self._http.get(f"{path}/{task}")


def main(arguments: list[str]) -> int:
    file = Path(arguments[0]) if arguments else FILE
    store = MemoryStore()
    mock = Mock(Simulator(seed=11, clock=ManualClock(store=store), store=store, listener=_silent))
    with Server(create_app(mock), port=PORT) as server:
        act(mock, server.url)
        photograph(f"{server.url}/_wanproof/", file)
    print(f"{file}: {file.stat().st_size:,} bytes")
    return 0


def act(mock: Mock, url: str) -> None:
    """What the picture shows: a create that is paid twice, a film, a failure and a refusal."""
    retrying = Client(mock, url, "wanproof.accept-lost.checkout")
    retrying.create(IMAGES, EDIT)
    retrying.poll(IMAGES, retrying.create(IMAGES, EDIT))
    nightly = Client(mock, url, "wanproof.ok.nightly")
    nightly.poll(VIDEOS, nightly.create(VIDEOS, FILM))
    failing = Client(mock, url, "wanproof.fail-3002.nightly")
    failing.poll(IMAGES, failing.create(IMAGES, EDIT))
    running = Client(mock, url, "wanproof.ok.alice")
    running.create(IMAGES, {**EDIT, "size": "400*400"})
    running.poll(IMAGES, running.create(IMAGES, EDIT), times=2)
    mock.arm("accept-lost", 2)


def photograph(url: str, file: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1120}, color_scheme="light")
        page.goto(url)
        page.wait_for_timeout(2000)  # until the player has taken its spinner away
        page.screenshot(path=file, animations="disabled")
        browser.close()


def _silent(exchange: object) -> None:
    """No log."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
