"""``wanproof rules``: what is documented, and what is in doubt, for people and programs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wan_validators.catalog import catalog
from wan_validators.cli import main


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["rules", *arguments]) == 0
    return capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], *models: str) -> list[dict[str, Any]]:
    document = json.loads(printed(capsys, "--format", "json", *models))
    assert document["version"] == 1
    models_: list[dict[str, Any]] = document["models"]
    return models_


def test_every_model_is_shown_unless_some_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert [each["model"] for each in as_json(capsys)] == [spec.id for spec in catalog()]
    assert [each["model"] for each in as_json(capsys, "wan26_i2i")] == ["wan26_i2i"]


def test_a_path_names_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    path = "/vendors/alibaba/v1/wan2.2-i2v-plus/generation"

    (shown,) = as_json(capsys, path)

    assert (shown["model"], shown["vendor"], shown["create"]) == (
        "wan2.2-i2v-plus",
        "mulerouter",
        path,
    )


def test_a_rule_has_all_that_is_known_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = as_json(capsys, "wan26_i2i")
    rules = {rule["rule"]: rule for rule in shown["rules"]}

    assert rules["n-range"] == {
        "rule": "n-range",
        "at": "/parameters/n",
        "code": "001021011",
        "severity": "error",
        "allowed": "1 to 4",
        "required": False,
        "nullable": False,
        "when": None,
        "default": 1,
    }
    assert rules["images-count"]["when"] == "enable_interleave = false or left out"
    assert rules["images-count-interleave"]["when"] == "enable_interleave = true"
    assert "default" not in rules["input-object"]
    assert rules["input-object"]["required"] is True


def test_ambiguities_of_the_page_and_the_vendor_are_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (shown,) = as_json(capsys, "wan26_i2i")
    about = {doubt["about"]: doubt for doubt in shown["doubts"]}

    assert about["text over the limit"]["taken"] == "rejected"
    assert about["text over the limit"]["rules"] == ["prompt-length", "negative-prompt-length"]
    assert len(about["where a 001021xxx code is returned"]["readings"]) == 2


def test_text_has_every_rule_and_every_ambiguity(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys)

    for spec in catalog():
        assert f"{spec.id}  ({spec.title})" in text
        assert all(f"ambiguity: {doubt.about}" in text for doubt in spec.ambiguities)
        assert all(f"  {rule.id} " in text for rule in spec.all_rules)
    assert "true or false; nullable; default true" in text
    assert "001021010 error   /parameters/n\n      1; when enable_interleave = true" in text


def test_an_unknown_model_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "wan26-i2v"]) == 2
    assert "did you mean wan2.6-i2v?" in capsys.readouterr().err


def test_a_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "001021012") == (
        "max-images-mode [001021012]  error, wan26_i2i\n"
        "  checks: /parameters/max_images: left out\n"
        "  only when: enable_interleave = false or left out\n"
        "  message: max_images is only valid when enable_interleave=true\n"
        "  why: The member has no meaning in this mode.\n"
        "  in doubt: max_images in editing mode: rejected\n"
        "  source: S4: Vtrix, model page wan26_i2i\n"
        "  a mistake costs: A task that fails has no result. The page says that only images that "
        "were generated successfully are billed.\n"
        '  breaks it: {"parameters": {"enable_interleave": false, "max_images": 2}, '
        '"model": "wan26_i2i", "input": {"messages": [{"role": "user", "content": '
        '[{"text": "A cat in the snow"}, {"image": "https://example.com/cat.jpg"}]}]}}\n'
        '  keeps it: {"parameters": {"enable_interleave": false}, "model": "wan26_i2i", '
        '"input": {"messages": [{"role": "user", "content": [{"text": "A cat in the snow"}, '
        '{"image": "https://example.com/cat.jpg"}]}]}}\n'
    )


def test_a_rule_is_explained_for_each_model_that_has_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = printed(capsys, "n-range")
    having = [spec for spec in catalog() if any(rule.id == "n-range" for rule in spec.rules)]
    assert text.count("  a mistake costs: ") == len(having) > 3
    assert text.startswith("n-range  error, wan2.5-i2i-preview\n")
    assert printed(capsys, "n-range", "S4").count("  a mistake costs: ") == 1


def test_a_code_of_a_failed_generation_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "001021097") == (
        "[001021097]\n  message: HTTP error response\n"
        "  why: no payload causes it: the API accepted the task, and the generation failed\n"
    )


def test_explanations_are_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "--format", "json", "prompt-length", "001021099", "wan26_i2i")
    first, second = json.loads(text)["rules"]

    assert (first["rule"], first["code"], first["model"]) == (
        "prompt-length",
        "001021006",
        "wan26_i2i",
    )
    assert first["passing"]["model"] == "wan26_i2i"
    [message] = first["failing"]["input"]["messages"]
    assert message["content"][0]["text"].endswith("… (2,001 characters)")
    assert (second["rule"], second["message"]) == (None, "Task creation error")


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["n-rang"], "there is no model and no rule 'n-rang'; did you mean n-range?"),
        (["wan26_i2i", "duration-choice"], "there is no rule duration-choice in wan26_i2i"),
        (["sora"], "wanproof knows no model 'sora'; known models:"),
    ],
)
def test_an_unknown_rule_is_a_usage_error(
    capsys: pytest.CaptureFixture[str], names: list[str], says: str
) -> None:
    assert main(["rules", *names]) == 2
    assert says in capsys.readouterr().err


def test_a_rule_about_the_text_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "json-bom") == (
        "json-bom  warning, every model\n"
        "  message: the text begins with a byte order mark, which JSON forbids; remove it\n"
        "  why: JSON begins without a byte order mark, and many parsers reject one.\n"
        "  source: RFC 8259, the definition of JSON\n"
        "  a mistake costs: The documents do not forbid it, so the task runs and is billed, and "
        "its result may be useless.\n"
        '  breaks it: \\ufeff{"prompt": "A cat in the snow", '
        '"image": "https://example.com/cat.jpg"}\n'
        '  keeps it: {"prompt": "A cat in the snow", "image": "https://example.com/cat.jpg"}\n'
    )
