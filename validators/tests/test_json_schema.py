"""The JSON Schemas of payloads accept what the linter accepts, where a schema can say it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from wan_validators.catalog import catalog, list_all_specs, model
from wan_validators.cli import main
from wan_validators.json_schema import DRAFTS, build_document
from wan_validators.linter import lint
from wan_validators.outputs import Images
from wan_validators.spec import ModelSpec

PAYLOADS = Path(__file__).parents[2] / "fixtures" / "payloads"

VALIDATORS: dict[str, Callable[[Any], Any]] = {
    "2020-12": Draft202012Validator,
    "07": Draft7Validator,
}

WORDLESS = {
    "size-pixels",
    "size-ratio",
    "image-source",
    "image-base64",
    "image-prefix",
    "image-format",
    "image-transparency",
    "image-dimensions",
    "image-aspect",
    "audio-source",
    "audio-base64",
    "audio-format",
    "audio-duration",
}
"""Rules that JSON Schema cannot express, except that a reference is not an empty text."""

ACROSS_MEMBERS = {
    "media-data",
    "videos-count",
    "color-palette-sum",
    "bbox-list-images",
    "size-with-images",
    "duration-with-video",
}
"""Rules about several members, or about all items of an array together."""

SPECS = pytest.mark.parametrize("spec", catalog(), ids=lambda spec: spec.id)
EVERY_DRAFT = pytest.mark.parametrize("draft", DRAFTS)


def golden(spec: ModelSpec, kind: str) -> list[Path]:
    return sorted((PAYLOADS / spec.vendor.name / spec.name / kind).glob("*.json"))


def accepts(file: Path, draft: str) -> bool:
    spec = model("/".join(file.parts[-4:-2]))
    payload = json.loads(file.read_bytes())
    inner = spec.vendor.unwrap(payload) if spec.vendor.unwrap and type(payload) is dict else None
    return bool(validator(spec.id, draft).is_valid(inner.payload if inner else payload))


@cache
def validator(name: str, draft: str) -> Any:
    return VALIDATORS[draft](build_document(model(name), draft))


@EVERY_DRAFT
@SPECS
def test_a_schema_is_valid_and_has_a_name_of_its_own(spec: ModelSpec, draft: str) -> None:
    schema = build_document(spec, draft)

    VALIDATORS[draft].check_schema(schema)  # type: ignore[attr-defined]
    assert schema["$schema"] == DRAFTS[draft]
    assert schema["$id"] == f"urn:wanproof:schema:{spec.id}:{draft}"


@EVERY_DRAFT
@SPECS
def test_valid_payloads_match_the_schema(spec: ModelSpec, draft: str) -> None:
    files = golden(spec, "valid")

    assert files
    assert [file.name for file in files if not accepts(file, draft)] == []


@EVERY_DRAFT
@SPECS
def test_invalid_payloads_match_only_if_no_schema_can_express_the_rule(
    spec: ModelSpec, draft: str
) -> None:
    wrong = []
    for file in golden(spec, "invalid"):
        report = lint(file.read_bytes(), spec.qualified_name)
        rule, value = report.findings[0].rule, report.findings[0].value
        # Draft 07 cannot express a maximum number of items that have a member.
        got = str(report.findings[0].got)
        is_uncounted = draft == "07" and re.fullmatch("[1-9][0-9]* [a-z]+ objects?", got)
        # JSON Schema counts 3.0 as an integer, the vendors do not.
        is_whole = rule not in WORDLESS and type(value) is float and value.is_integer()
        is_wordless = rule in WORDLESS and value != ""
        is_set = rule in ACROSS_MEMBERS or (rule == "media-set" and type(value) is list)
        expected = report.valid or is_wordless or is_whole or bool(is_uncounted) or is_set
        if accepts(file, draft) != expected:
            wrong.append(file.name)

    assert wrong == []


@SPECS
def test_the_descriptions_name_each_rule_without_a_keyword(spec: ModelSpec) -> None:
    described = json.dumps(build_document(spec, "2020-12"))

    for rule in spec.all_rules:
        if rule.id in WORDLESS:
            assert f"{rule.id}: " in described


@SPECS
def test_draft_07_has_no_keyword_of_a_later_draft(spec: ModelSpec) -> None:
    text = json.dumps(build_document(spec, "07"))

    assert not re.findall('"(prefixItems|minContains|maxContains)"', text)
    interleaves = isinstance(spec.outputs, Images) and spec.outputs.interleave is not None
    assert ("1 to 4 objects with image" in text) == interleaves


@SPECS
def test_an_empty_text_is_not_an_image(spec: ModelSpec) -> None:
    folder = PAYLOADS / spec.vendor.name / spec.name / "valid"
    text = next(folder.glob("documents-*.json")).read_text(encoding="utf-8")
    validator = Draft202012Validator(build_document(spec, "2020-12"))
    assert validator.is_valid(json.loads(text))
    for start in ("https://", "http://", "data:"):
        changed = re.sub(rf'"{start}[^"]*"', '""', text)
        if changed != text:
            assert not validator.is_valid(json.loads(changed))


def test_a_choice_that_may_be_null_lists_it() -> None:
    spec = model("wan2.5-i2v-preview")
    rules = [replace(each, nullable=each.id == "duration-choice") for each in spec.rules]

    schema = build_document(replace(spec, rules=tuple(rules)), "07")

    duration = schema["properties"]["duration"]
    assert (duration["enum"], duration["type"]) == ([5, 10, None], ["integer", "null"])


def test_the_command_prints_one_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "wan26_i2i", "--draft", "07"]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed == build_document(model("wan26_i2i"), "07")


def test_the_command_writes_all_schemas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "schemas"

    assert main(["schema", "--all", str(folder)]) == 0

    files = {str(file.relative_to(folder).with_suffix("")): file for file in folder.rglob("*.json")}
    assert {*files} == {spec.id for spec in list_all_specs()}
    assert {*capsys.readouterr().out.split()} == {*map(str, files.values())}
    for name, file in files.items():
        written = json.loads(file.read_text(encoding="utf-8"))
        assert written == build_document(model(name), "2020-12")


@pytest.mark.parametrize("arguments", [[], ["wan26_i2i", "--all", "schemas"]])
def test_the_command_needs_one_model_or_all(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schema", *arguments]) == 2
    assert "name one model, or --all FOLDER" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "schemas").touch()

    assert main(["schema", "--all", str(tmp_path / "schemas")]) == 2
    assert f"cannot write {tmp_path / 'schemas'}" in capsys.readouterr().err
