"""No key of a client is stored or shown: journal, log, database, captures, dashboard, admin API."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from wan_mockserver.captures.exchange import CapturedExchange
from wan_mockserver.captures.har import write_har
from wan_mockserver.captures.reading import read_capture
from wan_mockserver.captures.replay import CaptureReplay
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.journal import log_exchange
from wan_mockserver.state.secrets import redact_members, select_request_headers
from wan_mockserver.state.stores.sqlite import SqliteStore
from wan_validators import lint

CREATE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
UPLOADS = "/dashscope-uploads"
SECRET = "sk-Zx81-not-to-be-seen"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"

FORMS: list[Mapping[str, str]] = [
    {"Authorization": f"Bearer {SECRET}"},
    {"Authorization": f"Key {SECRET}"},
    {"Authorization": f"key   {SECRET}"},
    {"Authorization": SECRET},
    {"Authorization": f"Token token={SECRET}"},
    *(
        {"Authorization": "Bearer alice", name: SECRET}
        for name in (
            "X-Api-Key",
            "Api-Key",
            "ApiKey",
            "X-Key",
            "X-Auth",
            "X-Auth-Key",
            "X-Auth-Token",
            "X-Token",
            "X-Goog-Api-Key",
            "X-Functions-Key",
            "Ocp-Apim-Subscription-Key",
            "X-Amz-Security-Token",
            "X-Signature",
            "X-Client-Secret",
            "Proxy-Authorization",
            "Cookie",
            "X-Jwt",
        )
    ),
    {"Authorization": "Bearer alice", "X-Anything": f"Bearer {SECRET}"},
    {"Authorization": "Bearer alice", "X-Anything": f"Key {SECRET}"},
    {"Authorization": "Bearer alice", "X-Upstream": SECRET},
]
INVALID = {"prompt": 1, "images": [SECRET], "size": SECRET}


class Site:
    """A mock on SQLite with a log, and everything that it stores or shows."""

    def __init__(self, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        self._folder, self._log = folder, caplog
        self._store = SqliteStore(folder / "state.db")
        clock = ManualClock(store=self._store)
        simulator = Simulator(seed=1, store=self._store, clock=clock, listener=log_exchange)
        self.mock = Mock(simulator)
        self._exchanges: list[CapturedExchange] = []

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        url, _, query = path.partition("?")
        request = Request(method=method, path=url, query=query, headers=headers, body=body)
        response = self.mock.handle(request)
        place = f"entry {len(self._exchanges)}"
        self._exchanges.append(
            CapturedExchange(request=request, response=response, at=1e9, place=place)
        )
        return response

    def collect(self) -> str:
        """Returns all that is stored or shown, as one text."""
        write_har(self._exchanges, self._folder / "run.har")
        shown = [
            self.mock.handle(Request(method="GET", path=f"/_wanproof/{name}")).body.decode()
            for name in ("", "requests", "tasks", "ledger", "scenarios")
        ]
        texts = [file.read_bytes().decode("latin-1") for file in self._folder.iterdir()]
        assert "state.db" in {file.name for file in self._folder.iterdir()}
        assert CREATE in self._log.text or UPLOADS in self._log.text
        return "\n".join([*texts, *shown, self._log.text, repr(self.mock.journal())])


@pytest.fixture
def site(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Site:
    return Site(tmp_path, caplog)


@pytest.mark.parametrize("headers", FORMS, ids=lambda each: " ".join(each)[-30:])
def test_no_key_is_stored_or_shown(site: Site, headers: Mapping[str, str]) -> None:
    payload = {"prompt": f"my key is {SECRET}", "images": ["https://example.com/a.jpg"]}
    typed = {**headers, "Content-Type": "application/json", "User-Agent": f"me/{SECRET}"}

    made = site.send("POST", CREATE, typed, json.dumps(payload).encode())
    task = json.loads(made.body).get("task_info", {}).get("id", "none")
    site.send("GET", f"{CREATE}/{task}?key={SECRET}", typed, b"")
    site.send("GET", f"/{SECRET}", typed, b"")
    site.send("POST", CREATE, typed, json.dumps(INVALID).encode())
    chat = {"model": "wan26_i2i", "input": {"messages": [{"content": [{"text": SECRET}]}]}}
    site.send("POST", "/model/v1/generation", typed, json.dumps(chat | {SECRET: 1}).encode())

    assert SECRET not in site.collect()


def test_a_token_in_any_header_of_an_application_is_not_stored(site: Site) -> None:
    site.send("GET", CREATE, {"Authorization": "Bearer alice", "X-Session": TOKEN}, b"")

    assert TOKEN not in site.collect()


@pytest.mark.parametrize("content", [b"text", b"\x89PNG\xff"], ids=["text", "bytes"])
def test_a_signed_policy_is_not_stored_or_shown(site: Site, content: bytes) -> None:
    asked = "/api/v1/uploads?action=getPolicy&model=wan2.5-i2v-preview"
    answer = site.send("GET", asked, {"Authorization": "Bearer alice"}, b"")
    policy = json.loads(answer.body)["data"]
    fields = {
        "OSSAccessKeyId": policy["oss_access_key_id"],
        "Signature": policy["signature"],
        "policy": policy["policy"],
        "key": f"{policy['upload_dir']}/a.png",
    }
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts.append(b'name="file"; filename="a.png"\r\n\r\n' + content)
    body = b"".join(
        b"--edge\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts
    )
    kind = {"Content-Type": "multipart/form-data; boundary=edge"}
    assert site.send("POST", UPLOADS, kind, body + b"--edge--\r\n").status == 204

    seen = site.collect()

    assert policy["signature"] not in seen
    assert policy["policy"] not in seen
    assert policy["oss_access_key_id"] not in seen.replace(f"?{'OSSAccessKeyId'}=", "")


SIGNATURE = "Zx81%2Bnot%2Fto-be-seen%3D"
SIGNED_URLS = [
    f"https://a.io/1.png?{query}"
    for query in (
        f"Expires=4102444800&OSSAccessKeyId=LTAI5t&Signature={SIGNATURE}",
        f"x-oss-expires=60&x-oss-credential={SIGNATURE}&x-oss-signature={SIGNATURE}",
        f"X-Amz-Date=20991128T000000Z&X-Amz-Credential={SIGNATURE}&X-Amz-Signature={SIGNATURE}",
        f"X-Amz-Security-Token={SIGNATURE}&X-Amz-Expires=60",
        f"x-goog-signature={SIGNATURE}#part",
        f"sv=2022-11-02&se=2099-01-01&sr=b&sp=r&sig={SIGNATURE}",
        f"q-ak={SIGNATURE}&q-signature={SIGNATURE}",
        f"token={SIGNATURE}",
        f"n=1&access_token={SIGNATURE}",
        f"auth_key={SIGNATURE}",
        f"hdnts={SIGNATURE}",
        f"wsSecret={SIGNATURE}&wsTime=1",
        f"url=https%3A%2F%2Fb.io%2F1.png%3Fa%3D1%26Signature%3D{SIGNATURE}",
    )
]


@pytest.mark.parametrize("escape", [str, lambda text: text.replace("&", "\\u0026")])
@pytest.mark.parametrize("url", SIGNED_URLS)
def test_a_signature_in_a_payload_is_not_stored_or_shown(
    site: Site, url: str, escape: Callable[[str], str]
) -> None:
    payload = {"prompt": "a", "images": [url, url.replace("1.png", "1.exe")], "mask": url}
    headers = {"Authorization": "Bearer alice", "Referer": url}
    for images in (payload["images"], [url]):
        body = escape(json.dumps({**payload, "images": images})).encode()
        site.send("POST", CREATE, {**headers, "Content-Type": "application/json"}, body)
    site.send("GET", f"{CREATE}/none?{url.partition('?')[2]}", headers, b"")

    seen = site.collect()

    assert SIGNATURE not in seen
    assert "https://a.io/1.png?" in seen
    if "Expires=" in url:
        assert "Expires=" in seen


@pytest.mark.parametrize("url", SIGNED_URLS)
def test_a_capture_without_signatures_answers_requests_with_them(tmp_path: Path, url: str) -> None:
    body = json.dumps({"prompt": "a", "images": [url]}).encode()
    request = Request(method="POST", path=CREATE, headers={}, body=body, base_url="https://a.io")
    made = Response.json(202, {"task_info": {"id": "1", "created_at": "2026-11-28T10:00:00Z"}})
    exchange = CapturedExchange(request=request, response=made, at=1e9, place="entry 1")
    write_har([exchange], tmp_path / "run.har")
    assert SIGNATURE not in (tmp_path / "run.har").read_text(encoding="utf-8")

    replay = CaptureReplay(read_capture(tmp_path / "run.har"), Mock(Simulator()), strict=True)

    again = url.replace(SIGNATURE, "another%3D")
    for given in (url, again):
        body = json.dumps({"images": [given], "prompt": "a"}).encode()
        assert replay.handle(replace(request, body=body)).status == 202
    other = json.dumps({"images": [url.replace("1.png", "2.png")], "prompt": "a"}).encode()
    assert replay.handle(replace(request, body=other)).status == 404


@pytest.mark.parametrize("url", SIGNED_URLS)
def test_a_url_without_its_signature_has_the_same_findings(url: str) -> None:
    model = "wan2.5-i2v-preview"
    hidden = redact_members(url)
    assert hidden == redact_members(hidden)
    before, after = (lint({"prompt": "a", "image": each}, model).findings for each in (url, hidden))
    assert [each.rule for each in before] == [each.rule for each in after]


def test_other_parameters_of_urls_are_stored() -> None:
    url = "https://a.io/1.png?max_tokens=1&design=a&signed=b&author=c&page=2&Expires=3&keys=d"
    assert redact_members(json.dumps({"image": url, "a": "b=c"})) == json.dumps(
        {"image": url, "a": "b=c"}
    )


@pytest.mark.parametrize(
    "name", ["Idempotency-Key", "X-Idempotency-Key", "X-Model", "X-Request-Id", "X-Max-Tokens"]
)
def test_other_headers_are_stored(name: str) -> None:
    assert select_request_headers({name.lower(): "0123-4567"}) == {name.lower(): "0123-4567"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"Signature": "a\\"b", "n": 1}', '{"Signature": "[the API key]", "n": 1}'),
        ('{"x_access_key_id": "a"}', '{"x_access_key_id": "[the API key]"}'),
        ("; name=Signature\n\nabc\n--edge", "; name=Signature\n\n[the API key]\n--edge"),
        (
            'name="Signature"\r\nA: b\r\n\r\nc\r\n--e',
            'name="Signature"\r\nA: b\r\n\r\n[the API key]\r\n--e',
        ),
        ('{"signature_kind": "a", "key": "b"}', '{"signature_kind": "a", "key": "b"}'),
    ],
)
def test_fields_of_signed_policies_are_found(text: str, expected: str) -> None:
    assert redact_members(text) == expected
