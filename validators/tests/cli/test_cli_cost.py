"""``wanproof cost`` and ``wanproof lint --cost``: what is printed, and what fails."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from .cli_input import Run

LINES = """\
{"model": "wan26_i2i", "input": {"messages": [{"role": "user", "content": [{"text": "x"}, \
{"image": "https://example.com/a.png"}]}]}, "parameters": {"enable_interleave": true}}
{"model": "wan2.5-i2v-preview", "payload": {"prompt": "a cat", \
"image": "https://example.com/a.jpg", "resolution": "480P", "duration": 5}}
"""
BROKEN = '{"model": "wan2.5-i2v-preview", "payload": {"prompt": "a", "image": "x", "duration": 7}}'

TOTALS = """\
total: 2 payloads: 0.28 to 0.40 USD
  wan2.5-i2v-preview: 1 payload: 0.25 USD
    price: 0.05 USD a second at 480P, 0.10 USD a second at 720P, 0.15 USD a second at 1080P \
(two public price lists of the upstream model, which agree, 2026-10, confidence: medium)
  wan26_i2i: 1 payload: 0.03 to 0.15 USD
    price: 0.03 USD an image (a public price list of a related model, 2026-10, confidence: low)
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(LINES, encoding="utf-8")
    (tmp_path / "broken.json").write_text(BROKEN, encoding="utf-8")
    (tmp_path / "prices.toml").write_text('[wan26_i2i]\nusd = {image = "1"}\n', encoding="utf-8")


def test_each_payload_and_each_model_has_its_cost(wanproof: Run) -> None:
    code, out, err = wanproof("cost", "a.jsonl")

    assert (code, err) == (0, "")
    assert out == (
        "a.jsonl:1: wan26_i2i: 1 to 5 images: 0.03 to 0.15 USD\n"
        "  note: max_images is left out, and the default makes and bills up to 5 images\n"
        "a.jsonl:2: wan2.5-i2v-preview: 5 seconds of video at 480P: 0.25 USD\n" + TOTALS
    )


def test_a_payload_of_unknown_cost_is_not_free(wanproof: Run) -> None:
    code, out, _ = wanproof("cost", "broken.json", "a.jsonl")

    assert code == 0
    assert out.startswith(
        "broken.json: wan2.5-i2v-preview: unknown cost: duration is not valid, and it decides on "
        "the cost\n  note: it has 2 errors, so the vendor should refuse it; wanproof lint shows "
        "why\n"
    )
    assert "total: 3 payloads: 0.28 to 0.40 USD and 1 of unknown cost\n" in out
    assert "  wan2.5-i2v-preview: 2 payloads: 0.25 USD and 1 of unknown cost\n" in out


def test_json_has_the_same(wanproof: Run) -> None:
    code, out, _ = wanproof("cost", "--format", "json", "--max-cost", "0.30", "a.jsonl")
    document = json.loads(out)

    assert code == 1
    assert [each["cost"]["high_usd"] for each in document["results"]] == ["0.15", "0.25"]
    assert [each["record"] for each in document["results"]] == [1, 2]
    assert document["cost"] == {
        "payloads": 2,
        "low_usd": "0.28",
        "high_usd": "0.40",
        "unknown": 0,
        "models": [
            {
                "model": "wan2.5-i2v-preview",
                "payloads": 1,
                "low_usd": "0.25",
                "high_usd": "0.25",
                "unknown": 0,
            },
            {
                "model": "wan26_i2i",
                "payloads": 1,
                "low_usd": "0.03",
                "high_usd": "0.15",
                "unknown": 0,
            },
        ],
        "max_usd": "0.30",
        "problems": ["the payloads can cost 0.40 USD, which is 0.10 USD more than --max-cost 0.30"],
    }
    assert document["unreadable"] == []


def test_an_unknown_model_has_a_total_of_its_own(wanproof: Run, tmp_path: Path) -> None:
    (tmp_path / "sora.json").write_text('{"model": "sora"}', encoding="utf-8")

    _, out, _ = wanproof("cost", "sora.json")
    assert out.endswith(
        "total: 1 payload: unknown cost\n  unknown model: 1 payload: unknown cost\n"
    )
    assert "refuse" not in out


def test_json_without_a_known_cost_has_null(wanproof: Run) -> None:
    _, out, _ = wanproof("cost", "--format", "json", "broken.json")
    document = json.loads(out)

    assert (document["cost"]["high_usd"], document["cost"]["unknown"]) == (None, 1)
    assert document["cost"]["max_usd"] is None


