"""``--edition``: the tables of a date, so that an upgrade changes no result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wan_validators.catalog import (
    UnknownModel,
    catalog,
    describe_edition,
    find_excluded,
    model,
    restrict,
)
from wan_validators.cli import main

CORE = [spec.id for spec in catalog() if spec.on == "2026-10"]


@pytest.mark.parametrize("date", ["2026-10", "2026-10-01", "2026-10-31"])
def test_an_older_edition_has_the_models_of_its_date(
    date: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "--format", "json", "--edition", date]) == 0
    assert [each["model"] for each in json.loads(capsys.readouterr().out)["models"]] == CORE
    assert len(CORE) < len(catalog())


def test_a_later_edition_has_all_models(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--format", "json", "--edition", "2027-01-01"]) == 0
    assert len(json.loads(capsys.readouterr().out)["models"]) == len(catalog())


def test_a_newer_model_is_unknown_to_lint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "payload.json"
    file.write_text('{"prompt": "a cat", "n": 1}')

    arguments = ["lint", "--model", "wan2.6-t2i", str(file)]
    assert main(arguments) == 0
    assert main([*arguments, "--edition", "2026-10"]) == 2
    assert "'wan2.6-t2i' in the edition 2026-10; " in capsys.readouterr().err
    assert main(arguments) == 0


def test_a_newer_model_is_unknown_to_cost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "payload.json"
    file.write_text('{"model": "wan2.6-t2i", "prompt": "a cat", "n": 2}')

    assert main(["cost", str(file)]) == 0
    assert "2 images: 0.06 USD" in capsys.readouterr().out
    assert main(["cost", str(file), "--edition", "2026-10"]) == 0
    assert "the model is not known" in capsys.readouterr().out
    assert main(["cost", "--model", "wan2.6-t2i", str(file), "--edition", "2026-10"]) == 2
    assert "'wan2.6-t2i' in the edition 2026-10" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    [
        "mulerouter/wan2.6-t2i",
        "dashscope/wan2.7-t2v-2026-04-25",
        "https://example.com/vendors/alibaba/v1/wan2.6-t2i/generation",
    ],
)
def test_what_an_edition_leaves_out_is_found_by_name_and_path(name: str) -> None:
    newer = model(name)
    assert find_excluded(name) == ()
    with restrict("2026-10"):
        assert find_excluded(name) == (newer,)
        assert newer.name in describe_edition(newer)
        assert "a later --edition" in describe_edition(newer)
        assert find_excluded("vtrix/wan26_i2i") == ()
        assert find_excluded(None) == ()


@pytest.mark.parametrize(
    ("date", "message"),
    [
        ("2026", "--edition '2026' is not a date such as 2026-10 or 2026-10-31"),
        ("newest", "--edition 'newest' is not a date such as 2026-10"),
        ("2025-12", "--edition 2025-12: there were no tables yet; the first are of 2026-10"),
    ],
)
def test_a_wrong_date_is_explained(
    date: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "--edition", date]) == 2
    assert message in capsys.readouterr().err


def test_a_restriction_ends_with_its_block() -> None:
    with restrict("2026-10"), pytest.raises(UnknownModel, match="in the edition 2026-10"):
        model("wan2.6-t2i")
    assert model("wan2.6-t2i").id == "wan2.6-t2i"
