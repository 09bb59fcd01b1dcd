"""Members that the official SDK of Model Studio adds to each call are no findings."""

from __future__ import annotations

from typing import Any

import pytest

from wan_validators import lint

VIDEO: dict[str, Any] = {
    "model": "wan2.6-i2v",
    "parameters": {"resolution": "720P"},
    "input": {
        "extend_prompt": True,
        "function": "video-synthesis",
        "prompt": None,
        "img_url": "https://example.com/a.png",
    },
}
MESSAGE = {"role": "user", "content": [{"text": "A cat"}]}
IMAGE: dict[str, Any] = {
    "model": "wan2.6-t2i",
    "input": {"messages": [MESSAGE]},
    "parameters": {"is_async": True, "n": 1},
}


def find_unknown(payload: Any, model: str) -> list[str]:
    found = lint(payload, model).findings
    return [each.pointer for each in found if each.rule == "unknown-member"]


def test_payloads_of_the_sdk_have_no_findings() -> None:
    for payload, model in ((VIDEO, "wan2.6-i2v"), (IMAGE, "dashscope/wan2.6-t2i")):
        assert lint(payload, f"dashscope/{payload['model']}").findings == []
        assert find_unknown({"model": model, "payload": payload}, model) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("extend_prompt", False),
        ("extend_prompt", 1),
        ("function", "image-synthesis"),
        ("is_async", True),
    ],
)
def test_other_values_and_places_are_still_unknown(name: str, value: Any) -> None:
    payload = {**VIDEO, "input": {**VIDEO["input"], name: value}}
    assert find_unknown(payload, "dashscope/wan2.6-i2v") == [f"/input/{name}"]


def test_other_vendors_do_not_know_them() -> None:
    payload = {
        "model": "wan26_t2i",
        "input": {"messages": [MESSAGE]},
        "parameters": {"is_async": 1},
    }
    assert find_unknown(payload, "wan26_t2i") == ["/parameters/is_async"]
