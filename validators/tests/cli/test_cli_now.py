"""The time of a run, and records that are not JSON between others."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

URL = "https://example.com/a.jpg?Expires=1735689600&Signature=a"
PAYLOAD = json.dumps({"prompt": "a cat", "images": [URL], "n": 1})


def rules(run: Any, *options: str) -> list[str]:
    code, out, _ = run(
        "lint", "a.jsonl", "--model", "wan2.5-i2i-preview", "--format", "json", *options
    )
    assert code != 3
    results = json.loads(out)["results"]
    return [finding["rule"] for each in results for finding in each["findings"]]


@pytest.mark.parametrize(
    ("moment", "expired"),
    [
        ("2025-01-01T00:00:00Z", True),
        ("2025-01-01", True),
        ("2024-12-31T23:59:59", False),
        ("1735689599", False),
        ("1735689600", True),
    ],
)
def test_the_time_of_a_run_can_be_given(wanproof: Any, moment: str, expired: bool) -> None:  # noqa: FBT001
    Path("a.jsonl").write_text(PAYLOAD, "utf-8")

    assert rules(wanproof, "--now", moment) == (["image-expired"] if expired else [])


def test_by_default_it_is_the_time_of_the_clock(
    wanproof: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.jsonl").write_text(PAYLOAD, "utf-8")

    monkeypatch.setattr(time, "time", lambda: 1735689599.0)
    assert rules(wanproof) == []
    monkeypatch.setattr(time, "time", lambda: 1735689600.0)
    assert rules(wanproof) == ["image-expired"]


@pytest.mark.parametrize("moment", ["soon", "99999999999999999999", ""])
def test_what_is_no_time_is_refused(wanproof: Any, moment: str) -> None:
    code, _, err = wanproof("lint", "a.jsonl", "--now", moment)

    assert code == 2
    assert "is not a time; write for example" in err


@pytest.mark.parametrize("word", ["NaN1", "Infinity5", "-InfinityX"])
def test_the_rest_of_a_batch_is_checked(wanproof: Any, word: str) -> None:
    Path("a.jsonl").write_text(f'{{"seed":{word}}}\n{PAYLOAD}\n', "utf-8")

    assert rules(wanproof, "--now", "1735689600") == ["json-syntax", "image-expired"]
