"""What the rules of a model rest on: its source, date and confidence, and what is not known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wan_validators.catalog import catalog
from wan_validators.cli import main


def test_rules_show_source_date_confidence_and_gaps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "wan2.6-t2v"]) == 0
    text = capsys.readouterr().out
    assert (
        "  MuleRouter, wan2.6-t2v: the page's overview and examples, and the vendor's public "
        "client for the limits of texts (read in 2026-11, confidence medium)\n"
    ) in text
    assert "  not known: the frame rate; the mock makes 24 frames a second, as for wan2.5\n" in text

    assert main(["rules", "--format", "json"]) == 0
    models = {each["model"]: each for each in json.loads(capsys.readouterr().out)["models"]}
    assert models["wan2.6-t2i"]["on"] == "2026-11"
    assert models["wan2.6-t2i"]["confidence"] == "medium"
    assert models["wan2.6-t2v"]["gaps"][1].startswith("the frame rate")
    core = [name for name, each in models.items() if each["on"] == "2026-10"]
    assert core == [*models][:5]
    assert all(models[name]["gaps"] == [] for name in core)


def test_lint_shows_what_a_rule_rests_on_unless_its_page_was_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "payload.json"
    file.write_text('{"prompt": "a cat", "n": 5}')

    def linted(model: str, *more: str) -> Any:
        main(["lint", "--model", model, *more, str(file)])
        return capsys.readouterr().out

    assert "  basis: MuleRouter, wan2.6-t2i: the page's overview" in linted("wan2.6-t2i")
    assert "basis" not in linted("wan2.5-i2i-preview")
    [result] = json.loads(linted("wan2.6-t2i", "--format", "json"))["results"]
    assert result["findings"][0]["basis"].endswith("(read in 2026-11, confidence medium)")
    [result] = json.loads(linted("wan2.5-i2i-preview", "--format", "json"))["results"]
    assert "basis" not in result["findings"][0]


def test_what_is_said_of_a_source_is_complete() -> None:
    for spec in catalog():
        assert spec.confidence in {"high", "medium", "low"}
        assert spec.on.startswith("2026-")
        assert (spec.on == "2026-10") == (spec.source[0] == "S" and spec.source[1].isdigit())
        assert spec.confidence == "high" or spec.gaps or spec.ambiguities
