"""Payloads of wan26_i2i for the linter's benchmark."""

from __future__ import annotations

import json
from typing import Any, Final

__all__ = ["CONTENT", "EDITING", "PAYLOADS", "changed"]

CONTENT: Final = "four faults, two in the content"

EDITING = {
    "model": "wan26_i2i",
    "input": {
        "messages": [
            {
                "role": "user",
                "content": [{"text": "make it night"}, {"image": "https://example.com/in.png"}],
            }
        ]
    },
    "parameters": {"size": "1280*1280", "n": 1, "enable_interleave": False, "watermark": False},
}
"""The documented form as it stands in the vendor's example."""


def changed(payload: dict[str, Any], role: str = "user", **parameters: Any) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(payload))
    copy["input"]["messages"][0]["role"] = role
    copy["parameters"] |= parameters
    return copy


def with_content(payload: dict[str, Any], *parts: dict[str, str]) -> dict[str, Any]:
    copy = changed(payload)
    copy["input"]["messages"][0]["content"] = list(parts)
    return copy


PAYLOADS = {
    "valid": EDITING,
    "valid, interleaved": with_content(
        changed(EDITING, enable_interleave=True, max_images=3),
        {"text": "An illustrated guide to making tea"},
    ),
    "valid, long": with_content(
        changed(EDITING, n=2, seed=42, prompt_extend=True, negative_prompt="blurry, " * 15),
        {"text": "Rain at night, neon signs in the wet street, a woman in a red coat. " * 3},
        {"image": "https://example.com/uploads/2026/portrait-0042.jpg"},
        {"image": "https://example.com/uploads/2026/umbrella-0007.png"},
    ),
    "four faults": changed(EDITING, role="system", n=9, seed=-1, size="1280x720"),
    CONTENT: with_content(changed(EDITING, n=9, seed=-1), {"text": ""}, {"image": "in.png"}),
}
