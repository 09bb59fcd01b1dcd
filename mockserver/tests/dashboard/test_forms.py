"""The forms of the page."""

from __future__ import annotations

import json

import pytest

from wan_mockserver import dashboard
from wan_mockserver.http.messages import Request
from wan_mockserver.service import Mock

from .conftest import BASE, Client


def test_the_form_lists_every_scenario_with_its_summary(client: Client, mock: Mock) -> None:
    page = client.page()
    assert page.count("<optgroup ") == len(
        {each.group for each in mock.simulator.scenarios.values()}
    )
    for name in mock.simulator.scenarios:
        assert f'<option value="{name}">{name} — ' in page
    says = client.get("/ui/scenario", "scenario=accept-lost").body.decode()
    assert says.strip() == mock.simulator.scenarios["accept-lost"].summary
    assert client.get("/ui/scenario", "scenario=nonsense").body.strip() == b""


def test_a_scenario_is_armed_for_the_next_creates(client: Client, mock: Mock) -> None:
    done = client.post("/ui/scenario", scenario="http-500", creates="2", tenant="")
    assert b"The next 2 creates of any tenant use http-500." in done.body
    assert done.headers["HX-Trigger"] == "refresh"
    assert "http-500</strong> applies to 2 more creates of any tenant" in client.page()
    assert [client.create().status for _ in range(3)] == [500, 500, 202]
    assert "applies to" not in client.page()


def test_a_scenario_is_armed_for_a_tenant_until_it_is_cancelled(client: Client) -> None:
    client.post("/ui/scenario", scenario="ok", combination="http-403", all="yes", tenant="bob")
    assert "http-403</strong> applies to every create of bob" in client.page()
    assert client.create("wanproof.ok.alice").status == 202
    assert client.create("bob").status == 202
    done = client.post("/ui/scenario", scenario="http-403", creates="0", tenant="bob")
    assert b"No scenario is armed for creates of bob." in done.body
    assert "applies to" not in client.page()


def test_the_clock_is_advanced(client: Client, mock: Mock) -> None:
    before = mock.clock.now()
    done = client.post("/ui/clock", seconds="900")
    assert b"The clock was advanced by 15 min." in done.body
    assert mock.clock.now() == before + 900
    assert "Advanced by 15 min so far." in client.page()


def test_reset_deletes_everything_or_one_tenant(client: Client, mock: Mock) -> None:
    client.finished("wanproof.ok.alice")
    client.finished("wanproof.ok.bob")
    assert b"of bob were deleted" in client.post("/ui/reset", tenant="bob").body
    assert [task.tenant for task in mock.tasks()] == ["alice"]
    assert b"were deleted" in client.post("/ui/reset").body
    assert (mock.tasks(), mock.journal()) == ([], [])


@pytest.mark.parametrize(
    ("path", "fields", "says"),
    [
        ("/ui/scenario", {"scenario": "accept-lst"}, "did you mean accept-lost?"),
        ("/ui/scenario", {"scenario": ""}, "there is no scenario"),
        ("/ui/scenario", {"combination": "partial:0"}, "a whole number from 1 up"),
        (
            "/ui/scenario",
            {"scenario": "ok", "creates": "-1"},
            "from 0 to 1,000,000, not &#39;-1&#39;",
        ),
        ("/ui/scenario", {"scenario": "ok", "creates": "½"}, "creates must be a whole number"),
        ("/ui/scenario", {"scenario": "<b>"}, "&lt;b&gt;"),
        ("/ui/clock", {"seconds": "-5"}, "not by &#39;-5&#39;"),
        ("/ui/clock", {"seconds": "nan"}, "the clock can be advanced by 0 to 31,622,400 seconds"),
        ("/ui/clock", {}, "the clock can be advanced by"),
        ("/ui/clock", {f"a{nth}": "" for nth in range(60)}, "at most 50 fields, not 60"),
        ("/ui/clock", {"seconds": "1" * 30_000}, "a form may have at most 20,000 bytes"),
    ],
)
def test_invalid_input_is_explained_in_the_page(
    client: Client, mock: Mock, path: str, fields: dict[str, str], says: str
) -> None:
    before = mock.clock.now()
    answer = client.post(path, **fields)
    assert answer.status == 422
    assert says in answer.body.decode()
    assert "Traceback" not in answer.body.decode()
    assert answer.body.decode().strip().startswith('<p class="notice bad">')
    assert mock.clock.now() == before
    whole = client.post_plainly(path, **fields)
    assert whole.status == 422
    assert whole.body.startswith(b"<!doctype html>")
    assert says in whole.body.decode()


def test_a_form_needs_its_content_type(mock: Mock) -> None:
    request = Request(method="POST", path="/_wanproof/ui/reset", body=b"{}")
    answer = dashboard.answer(mock, request)
    assert answer
    assert answer.status == 422
    assert (
        b"Content-Type must be application/x-www-form-urlencoded, and there is none" in answer.body
    )


def test_forms_work_without_scripts(client: Client) -> None:
    page = client.post_plainly("/ui/clock", seconds="10").body.decode()
    assert page.startswith("<!doctype html>")
    assert "The clock was advanced by 10 s." in page


def test_an_unusual_query_is_accepted(client: Client) -> None:
    assert client.get("/", "tenant=%ff&show=%00").status == 200
    assert client.get("/", "&".join(f"a{nth}=" for nth in range(50))).status == 200


@pytest.mark.parametrize("path", ["/", "/ui/live", "/ui/scenario", "/ui/entries/1"])
def test_a_query_with_too_many_fields_is_rejected(client: Client, path: str) -> None:
    answer = client.get(path, "&".join(f"a{nth}=" for nth in range(51)))
    assert answer.status == 400
    assert json.loads(answer.body) == {
        "message": f"the query of /_wanproof{path} cannot be read: it may have at most 50 fields, "
        "not 51; remove the others"
    }


def test_a_rejected_query_changes_nothing(client: Client, mock: Mock) -> None:
    before = mock.clock.now()
    request = Request(
        method="POST",
        path="/_wanproof/ui/clock",
        query="&" * 60,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=b"seconds=10",
        base_url=BASE,
    )
    assert mock.handle(request).status == 400
    assert mock.clock.now() == before
