"""The SDK of SeaCloud for Python, as published, is the client of the queue protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest
from seacloud_sdk import SeaCloud
from seacloud_sdk.core.default_base_urls import DEFAULT_BASE_URLS
from seacloud_sdk.core.errors import AuthError, BalanceError, NetworkError
from seacloud_sdk.resources import generation

from wan_mockserver.http.server import Server
from wan_mockserver.scenarios.lifecycle import Polls

MODEL = "wan25_i2i_preview_intl"
PARAMETERS = {"prompt": "make it night", "images": ["https://example.com/in.png"], "n": 2}

Serve = Callable[..., Server]
Connect = Callable[..., SeaCloud]


@pytest.fixture
def connect(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Returns a function that starts a server and builds the SDK's client for it."""
    monkeypatch.setattr(generation, "INITIAL_POLL_INTERVAL_SECONDS", 0.01)

    def connect(key: str = "alice", **how: Any) -> SeaCloud:
        server = serve(**{"lifecycle": Polls(1), **how})
        for name in DEFAULT_BASE_URLS:
            monkeypatch.setitem(DEFAULT_BASE_URLS, name, server.url)
        return SeaCloud(api_key=key)

    return connect


def run(client: SeaCloud, **changes: Any) -> dict[str, Any]:
    return wait(client.run_sync(MODEL, PARAMETERS | changes))


def wait(call: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    return asyncio.run(call)


def test_a_result_with_a_status_is_completed(connect: Connect) -> None:
    done = run(connect(result_statuses=["vtrix-queue"]))

    assert (done["status"], done["model"]) == ("completed", MODEL)
    assert done["id"].startswith("mmsu_01")
    files = [httpx.get(url).content for url in done["output"]["urls"]]
    assert [file[:4] for file in files] == [b"\x89PNG"] * 2


def test_the_sdk_calls_the_documented_result_queued(connect: Connect) -> None:
    """A fault of the SDK that its users meet: the result is there, and the status is wrong."""
    done = run(connect())

    assert done["status"] == "queued"
    assert len(done["output"]["urls"]) == 2


def test_a_broken_rule_is_a_failed_task(connect: Connect) -> None:
    failed = run(connect(), n=9)

    assert failed["status"] == "failed"
    assert failed["error"]["raw"] == "n must be an integer from 1 to 4"


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        ("moderated", "The content was blocked by moderation"),
        ("fail-inference-timeout", "Task execution timed out"),
        ("fail-inference-failure", "Task execution failed"),
    ],
)
def test_a_scenario_fails_the_task(connect: Connect, scenario: str, text: str) -> None:
    failed = run(connect(f"wanproof.{scenario}"))

    assert (failed["status"], failed["error"]["raw"]) == ("failed", text)


def test_a_task_is_created_polled_and_fetched_by_hand(connect: Connect) -> None:
    client = connect(lifecycle=Polls(2))

    async def call() -> list[dict[str, Any]]:
        task = await client.run(MODEL, PARAMETERS)
        states = [await client.tasks.get(task["id"], {"endpoint": MODEL}) for _ in range(3)]
        done = await client.tasks.get_response(task["id"], {"endpoint": MODEL})
        return [task, *states, done]

    task, *states, done = asyncio.run(call())

    assert task["statusUrl"].endswith(f"/model/v1/queue/{MODEL}/requests/{task['id']}/status")
    assert [each["status"].upper() for each in states] == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    assert done["status"] == "unknown"
    assert len(done["output"]["urls"]) == 2


@pytest.mark.parametrize("form", [(), ("vtrix-queue",)], ids=["objects", "texts"])
def test_rejected_requests_raise_the_errors_of_the_sdk(
    connect: Connect, form: tuple[str, ...]
) -> None:
    client = connect(error_texts=form)

    with pytest.raises(NetworkError, match="App not found: wan99_i2i") as unknown:
        wait(client.run_sync("wan99_i2i", PARAMETERS))
    with pytest.raises(NetworkError, match="webhook not supported"):
        run(client, webhook_url="https://example.com/hook")

    assert unknown.value.status_code == 404


def test_errors_have_the_class_that_their_status_means(connect: Connect) -> None:
    with pytest.raises(AuthError, match="Model not allowed for this user"):
        run(connect("wanproof.http-403"))
    with pytest.raises(BalanceError, match="Insufficient credits"):
        run(connect("wanproof.http-402"))
    with pytest.raises(NetworkError, match="Runtime execution failed"):
        run(connect("wanproof.poll-500"))


def test_a_poll_that_is_limited_or_behind_a_broken_gateway_is_repeated(connect: Connect) -> None:
    for scenario in ("poll-rate-limited-bare", "poll-502", "poll-reset-before"):
        done = run(connect(f"wanproof.{scenario}", result_statuses=["vtrix-queue"]))

        assert done["status"] == "completed"
