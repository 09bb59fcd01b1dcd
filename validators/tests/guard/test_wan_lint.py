"""``pytest --wan-lint``: creates that a test sends are linted, whatever answers them."""

from __future__ import annotations

import sys

import pytest

pytest_plugins = ["pytester"]

CODE = """
import asyncio

import httpx
import pytest
import requests
import respx

URL = "https://api.example.com/vendors/alibaba/v1/wan2.5-i2v-preview/generation"
GOOD = {"prompt": "a cat", "image": "https://example.com/a.jpg"}
BAD = {**GOOD, "duration": 7}


class Adapter(requests.adapters.BaseAdapter):
    def send(self, request, **options):
        response = requests.Response()
        response.status_code = 202
        return response

    def close(self):
        pass


def send_sync(payload, url=URL):
    with httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(202))) as client:
        return client.post(url, json=payload)


def send_async(payload):
    async def run():
        transport = httpx.MockTransport(lambda request: httpx.Response(202))
        async with httpx.AsyncClient(transport=transport) as client:
            await client.get(URL)
            return await client.post(URL, json=payload)

    return asyncio.run(run())


def send_requests(payload):
    with requests.Session() as session:
        session.mount("https://", Adapter())
        return session.post(URL, json=payload)


@respx.mock
def send_respx(payload):
    respx.post(URL).respond(202)
    return httpx.post(URL, json=payload)


@pytest.mark.parametrize("send", [send_sync, send_async, send_requests, send_respx])
@pytest.mark.parametrize("payload", [GOOD, BAD], ids=["good", "bad"])
def test_create(send, payload):
    for _ in range(2):  # identical creates are not an error of a payload
        assert send(payload).status_code == 202


def test_hidden():
    with pytest.raises(Exception):
        send_sync(BAD)


@pytest.mark.wan_no_lint
def test_marked():
    send_sync(BAD)


def test_elsewhere():
    send_sync(BAD, URL + "/other")
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(test_it=CODE)
    return pytester


ARGUMENTS = ("-p", "no:cacheprovider", "-p", "no:randomly", "-q")


def test_creates_are_linted_only_if_asked_for(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess(*ARGUMENTS)
    result.assert_outcomes(passed=10, failed=1)
    result.stdout.fnmatch_lines(["*DID NOT RAISE*"])


def test_a_create_that_breaks_a_rule_fails_its_test(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess(*ARGUMENTS, "--wan-lint")

    result.assert_outcomes(passed=6, failed=5)
    result.stdout.fnmatch_lines(["*GuardError: not sent: POST /vendors/*: /duration: duration*"])


def test_the_ini_file_can_ask_for_it(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nwan_lint = true")
    result = project.runpytest_inprocess(*ARGUMENTS, "-k", "hidden or marked")

    result.assert_outcomes(passed=1, failed=1)


def test_a_library_that_is_not_installed_is_no_problem(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    project.makepyfile(
        test_it=CODE.replace("import requests", "class requests: adapters = None").replace(
            "adapters.BaseAdapter", "__class__"
        )
    )
    result = project.runpytest_inprocess(*ARGUMENTS, "--wan-lint", "-k", "send_sync")

    result.assert_outcomes(passed=1, failed=1)
