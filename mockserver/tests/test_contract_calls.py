"""A client that has only a model's contract completes a call at the queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from wan_mockserver.http.messages import Request, Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.catalog import models_of
from wan_validators.vendors.vtrix import VENDOR as VTRIX

Make = Callable[..., Simulator]
Send = Callable[..., Response]

IMAGE = "https://example.com/in.png"
PART = [{"text": "a kite"}]
NEEDED = {"prompt": "a kite", "images": [IMAGE], "img_url": IMAGE}


def build_payload(contract: Any, name: str) -> dict[str, Any]:
    """Returns the members that the contract requires; text to image takes no image."""
    content = PART if name.endswith("t2i") else [*PART, {"image": IMAGE}]
    given = {**NEEDED, "messages": [{"role": "user", "content": content}]}
    return {name: given[name] for name in contract["input_schema"]["required"]}


@pytest.mark.parametrize("name", models_of(VTRIX))
def test_the_paths_of_a_contract_create_poll_and_fetch(
    simulator: Make, send: Send, name: str
) -> None:
    server = simulator(lifecycle=Polls(0))
    path = f"/api/v1/skill/model-contracts/{name}"
    page = server.handle(Request(method="GET", path=path, base_url="http://h:1"))
    contract = json.loads(page.body)["data"]
    paths = contract["endpoints"]

    def call(part: str, task: str = "", payload: Any = None) -> Any:
        path = paths[part]["path"].replace("{request_id}", task)
        response = send(server, paths[part]["method"], path, payload)
        assert response.status == 200, response.body
        return json.loads(response.body)

    task = call("submit", payload=build_payload(contract, name))["request_id"]

    assert call("status", task)["status"] == "COMPLETED"
    assert IMAGE not in (result := json.dumps(call("result", task)))
    assert "error" not in result
    assert ".mp4" in result or ".png" in result
    path = paths["cancel"]["path"].replace("{request_id}", task)
    assert send(server, paths["cancel"]["method"], path).status in (200, 202, 400, 409)