@pytest.mark.parametrize("command", ["cost", "lint"])
@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--max-cost", "0.40"], 0, ""),
        (["--max-cost", "0.399"], 1, "0.40 USD, which is 0.001 USD more than --max-cost 0.399"),
        (["--max-cost", "0.40", "--prices", "prices.toml"], 1, "5.25 USD, which is 4.85 USD more"),
        (["--prices", "none.toml"], 2, "cannot read --prices none.toml: No such file"),
        (["--prices", "a.jsonl"], 2, "--prices: a.jsonl is not valid TOML"),
        (["--max-cost", "much"], 2, "'much' is not valid; allowed: an amount in USD"),
    ],
)
def test_a_maximum_fails_the_command(
    wanproof: Run, command: str, options: list[str], code: int, says: str
) -> None:
    got, _, err = wanproof(command, *options, "a.jsonl")

    assert got == code
    assert says in err


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        ([], 1, "1 payload of unknown cost cannot be compared with --max-cost; correct the"),
        (["--allow-unknown-cost"], 0, ""),
    ],
)
def test_a_maximum_does_not_take_an_unknown_cost_for_zero(
    wanproof: Run, options: list[str], code: int, says: str
) -> None:
    got, _, err = wanproof("cost", "--max-cost", "9", *options, "broken.json")

    assert (got, says in err) == (code, True)
    assert ("unknown" in err) == bool(says)


def test_lint_shows_costs_after_the_findings(wanproof: Run) -> None:
    code, out, _ = wanproof("lint", "--cost", "a.jsonl")

    assert code == 0
    assert "a.jsonl:1: wan26_i2i: 1 to 5 images: 0.03 to 0.15 USD\n" in out
    assert out.endswith("2 payloads, 2 valid, 0 errors, 0 warnings\n" + TOTALS)
    assert "USD" not in wanproof("lint", "a.jsonl")[1]


def test_the_json_of_lint_has_costs_only_if_they_are_wanted(wanproof: Run) -> None:
    plain = json.loads(wanproof("lint", "--format", "json", "a.jsonl")[1])
    priced = json.loads(wanproof("lint", "--format", "json", "--cost", "a.jsonl")[1])

    assert "cost" not in {*plain, *plain["results"][0]}
    assert priced["results"][1]["cost"]["high_usd"] == "0.25"
    assert priced["cost"]["high_usd"] == "0.40"


def test_a_file_that_cannot_be_read_is_reported_and_the_rest_is_estimated(wanproof: Run) -> None:
    code, out, err = wanproof("cost", "none.json", "a.jsonl")

    assert (code, err) == (2, "wanproof: cannot read none.json: No such file or directory\n")
    assert out.endswith(TOTALS)


def test_standard_input_is_read(wanproof: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def pipe(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    pipe(LINES.splitlines()[0])
    assert wanproof("cost")[1].startswith("<stdin>: wan26_i2i: 1 to 5 images")
    pipe(LINES)
    assert "<stdin>:2: wan2.5-i2v-preview: 5 seconds" in wanproof("cost", "--jsonl", "-")[1]
    pipe("")
    assert wanproof("cost", "--jsonl")[:2] == (0, "")
    monkeypatch.setattr(sys, "stdin", None)
    assert "no files given" in wanproof("cost")[2]


def test_the_model_can_be_named(wanproof: Run, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"prompt": "a", "images": ["x"], "n": 2}', encoding="utf-8")

    assert (
        "p.json: wan2.5-i2i-preview: 2 images: 0.06 USD\n"
        in (wanproof("cost", "--model", "wan2.5-i2i-preview", "p.json")[1])
    )
    assert wanproof("cost", "--model", "sora", "p.json")[0] == 2


def test_requests_are_read_and_other_files_are_not(wanproof: Run, tmp_path: Path) -> None:
    url = "https://api.example.com/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
    (tmp_path / "package.json").write_text('{"name": "x"}', encoding="utf-8")
    data = '{"prompt": "a", "images": ["https://example.com/a.png"], "n": 2}'
    text = f"curl {url} -d '{data}'\ncurl {url}/7\ncurl {url}s -d '{{\"model\": 1}}'\n"
    (tmp_path / "a.curl").write_text(text, encoding="utf-8")
    out = wanproof("cost", ".")[1]
    assert out.startswith("./a.curl: wan2.5-i2i-preview: 2 images: 0.06 USD\n")
    assert "package.json" not in out
