"""What a client sees of every shipped scenario: over a socket, and in process.

``seen.toml`` tells it, apart from the catalogue: what three creates at most, five polls, and
three downloads of the first file come to, and what the ledger says of it. What is not told
is as for ``ok``.
"""

from __future__ import annotations

import ssl
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from wan_mockserver.artefacts.cache import Artefacts
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.httpx_transport import BASE_URL, WanTransport
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app
from wan_mockserver.scenarios.catalogue import load_shipped_scenarios
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.catalog import model, models_of, vendors
from wan_validators.vendor import Vendor

SEEN: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("seen.toml").read_text(encoding="utf-8")
)
IMAGE = "https://example.com/a.jpg"
EDIT = {"prompt": "x", "images": [IMAGE], "size": "768*768", "n": 2}
MESSAGE = {"role": "user", "content": [{"text": "x"}, {"image": IMAGE}]}
INTERLEAVED = {
    "model": "wan26_i2i",
    "input": {"messages": [MESSAGE]},
    "parameters": {"size": "768*768", "n": 2},
}
BRIEFLY = {"slow-body", "poll-slow-body", "download-slow", "latency", "poll-latency"}
BRIEFLY |= {"download-latency"}
"""Those that would take long over a socket: seen once, which :1 does."""

TOGETHER = {"integer-codes": "integer-codes+fail-001021095"}
"""Those that need another one beside them."""

PNG = b"\x89PNG"

ARTEFACTS = Artefacts()
TLS = ssl.create_default_context()
"""Shared, as a file takes long to draw and a context long to load; nothing here is encrypted."""

PATIENCE = 1.0
"""Read time-out of the client, in seconds, where an answer never comes."""


def key(name: str) -> str:
    """With this a client chooses the scenario that can set nothing else."""
    return f"wanproof.{TOGETHER.get(name, name)}{':1' if name in BRIEFLY else ''}.team"


def client(name: str, **options: Any) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key(name)}"}
    return httpx.Client(
        headers=headers, timeout=PATIENCE if "timeout" in name else 20, verify=TLS, **options
    )


Connect = Callable[[str], httpx.Client]

QUEUED = "wan25_i2i_preview_intl"


@pytest.fixture
def mock() -> Mock:
    clock = ManualClock()
    return Mock(Simulator(seed=7, clock=clock, listener=lambda _: None, artefacts=ARTEFACTS))


@pytest.fixture(params=["socket", "in process"])
def connect(request: pytest.FixtureRequest, mock: Mock) -> Iterator[Connect]:
    """Makes a client that meets one scenario."""
    if request.param == "in process":
        transport = WanTransport(mock)
        yield lambda name: client(name, transport=transport, base_url=BASE_URL)
        return
    with Server(create_app(mock)) as server:
        yield lambda name: client(name, base_url=server.url)


def payload(vendor: Vendor) -> tuple[str, dict[str, Any]]:
    """A path to create at and what to send there, for two images."""
    spec = model("wan26_i2i")
    if vendor is spec.vendor:
        return vendor.create, INTERLEAVED
    if vendor.platform:
        return vendor.create.format(model=QUEUED), EDIT
    spec = models_of(vendor)["wan2.5-i2i-preview"]
    if not spec.endpoint:
        return spec.create_path, EDIT
    inputs = {name: EDIT[name] for name in ("prompt", "images")}
    return spec.create_path, {"model": spec.name, "input": inputs, "parameters": {"n": 2}}


def seen(answer: Callable[[], httpx.Response]) -> tuple[str, httpx.Response | None]:
    """An answer, or the exception in its place, in a word or a few."""
    try:
        got = answer()
    except httpx.TransportError as error:
        return type(error).__name__, None
    words = [str(got.status_code)]
    if "Retry-After" in got.headers:
        after = got.headers["Retry-After"]
        words.append(f"after {after}" if after.isdigit() else "after a date")
    kind = got.headers.get("Content-Type", "nothing").partition(";")[0]
    words += [] if kind == "application/json" else [kind]
    return " ".join(words), got


