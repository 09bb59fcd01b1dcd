"""Payloads written by hand from the documents: each file there is a case here.

A file in ``valid`` raises nothing worse than an info; one in ``invalid`` raises exactly one
finding, of the rule that its name begins with, with the severity and code of the page.
Payloads that would be too large for a file are listed below.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

import reference_linter
from wan_validators import Severity, lint
from wan_validators.catalog import catalog, model
from wan_validators.constraints.basic import KnownMembers
from wan_validators.constraints.media import MediaConstraint
from wan_validators.finding import Finding, Report
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import MISSING
from wan_validators.spec import ModelSpec, Rule

from . import files
from .independent_fixtures import Golden, check_each, golden, per_model

MIB = 1024 * 1024


def picture(size: int) -> str:
    """A PNG of *size* bytes, most of them after its end."""
    content = files.image("PNG", (384, 384), "1")
    return files.data_uri(content + b"\0" * (size - len(content)), "image/png")


def speech(size: int) -> str:
    """A WAV of *size* bytes that plays for about 16 seconds."""
    return files.data_uri(files.wav(size - 44, rate=1_000_000), "audio/wav")


def edit(image: str) -> dict[str, Any]:
    return {"prompt": "make it night", "images": ["https://example.com/in.png", image], "n": 1}


def film(**more: str) -> dict[str, Any]:
    image = "https://example.com/in.png"
    return {"prompt": "the cat runs", "image": image, "duration": 5, **more}


def intl(image: str) -> dict[str, Any]:
    given = {"prompt": "make it night", "images": [image]}
    return {"model": "wan25_i2i_preview_intl", "input": given, "parameters": {"n": 1}}


def chat(image: str) -> dict[str, Any]:
    message = {"role": "user", "content": [{"text": "make it night"}, {"image": image}]}
    return {"model": "wan26_i2i", "input": {"messages": [message]}}


def large(vendor: str, model: str, rule: str | None, payload: Any) -> Golden:
    name = f"{vendor}/{model}/large/{rule or 'valid'}"
    return Golden(vendor, model, name, json.dumps(payload).encode(), rule)


def largest() -> list[Golden]:
    most, sound = picture(10 * MIB), speech(15 * MIB)
    return [
        large("mulerouter", "wan2.5-i2i-preview", None, edit(most)),
        large("mulerouter", "wan2.5-i2v-preview", None, film(image=most, audio_url=sound)),
        large("mulerouter", "wan2.2-i2v-plus", None, film(image=most)),
        large("vtrix", "wan25_i2i_preview_intl", None, intl(most)),
        large("vtrix", "wan26_i2i", None, chat(most)),
    ]


def too_large() -> list[Golden]:
    over, sound = picture(10 * MIB + 1), speech(15 * MIB + 1)
    return [
        large("mulerouter", "wan2.5-i2i-preview", "image-bytes", edit(over)),
        large("mulerouter", "wan2.5-i2v-preview", "image-bytes", film(image=over)),
        large("mulerouter", "wan2.5-i2v-preview", "audio-bytes", film(audio_url=sound)),
        large("mulerouter", "wan2.2-i2v-plus", "image-bytes", film(image=over)),
        large("mulerouter", "wan2.2-i2v-plus", "image-bytes", film(last_frame=over)),
        large("vtrix", "wan25_i2i_preview_intl", "image-bytes", intl(over)),
        large("vtrix", "wan26_i2i", "image-bytes", chat(over)),
    ]


VALID = golden("valid")
INVALID = golden("invalid")
EVERY = VALID + INVALID


def facts(found: Finding) -> tuple[str, str, str | None]:
    return found.rule, str(found.severity), found.code


def bad(findings: Any) -> list[Finding]:
    return [found for found in findings if found.severity is not Severity.INFO]


@cache
def lint_text(case: Golden) -> Report:
    return lint(case.text, case.model)


@per_model(VALID)
def test_valid_payloads_raise_nothing_worse_than_an_info(cases: list[Golden]) -> None:
    def check(case: Golden) -> None:
        report = lint_text(case)
        assert report.model == case.model
        assert report.valid
        assert bad(report.findings) == []

    check_each(check, cases)


@per_model(INVALID)
def test_invalid_payloads_raise_the_rule_in_their_names_and_no_other(cases: list[Golden]) -> None:
    def check(case: Golden) -> None:
        report = lint_text(case)
        assert [facts(found) for found in report.findings] == [case.expected]
        assert report.valid == (report.findings[0].severity is not Severity.ERROR)

    check_each(check, cases)


@per_model(INVALID)
def test_their_pointers_lead_into_the_payloads_as_they_were_given(cases: list[Golden]) -> None:
    def check(case: Golden) -> None:
        [found] = lint_text(case).findings
        parent, _, last = found.pointer.rpartition("/")
        if found.value is MISSING:
            within = json_pointer.value(case.payload, json_pointer.parse(parent))
            assert isinstance(within, dict)
            assert last not in within
        else:
            value = json_pointer.value(case.payload, json_pointer.parse(found.pointer))
            assert value is not MISSING
            assert found.rule == "unknown-member" or value == found.value
        assert found.line is not None
        assert found.column is not None

    check_each(check, cases)


@per_model(INVALID)
def test_their_findings_can_be_written_as_json_and_say_something(cases: list[Golden]) -> None:
    def check(case: Golden) -> None:
        [found] = lint_text(case).findings
        assert len(json.dumps(found.as_dict(), allow_nan=False)) < 1_500
        assert 10 <= len(found.message) <= 400
        assert found.message.isprintable()

    check_each(check, cases)


@per_model(EVERY)
def test_payloads_are_not_changed_and_their_form_does_not_matter(cases: list[Golden]) -> None:
    def check(case: Golden) -> None:
        payload = case.payload
        of_value = lint(payload, case.model).findings
        of_text = lint_text(case).findings

        assert payload == case.payload
        assert [found._replace(line=None, column=None) for found in of_text] == list(of_value)

    check_each(check, [case for case in cases if type(case.payload) is not str])


@per_model(EVERY)
def test_the_oracle_agrees(cases: list[Golden]) -> None:
    def check(case: Golden) -> None:
        spec = model(case.model)
        unwrap = spec.vendor.unwrap if type(case.payload) is dict else None
        inner = unwrap(case.payload) if unwrap else None

        found = reference_linter.findings(spec, inner.payload if inner else case.payload)

        if case.rule is None:
            assert bad(found) == []
        else:
            expected = [] if inner and inner.ignored_pointers else [case.expected]
            assert [facts(each) for each in found] == expected

    check_each(check, cases)


def test_files_of_the_largest_size_are_accepted() -> None:
    for case in largest():
        assert bad(lint(case.text, case.model).findings) == [], case.name


def test_files_of_one_byte_more_are_refused() -> None:
    for case in too_large():
        report = lint(case.text, case.model)
        assert [facts(found) for found in report.findings] == [case.expected], case.name


LISTED_BELOW = {"image-bytes", "audio-bytes"}


FLAT = model("vtrix-queue/wan25_i2i_preview_intl")
"""A table that is derived for flat payloads."""

CORE = [
    model(name)
    for name in (
        *("wan2.5-i2i-preview", "wan2.5-i2v-preview", "wan2.2-i2v-plus"),
        *("wan25_i2i_preview_intl", "wan26_i2i"),
        *("dashscope/wan2.5-i2i-preview", "dashscope/wan2.5-i2v-preview"),
        "dashscope/wan2.2-i2v-plus",
    )
]
"""The models of the five documents, and the same three upstream.

