"""Input for the tests of commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

VALID = json.dumps(
    {
        "model": "wan26_i2i",
        "input": {
            "messages": [
                {
                    "role": "user",
                    "content": [{"text": "a cat"}, {"image": "https://example.com/cat.png"}],
                }
            ]
        },
    }
)


BROKEN = VALID[:-1] + ', "parameters": {"n": 9}}'


Outcome = tuple[int, str, str]


Run = Callable[..., Outcome]


def write(**texts: str) -> None:
    """Writes files: ``a_json`` is ``a.json``."""
    for name, text in texts.items():
        Path(name.replace("_", ".")).write_text(text)
