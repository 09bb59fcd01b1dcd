"""``wanproof serve --edition``: what the mock serves, and what it says about the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from wan_mockserver.http.messages import Request
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.catalog import restrict, vendors

from .serve_runs import KEY, MULE, start_server

DASHSCOPE = "/api/v1/services/aigc/video-generation/video-synthesis"
NEWER = "/vendors/alibaba/v1/wan2.6-t2i/generation"
SPARK = "/vendors/mulerouter/v1/wan2.6-i2v-spark/generation"


@pytest.fixture
def older() -> Iterator[Simulator]:
    with restrict("2026-10"):
        yield Simulator()


def post(server: Simulator, path: str, body: Any) -> tuple[int, str]:
    headers = {**KEY, "Content-Type": "application/json", "X-DashScope-Async": "enable"}
    made = Request(method="POST", path=path, headers=headers, body=json.dumps(body).encode())
    answer = server.handle(made)
    return answer.status, answer.body.decode()


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        (NEWER, {"prompt": "a cat"}, "MuleRouter has the model wan2.6-t2i, but its table is of"),
        (SPARK, {"prompt": "a cat"}, "MuleRouter has the model wan2.6-i2v-spark, but its table"),
        (DASHSCOPE, {"model": "wan2.7-t2v"}, "Alibaba Model Studio has the model"),
    ],
)
def test_a_newer_model_is_a_404_that_names_the_edition(
    older: Simulator, path: str, body: Any, told: str
) -> None:
    status, text = post(older, path, body)

    assert status == 404
    assert told in text
    assert "2026-11, after the edition 2026-10; a later --edition, or none, has it" in text


def test_an_unknown_model_is_not_said_to_be_newer(older: Simulator) -> None:
    status, text = post(older, NEWER.replace("wan2.6-t2i", "wan9"), {"prompt": "a cat"})

    assert status == 404
    assert "there is no model" in text
    assert "edition" not in text
    assert [vendor.name for vendor in vendors()] == ["mulerouter", "vtrix"]


def test_the_command_serves_an_edition(tmp_path: Path) -> None:
    edit = {"prompt": "x", "images": ["https://example.com/a.jpg"], "n": 1}
    with start_server(tmp_path / "port", "--edition", "2026-10") as (_, url):
        assert httpx.post(url + MULE, json=edit, headers=KEY).status_code == 202
        newer = httpx.post(url + NEWER, json={"prompt": "x"}, headers=KEY)

    assert newer.status_code == 404
    assert "after the edition 2026-10" in newer.json()["detail"]
