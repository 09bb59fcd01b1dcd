"""The vendor's own SDK, as published, is the client."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import seaart_sdk as sdk

from wan_mockserver.http.server import Server
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.state.journal import Exchange

from .serve_runs import start_server

INPUT = {
    "messages": [
        {"role": "user", "content": [{"text": "night"}, {"image": "https://example.com/in.png"}]}
    ]
}
EDIT = {"model": "wan26_i2i", "input": INPUT, "parameters": {"size": "768*768", "n": 2}}
INTERLEAVED = {
    "model": "wan26_i2i",
    "input": {"messages": [{"role": "user", "content": [{"text": "a day at the sea"}]}]},
    "parameters": {"enable_interleave": True, "max_images": 2, "size": "768*768"},
}

Serve = Callable[..., Server]

# The SDK leaves the responses to refused requests open, for the garbage collector to find.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


@pytest.fixture(autouse=True)
def collect() -> Iterator[None]:
    """Finds them while the warning is expected, and not in somebody else's test."""
    yield
    gc.collect()


@pytest.fixture
def client(serve: Serve) -> sdk.Client:
    return connect(serve(lifecycle=Polls(2)))


def connect(server: Server, key: str = "alice") -> sdk.Client:
    return sdk.Client(sdk.ClientConfig(api_key=key, base_url=server.url, timeout=30))


def wait(client: sdk.Client, body: dict[str, Any], *options: Any) -> Any:
    task = client.modal.create(body)
    return client.modal.wait(task.id, sdk.with_poll_interval(0.001), *options)


def test_it_creates_waits_and_gets_urls_that_can_be_downloaded(client: sdk.Client) -> None:
    seen: list[tuple[str, float]] = []
    task = wait(client, EDIT, sdk.with_poll_callback(lambda *update: seen.append(update)))
    assert seen == [("in_progress", 0.33), ("in_progress", 0.67), ("completed", 1.0)]
    assert (task.model, task.usage.cost, task.usage.discount) == ("wan26_i2i", "0.06", 1)
    assert task.metadata.completed_at >= task.metadata.in_queue_at
    assert len(task.urls()) == 2
    for url in task.urls():
        assert httpx.get(url).content.startswith(b"\x89PNG")


def test_its_wrapper_is_understood(client: sdk.Client) -> None:
    params = {"input": INPUT, "parameters": {"size": "768*768"}}
    task = wait(client, {"model": "wan26_i2i", "input": [{"params": params}]})
    assert len(task.urls()) == 1


def test_a_model_in_a_header_is_understood(client: sdk.Client) -> None:
    body = {name: value for name, value in EDIT.items() if name != "model"}
    task = client.modal.create(body, sdk.with_header("X-Model", "wan26_i2i"))
    assert (task.status, task.model) == ("in_progress", "wan26_i2i")


def test_it_searches_models_and_reads_their_texts(
    client: sdk.Client, heard: list[Exchange]
) -> None:
    every = client.modal.list_models()
    assert every.estimated_total_hits == len(every.hits) > 4
    assert heard[-1].request.query.startswith("q=")
    found = client.modal.search_models(sdk.ModelSearchParams(query="interleaved", limit=1))
    [hit] = found.hits
    assert (hit["id"], hit["media_type"], hit["output"]) == (
        "wan26_i2i",
        "image",
        ["text", "image"],
    )
    assert client.modal.get_model_skill(hit["id"]) == hit["skill_content"]
    with pytest.raises(sdk.SeaArtError, match="but wanproof does not know its limits yet"):
        client.modal.get_model_skill("wan27_i2v")


def test_texts_and_images_come_interleaved(client: sdk.Client) -> None:
    task = wait(client, INTERLEAVED)
    kinds = [part.type for part in task.output[0].content]
    assert kinds in (["text", "image"], ["text", "image", "text", "image"])
    assert len(task.urls()) == kinds.count("image")


def test_a_broken_rule_surfaces_as_a_failed_task(client: sdk.Client) -> None:
    with pytest.raises(sdk.SeaArtError) as raised:
        wait(client, {**EDIT, "parameters": {"n": 9}})
    assert raised.value.kind == sdk.ERR_TASK_FAILED
    assert raised.value.message == "task failed: n must be an integer between 1 and 4"


def test_the_code_of_a_failed_task_can_be_read(client: sdk.Client) -> None:
    task_id = client.modal.create({**EDIT, "parameters": {"seed": -1}}).id
    task = [client.modal.get(task_id) for _ in range(3)][-1]
    assert (task.status, task.error.code) == ("failed", "001021014")


def test_a_server_process_completes_fails_and_lists_models(tmp_path: Path) -> None:
    with start_server(tmp_path / "port", "--lifecycle", "polls:1") as (_, url):
        served = sdk.Client(sdk.ClientConfig(api_key="k", base_url=url, timeout=30))
        task = wait(served, {"model": "wan25_t2i_preview", "input": {"prompt": "a kite"}})
        assert (len(task.urls()), task.usage.cost) == (4, "0.12")
        assert httpx.get(task.urls()[3]).content.startswith(b"\x89PNG")
        with pytest.raises(sdk.SeaArtError, match="n must be an integer between 1 and 4"):
            wait(served, {**EDIT, "parameters": {"n": 9}})
        assert "wan25_t2i_preview" in [hit["id"] for hit in served.modal.list_models().hits]


def test_a_broken_rule_refused_at_create_surfaces_with_its_message(serve: Serve) -> None:
    client = connect(serve(reject_at_create={"vtrix"}))
    with pytest.raises(sdk.SeaArtError, match="n must be an integer between 1 and 4") as raised:
        client.modal.create({**EDIT, "parameters": {"n": 9}})
    assert raised.value.status == 400


def test_the_task_of_another_key_is_not_found(serve: Serve, heard: list[Exchange]) -> None:
    server = serve()
    task = connect(server, "alice").modal.create(EDIT)
    with pytest.raises(sdk.SeaArtError, match="Task not found") as raised:
        connect(server, "bob").modal.get(task.id)
    assert raised.value.status == 404
    assert heard[0].entry.tenant != heard[1].entry.tenant


def test_an_ill_formed_key_is_an_error_of_authorization(serve: Serve) -> None:
    with pytest.raises(sdk.SeaArtError, match="without blanks") as raised:
        connect(serve(), "two words").modal.create(EDIT)
    assert (raised.value.kind, raised.value.status) == (sdk.ERR_AUTH, 401)
