"""What is billed without being asked for, what is lost, and what the tables say of both."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from wan_validators import Severity, lint
from wan_validators.catalog import catalog, model
from wan_validators.commands import rules
from wan_validators.constraints.basic import Anything
from wan_validators.outputs import Images
from wan_validators.spec import ModelSpec

IMAGE = "https://example.com/a.jpg"
BARE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADU"
    "lEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def chat(**parameters: Any) -> dict[str, Any]:
    message = {"role": "user", "content": [{"text": "make it night"}, {"image": IMAGE}]}
    return {"model": "wan26_i2i", "input": {"messages": [message]}, "parameters": parameters}


def intl(prompt: str = "a cat", image: str = IMAGE, **more: Any) -> dict[str, Any]:
    given = {"prompt": prompt, "images": [image], **more}
    return {"model": "wan25_i2i_preview_intl", "input": given, "parameters": {"n": 1}}


@pytest.mark.parametrize("spec", catalog(), ids=lambda spec: spec.id)
def test_every_default_that_bills_more_than_one_image_is_reported(spec: ModelSpec) -> None:
    fields = dataclasses.asdict(spec.outputs) if isinstance(spec.outputs, Images) else {}
    billing = {fields[name] for name in ("count", "max_images") if fields.get(name)}
    defaults = {
        rule.pointer: rule.default
        for rule in spec.rules
        if rule.pointer in billing and type(rule.default) is int and rule.default > 1
    }

    notices = {
        rule.pointer: rule.message
        for rule in spec.rules
        if rule.pointer in billing and isinstance(rule.constraint, Anything) and rule.required
    }
    assert notices.keys() == defaults.keys()
    assert all(f" {defaults[at]} images" in (says or "") for at, says in notices.items())


def test_interleaved_output_without_a_maximum_is_reported() -> None:
    [finding] = lint(chat(enable_interleave=True)).findings

    assert (finding.rule, finding.severity) == ("max-images-default", Severity.INFO)
    assert finding.message == (
        "max_images is left out, and the default makes and bills up to 5 images"
    )
    assert not lint(chat(enable_interleave=True, max_images=2)).findings
    assert not lint(chat()).findings


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (
            intl("a" * 2001),
            "prompt will be cut at 2000 characters, and the rest is lost; shorten it",
        ),
        (
            intl(negative_prompt="a" * 501),
            "negative_prompt will be cut at 500 characters, and the rest is lost; shorten it",
        ),
    ],
)
def test_a_text_that_is_cut_says_where(payload: Any, message: str) -> None:
    [finding] = lint(payload).findings

    assert (finding.severity, finding.message) == (Severity.WARNING, message)


def test_bare_base64_is_an_error_where_the_page_gives_the_form() -> None:
    def severity(payload: Any, name: str) -> str:
        return next(
            str(f.severity) for f in lint(payload, name).findings if f.rule == "image-prefix"
        )

    assert severity(intl(image=BARE), "wan25_i2i_preview_intl") == "error"
    assert severity({"prompt": "a", "images": [BARE], "n": 1}, "wan2.5-i2i-preview") == "warning"


def test_a_last_frame_is_allowed_with_a_warning() -> None:
    payload = {"prompt": "a cat", "image": IMAGE, "last_frame": IMAGE}

    report = lint(payload, "wan2.2-i2v-plus")

    assert report.valid
    [finding] = report.findings
    assert (finding.rule, finding.pointer) == ("last-frame-undocumented", "/last_frame")
    assert "no table of the body" in finding.message


def test_a_notice_is_not_a_requirement() -> None:
    rows = {row["rule"]: row for row in rules.as_dict(model("wan25_i2i_preview_intl"))["rules"]}

    assert rows["n-default"]["required"] is False
    assert rows["input-object"]["required"] is True
    assert rows["size-format"]["default"] == "1280*1280"
    assert any("reported if left out" in line for line in rules.lines(model("wan26_i2i")))


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("rest", ["", "1", "X", "e5", ".5", '"a"'])
def test_a_word_that_starts_like_a_number_is_not_json(word: str, rest: str) -> None:
    report = lint(f'{{"prompt": "NaN", "seed": {word}{rest}}}', "wan2.5-i2i-preview")

    [finding] = report.findings
    assert finding.rule == "json-syntax"
    assert finding.message == f"this is not JSON: {word} is not allowed"
    assert (finding.line, finding.column) == (1, 27)