def told(got: httpx.Response | None) -> dict[str, Any]:
    """The members of a JSON answer, those of its envelope among them."""
    if got is None or not got.content.startswith(b"{"):
        return {}
    body = got.json()
    output = body.get("output")
    if isinstance(output, dict) and "task_id" in output:
        code = {"error": output} if "code" in output else {}
        return {"id": output["task_id"], "status": output["task_status"], **code}
    if "response_url" in body:
        code = {"error": {"code": body["error_type"]}} if "error_type" in body else {}
        return {"id": body["request_id"], "status": body.get("status"), **code}
    return {**body, **body.get("task_info", {})}


def transcript(mock: Mock, http: httpx.Client, vendor: Vendor, pause: float) -> dict[str, str]:
    """What a client sees that tries to create until it has a task, polls it, and downloads.

    Between two polls *pause* seconds pass on the server's clock.
    """
    path, body = payload(vendor)
    creates: list[str] = []
    polls: list[str] = []
    files: list[str] = []
    task: dict[str, Any] = {}
    while len(creates) < 3 and "id" not in task:
        word, got = seen(lambda: http.post(path, json=body, headers=vendor.create_headers))
        creates.append(word)
        task = told(got)
    spec = models_of(vendor).get("wan2.5-i2i-preview") or model("wan26_i2i")
    spec = models_of(vendor)[QUEUED] if vendor.platform else spec
    place = spec.poll_path.format(task_id=task.get("id", "none"))
    urls: list[str] = []
    for _ in range(5):
        word, got = seen(lambda: http.get(place))
        wire = told(got)
        if "id" in wire:
            word = f"{word} {wire.get('status', 'no status')}{results(wire)}"
        polls.append(word.removeprefix("200 ") if got and got.status_code == 200 else word)
        urls = urls or found(wire)
        mock.clock.advance(pause)
    for _ in range(3 if urls else 0):
        word, got = seen(lambda: http.send(without_key(http, urls[0])))
        if got is not None and got.status_code == 200:
            word += " whole" if got.content.startswith(PNG) else f" {len(got.content)} bytes"
        files.append(word)
    ledger = mock.ledger()
    money = f"{ledger.total_usd:.2f} USD, {ledger.duplicate_usd:.2f} twice"
    parts = {"create": creates, "polls": polls, "files": files}
    return {name: ", ".join(words) for name, words in parts.items()} | {"money": money}


def without_key(http: httpx.Client, url: str) -> httpx.Request:
    """A download: result URLs do not belong to the API, and must not get its key."""
    request = http.build_request("GET", url)
    del request.headers["Authorization"]
    return request


def found(wire: dict[str, Any]) -> list[str]:
    output = wire.get("output")
    items = output if isinstance(output, list) else []
    return list(wire.get("images") or ()) + [
        part["url"] for out in items for part in out["content"] if "url" in part
    ]


def results(wire: dict[str, Any]) -> str:
    """How many results there are, of which kinds, and the code of an error."""
    error = wire.get("error")
    if error:
        return f" {error['code']!r}"
    if "images" in wire:
        return " null" if wire["images"] is None else f" {len(wire['images'])}"
    if "output" in wire:
        items = [[part["type"][0] for part in each["content"]] for each in wire["output"]]
        return " " + "/".join(map("".join, items))
    return ""


@pytest.mark.parametrize("name", load_shipped_scenarios())
def test_a_client_sees_what_is_written(mock: Mock, connect: Connect, name: str) -> None:
    known = {vendor.name: vendor for vendor in vendors()}
    vendor = model("wan26_i2i").vendor
    if name not in ("interleaved", "odd-texts", *TOGETHER):
        usual = model("wan2.5-i2i-preview").vendor
        vendor = known.get(load_shipped_scenarios()[name].vendor or "", usual)
    with connect(name) as http:
        got = transcript(mock, http, vendor, pause=150 if name == "slow" else 0)
    assert got == SEEN["ok"] | SEEN[name]


@pytest.mark.parametrize("name", sorted(BRIEFLY))
def test_what_is_late_or_slow_takes_its_time(mock: Mock, connect: Connect, name: str) -> None:
    """On the server's clock in process, and for the client's own over a socket."""
    vendor = model("wan2.5-i2i-preview").vendor
    begun, server_time = time.monotonic(), mock.clock.now()
    with connect(name) as http:
        transcript(mock, http, vendor, pause=0)
    took = mock.clock.now() - server_time or time.monotonic() - begun
    assert took > 0.15


def test_every_shipped_scenario_is_written_of_and_no_other() -> None:
    assert list(SEEN) == list(load_shipped_scenarios())
