"""The routes of ``wanproof check --listen``: what drivers and pages may do, and errors."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import httpx
import pytest
from openapi_spec_validator import validate

from listener_runs import MODEL, ListeningRun, listening
from wan_contracts.reporters import FORMATS

PAGE = "http://localhost:3000"
FOREIGN = "https://evil.example"
NAMED = "https://app.example"
CREATE = f"/vendors/alibaba/v1/{MODEL}/generation"


@pytest.fixture(scope="module")
def run() -> Iterator[ListeningRun]:
    with listening("ok", origins=[NAMED]) as started:
        yield started


def ask_before(run: ListeningRun, path: str, origin: str) -> httpx.Response:
    """Sends the preflight request of a browser."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return run.http.options(f"{run.base_url}{path}", headers=headers)


@pytest.mark.parametrize(
    "origin", [PAGE, NAMED, "http://127.0.0.1:3000", "https://a.localhost", "http://[::1]:8000"]
)
@pytest.mark.parametrize("path", [CREATE, "/_wanproof/check/finish"])
def test_pages_of_this_machine_and_named_ones_may_call(
    run: ListeningRun, path: str, origin: str
) -> None:
    before = ask_before(run, path, origin)
    assert before.status_code == 200
    assert before.headers["Access-Control-Allow-Origin"] == origin
    assert before.headers["Access-Control-Allow-Methods"] == "POST"
    assert before.headers["Access-Control-Allow-Headers"] == "authorization,content-type"
    # Pages poll from one connection, like other clients.
    assert before.headers.get("Connection") != "close"


@pytest.mark.parametrize("status", [200, 401])
def test_pages_can_read_every_response(run: ListeningRun, status: int) -> None:
    path = CREATE if status == 401 else "/_wanproof/check/status"
    method = "POST" if status == 401 else "GET"
    response = run.http.request(method, f"{run.base_url}{path}", headers={"Origin": PAGE})
    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert response.headers["Access-Control-Expose-Headers"] == "*"


@pytest.mark.parametrize(
    "origin", [FOREIGN, "null", "http://localhost.evil.example", "http://10.0.0.1", "localhost"]
)
def test_other_pages_may_not(origin: str) -> None:
    with listening("ok") as run:
        for response in (
            ask_before(run, CREATE, origin),
            run.http.get(f"{run.check_url}/next", headers={"Origin": origin}),
            run.http.post(f"{run.check_url}/finish", headers={"Origin": origin}),
        ):
            assert response.status_code == 403
            assert "Access-Control-Allow-Origin" not in response.headers
            assert response.json()["message"].endswith(f"start the run with --origin {origin}")
        status = run.status()
        assert (status["handed_out"], status["finished"]) == (0, False)
        notes = run.http.get(f"{run.check_url}/report").json()["notes"]
        assert f"Pages of {origin} were refused; --origin {origin} allows them." in notes


def test_an_image_of_another_site_takes_no_case(run: ListeningRun) -> None:
    before = run.status()["handed_out"]
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert run.http.get(f"{run.check_url}/next", headers=headers).status_code == 403
    assert run.status()["handed_out"] == before


def test_a_foreign_host_name_reads_nothing(run: ListeningRun) -> None:
    response = run.http.get(f"{run.check_url}/cases", headers={"Host": "evil.example"})
    assert response.status_code == 403
    assert "--base-url" in response.json()["message"]
    # An address cannot be changed by DNS rebinding.
    for host in ("192.168.1.5:8322", "[fe80::1]", "localhost:1"):
        assert run.http.get(f"{run.check_url}/status", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/requests", "/reset", "/check"])
def test_the_admin_api_is_not_served(run: ListeningRun, path: str) -> None:
    response = run.http.get(f"{run.base_url}/_wanproof{path}")
    assert response.status_code == 404
    assert "/_wanproof/check/openapi.json" in response.json()["message"]


def test_a_misspelt_route_names_the_right_one(run: ListeningRun) -> None:
    response = run.http.get(f"{run.check_url}/nxt")
    assert response.status_code == 404
    assert "did you mean /_wanproof/check/next?" in response.json()["message"]
    assert run.http.post(f"{run.check_url}/next").status_code == 405


@pytest.mark.parametrize(
    ("case", "body", "status", "part"),
    [
        ("1", b'{"outcome": "compleed"}', 400, "allowed: not_sent, refused, failed, completed"),
        ("1", b'{"outcome": "completed"}', 400, "a completed call needs outputs"),
        ("1", b"{", 400, "`wanproof check --schema outcome` prints the schema"),
        ("0", b'{"outcome": "gave_up"}', 404, "there is no case 0; cases: 1 to "),
        ("x", b'{"outcome": "gave_up"}', 404, "there is no case x; cases: 1 to "),
        ("99999999999", b'{"outcome": "gave_up"}', 404, "there is no case 9"),
    ],
)
def test_a_wrong_outcome_is_explained(
    run: ListeningRun, case: str, body: bytes, status: int, part: str
) -> None:
    headers = {"Content-Type": "application/json"}
    response = run.http.post(f"{run.check_url}/outcome/{case}", content=body, headers=headers)
    assert response.status_code == status
    assert part in response.json()["message"]


def test_an_outcome_must_be_json(run: ListeningRun) -> None:
    url = f"{run.check_url}/outcome/1"
    assert (
        run.http.post(url, content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    )
    assert run.http.post(url).status_code == 415


def test_a_case_has_one_outcome() -> None:
    with listening("ok") as run:
        one, other = {"outcome": "gave_up"}, {"outcome": "not_sent"}
        assert [run.send_outcome(1, each).status_code for each in (one, one, other)] == [
            *(200, 200, 400)
        ]
        assert (
            "case 1 has the outcome gave_up already" in run.send_outcome(1, other).json()["message"]
        )
        assert run.status()["outcomes"] == 1


@pytest.mark.parametrize("format", [*FORMATS, "text"])
def test_the_report_so_far_has_every_format(run: ListeningRun, format: str) -> None:
    response = run.http.get(f"{run.check_url}/report", params={"format": format})
    assert response.status_code == 200
    assert "one-charge" in response.text
    match response.headers["Content-Type"]:
        case "application/json":
            assert response.json()
        case "application/xml":
            ET.fromstring(response.content)
        case kind:
            assert kind.startswith("text/html" if format == "html" else "text/plain")


def test_an_unknown_format_is_explained(run: ListeningRun) -> None:
    response = run.http.get(f"{run.check_url}/report?format=xml")
    assert response.status_code == 400
    assert "json, junit, sarif, html, md, text" in response.json()["message"]


def test_the_openapi_document_is_valid_and_has_every_route(run: ListeningRun) -> None:
    document = run.http.get(f"{run.check_url}/openapi.json").json()
    validate(document)
    assert {path.removeprefix("/_wanproof/check/") for path in document["paths"]} == {
        *("next", "cases", "outcome/{case}", "report", "status", "finish", "openapi.json")
    }


def test_a_request_for_headers_only_has_no_body(run: ListeningRun) -> None:
    response = run.http.head(f"{run.check_url}/status")
    assert (response.status_code, response.content) == (200, b"")
    before = run.status()["handed_out"]
    assert run.http.head(f"{run.check_url}/next").status_code == 204
    assert run.status()["handed_out"] == before
