"""The bodies of scenarios that change the form of tasks, over a socket and in process.

All values are typed by hand from recorded responses and from the sentences of the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.httpx_transport import BASE_URL, WanTransport
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator

IMAGE = "https://example.com/a.jpg"
EDIT = {"prompt": "x", "images": [IMAGE], "size": "768*768"}
CREATE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
MESSAGE = {"role": "user", "content": [{"text": "x"}, {"image": IMAGE}]}
CHAT = {
    "model": "wan26_i2i",
    "input": {"messages": [MESSAGE]},
    "parameters": {"size": "768*768", "n": 2},
}
AT = "2023-11-14T22:13:20.000000+00:00"
EXTRA = {"trace_id", "elapsed_ms", "is_cached", "queue", "labels"}

Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def mock() -> Mock:
    return Mock(Simulator(seed=7, clock=ManualClock(), listener=lambda _: None))


@pytest.fixture(params=["socket", "in process"])
def http(request: pytest.FixtureRequest, mock: Mock) -> Iterator[httpx.Client]:
    """A client without a key."""
    if request.param == "in process":
        with httpx.Client(transport=WanTransport(mock), base_url=BASE_URL) as client:
            yield client
        return
    with Server(create_app(mock)) as server, httpx.Client(base_url=server.url) as client:
        yield client


@pytest.fixture
def run(http: httpx.Client) -> Run:
    """Returns the bodies of a create and of the polls until its task ends."""

    def run(scenario: str, *, chat: bool = False, n: int = 1, created: int) -> list[Any]:
        headers = {"Authorization": f"Bearer wanproof.{scenario}"}
        path, payload = ("/model/v1/generation", CHAT) if chat else (CREATE, {**EDIT, "n": n})
        response = http.post(path, json=payload, headers=headers)
        assert response.status_code == created
        bodies = [response.json()]
        task = bodies[0].get("task_info", bodies[0])
        place = f"{path}/task/{task['id']}" if chat else f"{path}/{task['id']}"
        while task["status"] not in ("completed", "failed"):
            bodies.append(http.get(place, headers=headers).json())
            task = bodies[-1].get("task_info", bodies[-1])
        return bodies

    return run


def test_mulerouter_as_recorded_is_not_as_documented(run: Run) -> None:
    created, pending, running, done = run("as-recorded", created=200)
    times = {"created_at": AT, "updated_at": AT}
    task = created["task_info"]["id"]
    assert created == pending == {"task_info": {"id": task, "status": "pending", **times}}
    assert running == {"task_info": {"id": task, "status": "processing", **times}}
    url = done["output"]["url"]
    assert re.search(f"/files/{task}/[^/]+[.]png$", url)
    assert done == {
        "task_info": {"id": task, "status": "completed", **times},
        "output": {"url": url},
    }


def test_mulerouter_as_recorded_lists_several_images(run: Run) -> None:
    done = run("as-recorded", n=2, created=200)[-1]
    assert len(done["images"]) == 2
    assert done["output"] == {"url": done["images"][0]}


def test_mulerouter_as_recorded_has_the_error_at_the_top(run: Run) -> None:
    failed = run("as-recorded+fail-3001", created=200)[-1]
    assert failed["error"]["code"] == 3001
    assert failed["task_info"].keys() == {"id", "status", "created_at", "updated_at"}


@pytest.mark.parametrize(
    ("scenario", "images", "error"), [("null-members", None, None), ("empty-members", [], {})]
)
def test_mulerouter_has_members_without_a_value(
    run: Run, scenario: str, images: Any, error: Any
) -> None:
    *unfinished, done = run(scenario, created=202)
    assert [body["images"] for body in unfinished] == [images] * 3
    assert [body["task_info"]["error"] for body in (*unfinished, done)] == [error] * 4
    assert len(done["images"]) == 1
    failed = run(f"{scenario}+fail-3001", created=202)[-1]
    assert (failed["images"], failed["task_info"]["error"]["code"]) == (images, 3001)


@pytest.mark.parametrize(
    ("scenario", "items", "table"), [("null-members", None, None), ("empty-members", [], {})]
)
def test_vtrix_has_members_without_a_value(run: Run, scenario: str, items: Any, table: Any) -> None:
    *unfinished, done = run(scenario, chat=True, created=200)
    for body in unfinished:
        assert (body["output"], body["usage"], body["metadata"]) == (items, table, table)
    assert [body["error"] for body in (*unfinished, done)] == [table] * 4
    assert len(done["output"]) == 1


def test_every_object_has_extra_members(run: Run) -> None:
    bodies = run("extra-members", chat=True, created=200)
    [item] = bodies[-1]["output"]
    objects = [*bodies, item, *item["content"], bodies[-1]["usage"], bodies[-1]["metadata"]]
    assert all(set(each) >= EXTRA for each in objects)
    assert all(body["task_info"].keys() > EXTRA for body in run("extra-members", created=202))


@pytest.mark.parametrize("chat", [True, False])
def test_a_failed_task_has_no_error(run: Run, *, chat: bool) -> None:
    failed = run("fail-without-error", chat=chat, created=200 if chat else 202)[-1]
    task = failed.get("task_info", failed)
    assert task["status"] == "failed"
    assert "error" not in {**failed, **task}


@pytest.mark.parametrize(
    ("scenario", "progress"),
    [
        ("progress-full", [0.33, 1.0, 1.0]),
        ("progress-stalls", [0.17, 0.3, 0.3, 0.3, 0.83, 1.0]),
    ],
)
def test_progress_is_not_the_work_that_is_done(
    run: Run, scenario: str, progress: list[float]
) -> None:
    polls = run(scenario, chat=True, created=200)[1:]
    assert [body["progress"] for body in polls] == progress
    assert [body["status"] for body in polls] == ["in_progress"] * (len(polls) - 1) + ["completed"]


def test_each_result_is_in_an_item_of_its_own(run: Run) -> None:
    done = run("split-output+odd-texts", chat=True, created=200)[-1]
    assert [[part["type"] for part in item["content"]] for item in done["output"]] == [
        *(["text"], ["image"]),
        *(["text"], ["image"]),
    ]


def test_costs_and_discounts_are_not_round(run: Run, mock: Mock) -> None:
    usage = run("odd-costs", chat=True, created=200)[-1]["usage"]
    assert usage == {"cost": "0.054822", "discount": 0.9137, "image_count": 2}
    assert str(mock.ledger().total_usd) == usage["cost"]


def test_texts_have_outer_white_space_and_many_scripts(run: Run) -> None:
    [item] = run("odd-texts", chat=True, created=200)[-1]["output"]
    texts = [part["text"] for part in item["content"] if part["type"] == "text"]
    assert all(text != text.strip() and not text.isascii() for text in texts)
    assert len(set(texts)) == 2


def test_file_names_do_not_sort_in_order(run: Run, http: httpx.Client) -> None:
    urls = run("unsorted-names", n=4, created=202)[-1]["images"]
    assert len(urls) == 4
    assert urls == sorted(urls, reverse=True)
    assert len({http.get(url).content for url in urls}) == 4
    numbered = urls[0].rpartition("/")[0] + "/1.png"
    assert http.get(numbered).status_code == 404


def test_a_signed_url_is_on_another_host_name(run: Run, http: httpx.Client) -> None:
    [url] = run("signed-urls", created=202)[-1]["images"]
    names = {"127.0.0.1": "localhost", "wanproof.test": "files.wanproof.test"}
    assert httpx.URL(url).host == names[http.base_url.host]
    assert httpx.URL(url).port == http.base_url.port
    got = http.get(url)
    assert (got.status_code, got.headers["Content-Type"]) == (200, "image/png")
    assert http.get(url, headers={"Range": "bytes=0-3"}).status_code == 206


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda url: url.partition("?")[0], "AccessDenied"),
        (lambda url: url.partition("&Signature")[0], "AccessDenied"),
        (unquote, "SignatureDoesNotMatch"),
        (lambda url: url.replace("%2F", "/"), "SignatureDoesNotMatch"),
        (lambda url: url.replace("Expires=1", "Expires=2"), "SignatureDoesNotMatch"),
        (lambda url: f"{url}&width=100", "SignatureDoesNotMatch"),
        (lambda url: url.replace(".png", "0.png"), "SignatureDoesNotMatch"),
    ],
)
def test_a_changed_signed_url_is_refused(
    run: Run, http: httpx.Client, change: Callable[[str], str], code: str
) -> None:
    url = run("signed-urls", n=2, created=202)[-1]["images"][0]
    got = http.get(change(url))
    assert (got.status_code, got.headers["Content-Type"]) == (403, "application/xml")
    assert f"<Code>{code}</Code>" in got.text


def test_a_signed_url_is_for_get_without_a_key(run: Run, http: httpx.Client, mock: Mock) -> None:
    [url] = run("signed-urls", created=202)[-1]["images"]
    assert http.head(url).status_code == 403
    with_key = http.get(url, headers={"Authorization": "Bearer wanproof.signed-urls"})
    assert (with_key.status_code, "InvalidArgument" in with_key.text) == (400, True)
    assert "Only one way to authenticate" in mock.journal()[-1].why


def test_a_file_can_be_an_error_page_that_is_called_an_image(run: Run, http: httpx.Client) -> None:
    [url] = run("download-xml-page", created=202)[-1]["images"]
    got = http.get(url)
    assert (got.status_code, got.headers["Content-Type"]) == (200, "image/png")
    assert got.text.startswith("<?xml")


def test_a_file_without_ranges_is_served_whole(run: Run, http: httpx.Client) -> None:
    [url] = run("no-ranges", created=202)[-1]["images"]
    with pytest.raises(httpx.RemoteProtocolError):
        http.get(url)
    got = http.get(url, headers={"Range": "bytes=8-"})
    assert (got.status_code, got.headers["Accept-Ranges"]) == (200, "none")
    assert got.content.startswith(b"\x89PNG")
    assert "Content-Range" not in got.headers
