"""Who gets in, and who does not: tokens, names, origins and bodies."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Callable

import httpx
import pytest

from wan_mockserver.admin.api import ROUTES
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app
from wan_mockserver.service import Mock

Make = Callable[..., Mock]
Ask = Callable[..., Response]

SECRET = "s3cret=tok=en"
OWN = "http://localhost:8321"


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def says(response: Response) -> str:
    message = json.loads(response.body)["message"]
    assert isinstance(message, str)
    return message


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {SECRET}"},
        {"Authorization": f"bearer  {SECRET} "},
        {"Authorization": basic("anybody", SECRET)},
        {"Authorization": basic("", SECRET)},
        {"X-Wanproof-Admin-Token": SECRET},
        {"X-Wanproof-Admin-Token": SECRET, "Authorization": "Bearer of-the-vendor"},
    ],
)
def test_the_token_opens_in_each_of_its_forms(
    make: Make, ask: Ask, headers: dict[str, str]
) -> None:
    assert ask(make(token=SECRET), "/health", headers=headers).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {SECRET}x"},
        {"Authorization": f"Bearer {SECRET[:-1]}"},
        {"Authorization": f"Digest {SECRET}"},
        {"Authorization": basic(SECRET, "")},
        {"Authorization": "Basic no-base64!"},
        {"Authorization": "Basic " + b64encode(b"\xff:\xff").decode()},
        {"X-Wanproof-Admin-Token": ""},
        {"X-Wanproof-Admin-Token": "tök\ud800en"},
        {"Cookie": SECRET},
    ],
)
def test_nothing_else_does(make: Make, ask: Ask, headers: dict[str, str]) -> None:
    refused = ask(make(token=SECRET), "/health", headers=headers)

    assert refused.status == 401
    assert refused.headers["WWW-Authenticate"] == 'Basic realm="wanproof"'
    assert "Bearer" in says(refused)
    assert SECRET not in refused.body.decode()


def test_an_empty_token_lets_nobody_in(make: Make, ask: Ask) -> None:
    assert ask(make(token=""), "/health", headers={"X-Wanproof-Admin-Token": ""}).status == 401


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["", "/", "/nothing", "/ui/live", *(r.path for r in ROUTES)])
def test_every_path_below_the_root_asks_for_it(
    make: Make, ask: Ask, path: str, method: str
) -> None:
    assert ask(make(token=SECRET), path, method=method).status == 401


def test_doubled_slashes_lead_around_nothing(make: Make) -> None:
    asked = Request(method="GET", path="//_wanproof//health", base_url=OWN)

    assert make(token=SECRET).handle(asked).status == 401


@pytest.mark.parametrize(
    "base_url",
    [
        "http://localhost",
        "http://LOCALHOST.:80",
        "http://wan.localhost:8321",
        "http://127.0.0.1:1",
        "http://127.8.9.10",
        "http://[::1]:8321",
        "https://localhost",
    ],
)
def test_this_machine_has_these_names(mock: Mock, ask: Ask, base_url: str) -> None:
    assert ask(mock, "/health", base_url=base_url).status == 200


@pytest.mark.parametrize(
    "base_url",
    [
        "http://evil.example",
        "http://localhost.evil.example",
        "http://notlocalhost",
        "http://127.0.0.1.evil.example",
        "http://192.168.1.5:8321",
        "http://[fe80::1]",
        "http://localhost@evil.example",
        "http://",
        "http://localhost:99999",
        "",
    ],
)
def test_no_other_name_is_answered_without_a_token(mock: Mock, ask: Ask, base_url: str) -> None:
    refused = ask(mock, "/health", base_url=base_url)

    assert refused.status == 403
    assert "localhost" in says(refused)


def test_a_host_that_the_web_framework_does_not_read_is_not_answered(mock: Mock, ask: Ask) -> None:
    headers = {"Host": "a{b.evil.example"}

    assert ask(mock, "/health", base_url="http://127.0.0.1:8321", headers=headers).status == 403


def test_a_mock_may_have_other_names_or_ask_for_a_token_instead(make: Make, ask: Ask) -> None:
    named = make(hosts=("Mock.Test",))

    assert ask(named, "/health", base_url="http://mock.test:1").status == 200
    assert ask(named, "/health", base_url="http://amock.test:1").status == 403
    headers = {"X-Wanproof-Admin-Token": SECRET}
    far = ask(make(token=SECRET), "/health", base_url="http://far.example", headers=headers)
    assert far.status == 200


def test_clients_in_process_need_no_name_of_their_own(make: Make, ask: Ask) -> None:
    mock = Mock(make().simulator)

    assert ask(mock, "/health", base_url="http://wanproof.test").status == 200


def test_the_vendors_routes_have_no_such_guard(make: Make, ask: Ask) -> None:
    far = "http://evil.example"

    assert ask(make(token=SECRET), "/openapi.json", base_url=far, root="").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://localhost:8322"},
        {"Origin": "http://localhost"},
        {"Origin": "https://localhost:8321"},
        {"Origin": "http://localhost:8321.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": OWN, "Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("token", [None, SECRET])
def test_pages_of_other_sites_change_nothing(
    make: Make, ask: Ask, headers: dict[str, str], token: str | None
) -> None:
    mock = make(token=token)
    before = mock.clock.now()
    headers = {**headers, "X-Wanproof-Admin-Token": token or ""}

    for kind in ("application/json", "application/x-www-form-urlencoded"):
        changing = {**headers, "Content-Type": kind}
        refused = ask(mock, "/clock", {"advance": 60}, headers=changing)
        assert refused.status == 403
        assert says(refused)
    assert ask(mock, "/scenarios", method="DELETE", headers=headers).status == 403
    assert ask(mock, "/ui/reset", body=b"", method="POST", headers=headers).status == 403
    assert mock.clock.now() == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": OWN},
        {"Origin": "HTTP://LocalHost:8321"},
        {"Origin": OWN, "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_its_own_page_and_tools_do(mock: Mock, ask: Ask, headers: dict[str, str]) -> None:
    assert ask(mock, "/clock", {"advance": 60}, headers=headers).status == 200


def test_the_port_that_a_scheme_means_need_not_be_said(mock: Mock, ask: Ask) -> None:
    headers = {"Origin": "http://localhost:80"}

    asked = ask(mock, "/clock", {"advance": 1}, headers=headers, base_url="http://localhost")

    assert asked.status == 200


def test_reading_is_free_of_origins(mock: Mock, ask: Ask) -> None:
    assert ask(mock, "/health", headers={"Origin": "http://evil.example"}).status == 200


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "", "application/jsonp"])
def test_bodies_of_other_kinds_are_refused(mock: Mock, ask: Ask, kind: str) -> None:
    refused = ask(mock, "/clock", {"advance": 60}, headers={"Content-Type": kind})

    assert refused.status == 415
    assert "application/json" in says(refused)


def test_a_form_is_no_body_for_the_api(mock: Mock, ask: Ask) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    refused = ask(mock, "/clock", body=b"advance=60", headers=headers)

    assert refused.status == 415


def test_a_charset_does_no_harm(mock: Mock, ask: Ask) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}

    assert ask(mock, "/clock", {"advance": 60}, headers=headers).status == 200


@pytest.mark.parametrize("body", [None, b" " * 1_000_001])
def test_large_bodies_are_refused(mock: Mock, ask: Ask, body: bytes | None) -> None:
    assert ask(mock, "/reset", body=body, method="POST").status == 413


def test_the_admin_leaves_no_trace(make: Make, ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    mock = make(token=SECRET)
    with caplog.at_level(logging.DEBUG):
        for headers in ({"Authorization": f"Bearer {SECRET}"}, {"Authorization": SECRET}):
            ask(mock, f"/requests?tenant={SECRET}", headers=headers)
            ask(mock, "/clock", {"advance": 1}, headers=headers)

    assert mock.journal() == []
    assert SECRET not in caplog.text


def test_a_fault_of_its_own_is_told_without_a_traceback(
    mock: Mock, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(tenant: str | None = None) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(mock, "ledger", broken)

    refused = ask(mock, "/ledger")

    assert refused.status == 500
    assert "boom" not in refused.body.decode()


def test_the_guard_stands_before_a_socket_too(make: Make) -> None:
    with Server(create_app(make())) as server, httpx.Client(base_url=server.url) as client:
        assert client.get("/_wanproof/health").status_code == 200
        for host in ("evil.example", "a_b.evil.example", "a{b.example", f"evil:{server.port}"):
            rebound = client.get("/_wanproof/health", headers={"Host": host})
            assert rebound.status_code in (400, 403), host
        own = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
        assert client.post("/_wanproof/reset", headers=own).status_code == 200
        other = {"Origin": "http://evil.example"}
        assert client.post("/_wanproof/reset", headers=other).status_code == 403