Their payloads break every rule at every place. Other models share the rules of these.
"""


@pytest.mark.parametrize("spec", CORE, ids=lambda spec: spec.id)
def test_every_place_a_rule_looks_at_has_a_payload_that_breaks_it_there(spec: ModelSpec) -> None:
    broken = {(rule, at) for case in INVALID if case.model == spec.id for rule, at in places(case)}
    rows = {(rule.id, rule.pointer) for rule in spec.all_rules if rule.id not in LISTED_BELOW}

    assert rows - broken == set()


def test_every_row_that_models_have_in_common_has_a_payload_that_breaks_it() -> None:
    found = {shared(each.row) for case in INVALID for each in lint_text(case).findings}
    rows = {
        (spec.id, shared(rule))
        for spec in catalog()
        for rule in spec.all_rules
        if rule.id not in LISTED_BELOW
    }

    missing = [f"{model} {row.id} {row.pointer}" for model, row in rows if row not in found]
    assert missing == []


def shared(rule: Rule) -> Rule:
    """What models with the same row have in common: all but the default and the wording.

    For a limit on files this is also the place, and for members that are not known their names.
    """
    row = replace(rule, default=MISSING, message=None)
    if isinstance(rule.constraint, MediaConstraint):
        return replace(row, pointer="")
    if isinstance(rule.constraint, KnownMembers):
        return replace(row, constraint=KnownMembers(frozenset()))
    return row


def places(case: Golden) -> list[tuple[str, str]]:
    """Rule and place of each finding, with ``*`` for an index, as a row has them."""
    return [(found.rule, found.row.pointer) for found in lint(case.payload, case.model).findings]


@pytest.mark.parametrize("spec", catalog(), ids=lambda spec: spec.id)
def test_every_model_has_payloads_from_its_documents(spec: ModelSpec) -> None:
    valid = [case for case in VALID if (case.vendor, case.model) == (spec.vendor.name, spec.id)]
    least = 3 if spec in CORE else 1

    assert len([case for case in valid if "/documents-" in case.name]) >= least


def test_every_file_belongs_to_a_model() -> None:
    known = {(spec.vendor.name, spec.id) for spec in (*catalog(), FLAT)}

    assert {(case.vendor, case.model) for case in EVERY} == known


@pytest.mark.parametrize(
    ("file", "at"),
    [
        ("vtrix/wan26_i2i/invalid/size-pixels--wrapped.json", "/input/0/params/parameters/size"),
        ("vtrix/wan26_i2i/invalid/input-object--wrapped-missing.json", "/input/0/params/input"),
        ("vtrix/wan26_i2i/invalid/unknown-member--wrapped-beside-params.json", "/input/0/type"),
        (
            "vtrix/wan26_i2i/invalid/image-dimensions--wrapped-second-image.json",
            "/input/0/params/input/messages/0/content/2/image",
        ),
        (
            "vtrix/wan25_i2i_preview_intl/invalid/unknown-member--wrapped-second-item.json",
            "/input/1",
        ),
        (
            "vtrix/wan25_i2i_preview_intl/invalid/images-count--wrapped-missing.json",
            "/input/0/params/input/images",
        ),
        ("mulerouter/wan2.5-i2i-preview/invalid/image-dimensions--second-image.json", "/images/1"),
        ("mulerouter/wan2.5-i2i-preview/invalid/unknown-member--odd-name.json", "/a~1b~0c"),
    ],
)
def test_the_pointer_of_a_finding(file: str, at: str) -> None:
    [case] = [case for case in INVALID if case.name == file]

    assert [found.pointer for found in lint(case.text, case.model).findings] == [at]


def names_its_model(case: Golden) -> bool:
    return type(case.payload) is dict and case.payload.get("model") == case.model


def test_a_model_named_in_the_payload_need_not_be_named_again() -> None:
    def check(case: Golden) -> None:
        unnamed, named = lint(case.text), lint_text(case)
        assert (unnamed.model, list(unnamed.findings)) == (named.model, list(named.findings))

    check_each(check, [case for case in EVERY if names_its_model(case)])
