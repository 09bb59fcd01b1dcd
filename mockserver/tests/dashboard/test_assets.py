"""The files of the page, their headers and their paths."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from wan_mockserver import dashboard
from wan_mockserver.dashboard import static
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.service import Mock

from .conftest import BASE, VIDEOS, Client


def test_the_page_has_no_foreign_urls_and_nothing_inline(client: Client) -> None:
    client.finished()
    client.finished(model=VIDEOS)
    client.create("wanproof.accept-502.bob")
    client.create("wanproof.accept-502.bob")
    answer = client.get("/")
    page = answer.body.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    addresses = re.findall(r'(?:src|href|action|poster|hx-\w+)="([^"]*/[^"]*)"', page)
    assert len(addresses) > 10
    assert {address.partition("/")[0] for address in addresses} == {""}
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script>|hx-on|hx-vals", page)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", static.CONTENT_TYPES)
def test_static_files_are_revalidated(client: Client, name: str) -> None:
    answer = client.get(f"/static/{name}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == static.CONTENT_TYPES[name]
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.body == files(dashboard).joinpath("static", name).read_bytes()
    again = client.get(f"/static/{name}", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("name", ["README.md", "..", "../__init__.py", "%2e%2e", "nonsense", ""])
def test_other_files_are_not_served(mock: Mock, name: str) -> None:
    found = dashboard.answer(mock, Request(method="GET", path=f"/_wanproof/static/{name}"))
    assert found is None or found.status == 404


def test_every_static_file_is_listed_and_the_third_party_file_has_a_note() -> None:
    there = {file.name for file in files(dashboard).joinpath("static").iterdir()}
    assert there == {*static.CONTENT_TYPES, "README.md"}
    note = files(dashboard).joinpath("static", "README.md").read_text(encoding="utf-8")
    assert "htmx" in note
    assert "Zero-Clause BSD" in note


def test_thumbnails_are_small_and_files_complete(client: Client) -> None:
    task = client.finished(size="1600*900")
    small = client.get(f"/ui/thumbnails/{task}/1.png")
    assert small.headers["Content-Type"] == "image/jpeg"
    assert small.body.startswith(b"\xff\xd8")
    assert len(small.body) < 20_000
    assert (
        client.get(
            f"/ui/thumbnails/{task}/1.png", **{"If-None-Match": small.headers["ETag"]}
        ).status
        == 304
    )
    whole = client.get(f"/ui/files/{task}/1.png")
    assert whole.headers["Content-Type"] == "image/png"
    part = client.get(f"/ui/files/{task}/1.png", Range="bytes=0-3")
    assert (part.status, part.body) == (206, whole.body[:4])


def test_missing_files_have_no_previews(client: Client, mock: Mock) -> None:
    client.create("wanproof.ok.alice")
    (task,) = mock.tasks()
    paths = (f"{task.id}/1.png", "nonsense/1.png", f"{task.id}/2.png", f"{task.id}/..")
    for path in paths:
        assert client.get(f"/ui/thumbnails/{path}").status == 404
        assert client.get(f"/ui/files/{path}").status == 404
    empty = client.finished("wanproof.no-results.alice", prompt="another")
    assert client.get(f"/ui/files/{empty}/1.png").status == 404


def answer(mock: Mock, method: str, path: str, query: str = "") -> Response | None:
    return dashboard.answer(mock, Request(method=method, path=path, query=query))


def test_other_paths_are_not_answered(mock: Mock) -> None:
    for path in (
        "/_wanproof/health",
        "/_wanproof/ui",
        "/_wanproof/ui/nonsense",
        "/",
        "/_wanproofs",
    ):
        assert answer(mock, "GET", path) is None
        assert answer(mock, "POST", path) is None


def test_the_address_of_the_page_ends_with_a_slash(mock: Mock) -> None:
    moved = answer(mock, "GET", "/_wanproof", "tenant=bob")
    assert moved
    assert (moved.status, moved.headers["Location"]) == (308, "/_wanproof/?tenant=bob")


def test_other_methods_are_rejected(mock: Mock) -> None:
    refused = answer(mock, "GET", "/_wanproof/ui/reset")
    assert refused
    assert (refused.status, refused.headers["Allow"]) == (405, "POST")
    head = mock.handle(Request(method="HEAD", path="/_wanproof/", base_url=BASE))
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["Content-Length"]) > 1000
