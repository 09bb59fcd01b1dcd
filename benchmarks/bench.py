"""How fast `lint` is beside its peers, as ratios: all are timed in turn, in one run.

The best of many short rounds is taken for each, since noise only ever adds. Run by
``make bench``; nothing here can fail a build.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from peers import by_jsonschema, by_pydantic
from rich.console import Console
from rich.table import Table
from timing import interleaved, per_call

from wan_validators import lint

ROUNDS, CALLS = 60, 2000
US = 1_000_000

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
    "four faults, two in the content": with_content(
        changed(EDITING, n=9, seed=-1), {"text": ""}, {"image": "in.png"}
    ),
}

CONTENDERS: dict[str, Callable[[Any], Sequence[Any]]] = {
    "lint": lambda payload: lint(payload).findings,
    "jsonschema-rs": by_jsonschema,
    "pydantic": by_pydantic,
}


def best_times(payload: Any) -> dict[str, float]:
    """Microseconds a call, the least of all rounds, for each contender."""
    measures = {
        name: per_call(partial(check, payload), CALLS) for name, check in CONTENDERS.items()
    }
    return {name: min(times) * US for name, times in interleaved(measures, ROUNDS).items()}


def main() -> int:
    table = Table(
        title="wan26_i2i, parsed payload, microseconds a call (best of interleaved rounds)"
    )
    for column in ("payload", *CONTENDERS, "vs jsonschema-rs", "vs pydantic", "found"):
        table.add_column(column, justify="left" if column == "payload" else "right")
    for title, payload in PAYLOADS.items():
        times = best_times(payload)
        ours, *theirs = times.values()
        found = "/".join(str(len(check(payload))) for check in CONTENDERS.values())
        ratios = [f"{their / ours:.2f}x" for their in theirs]
        table.add_row(title, *(f"{time:.2f}" for time in times.values()), *ratios, found)
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
