"""Hints: a payload changed as the hint says loses the finding and gains no error."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from representative_models import FORM_PARAMS
from wan_validators import Finding, lint
from wan_validators.catalog import catalog, find_representatives
from wan_validators.messages.context import apply_changes
from wan_validators.source import json_pointer
from wan_validators.spec import ModelSpec

from .independent_fixtures import Golden, check_each, golden, per_model

URL = "https://example.com/a.jpg"
INVALID = golden("invalid")
BASES = {
    spec.id: next(case.payload for case in golden("valid") if case.model == spec.id)
    for spec in catalog()
}

ADVICE = (
    "upload it to a public URL, or send it as a data: URI",
    ".*upload the file to a public URL.*",
    "the API cannot read .*",
    "scale the image before you send it",
    "convert .* to (JPEG|WAV)",
    "encode the whole file again, as .* for example",
    "flatten it: .*",
    "compress the file, or send a smaller one",
    "send a part of 3 to 30 seconds",
    "for several payloads, write one per line in a .jsonl file",
    "it belongs at /.*, with another value; where it is, the API ignores it.*",
    "did you mean .*[?] it must .*",
)
"""The hints in words only: no change of the payload alone can follow them."""


def check_hints(payload: Any, model: str | None) -> set[str]:
    """Checks every hint about *payload*, and returns the rules that have changes."""
    before = lint(payload, model)
    checked = set()
    for found in before.findings:
        if not found.changes:
            is_advice = found.hint is None or any(re.fullmatch(text, found.hint) for text in ADVICE)
            assert is_advice, found.hint
            continue
        after = lint(apply_changes(payload, found.changes), model)
        places = [(each.rule, each.pointer) for each in after.findings]
        assert (found.rule, found.pointer) not in places, found.hint
        assert count(after.errors) <= count(before.errors), found.hint
        checked.add(found.rule)
    return checked


def count(errors: list[Finding]) -> Counter[str]:
    return Counter(each.rule for each in errors)


@per_model(INVALID)
def test_hints_about_golden_payloads_work(cases: list[Golden]) -> None:
    check_each(lambda case: check_hints(case.payload, case.model), cases)


VALUES: tuple[Any, ...] = (
    *(None, True, 0, 1, -1, 5.0, 720, 10**30, "", " ", "5", "5s", "5,0", "-1", "random", "true"),
    *("1280x720", "1920*1080", "2K", "4:3", "16/9", "auto", "720p", "1080P", "8000*1000"),
    *(
        "1280 by 720",
        "１２８０＊７２０",
        "9*9",
        "1*1000000",
        "User",
        "a.png",
        "C:\\a.png",
        "s3://b/k",
    ),
    *(f" {URL}", "example.com/a.jpg", f"b'{URL}'", f'["{URL}"]', f"<{URL}>", "//example.com/a"),
    *(URL, "data:image/png,iVBORw0KGgo=", "blob:https://a/b", "http:/example.com/a b", "{", "[1]"),
    *([], [URL], [5], [1280, 720], {}, {"url": URL}, {"width": 4096, "height": 4096}),
    *({"prompt": "a", "img_url": URL}, [{"role": "user", "content": [{"text": "a"}]}]),
    *([{"text": "a"}, {"image": URL}], {"image_url": {"url": URL}}, "[]", "{}", f"{URL},{URL}"),
)
NAMES = (
    *("input", "parameters", "messages", "prompt", "image", "images", "img_url", "first_frame"),
    *("num_images", "n", "count", "size", "image_size", "width", "height", "aspect_ratio"),
    *("duration", "seconds", "quality", "audio", "audio_url", "negativePrompt", "SEED", "sead"),
    *("model", "payload", "text", "0", "a/b~c", "params", "resolution", "type", "content"),
)


def list_places() -> dict[str, list[str]]:
    """Returns the places of models, each once of those that have the same rows."""
    seen, places = set(), dict[str, list[str]]()
    for spec in find_representatives(catalog()):
        rows: dict[str, set[Any]] = {}
        for rule in spec.rules:
            facts = (rule.constraint, rule.severity, rule.when, rule.required, rule.nullable)
            rows.setdefault(rule.pointer, set()).add(facts)
        for pointer, facts_there in rows.items():
            key = (pointer, frozenset(facts_there))
            if key not in seen:
                places.setdefault(spec.id, []).append(pointer.replace("*", "0"))
                seen.add(key)
    return places


PLACES = list_places()
OBJECTS = [
    (spec.id, rule.pointer.replace("*", "0"))
    for spec in find_representatives(catalog())
    for rule in spec.unknown_member_rules
    if json_pointer.find(BASES[spec.id], rule.path)
]


@pytest.mark.parametrize("model", PLACES)
def test_hints_about_any_value_work(model: str) -> None:
    for pointer, value in product(PLACES[model], VALUES):
        path = json_pointer.parse(pointer)
        try:
            payload = json_pointer.put(BASES[model], path, value)
        except (TypeError, ValueError, IndexError):
            continue
        if type(payload) is not str:
            check_hints(payload, model)


@given(
    st.sampled_from(OBJECTS),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=5),
    st.sets(st.sampled_from(NAMES), max_size=3),
)
def test_hints_about_any_members_work(
    place: tuple[str, str], members: dict[str, Any], removed: set[str]
) -> None:
    model, pointer = place
    path = json_pointer.parse(pointer)
    old = json_pointer.value(BASES[model], path)
    old = old if type(old) is dict else {}
    new = {name: value for name, value in old.items() if name not in removed} | members
    check_hints(json_pointer.put(BASES[model], path, new), model)


@pytest.mark.parametrize("spec", FORM_PARAMS)
def test_the_hint_for_each_unknown_member_that_another_model_has_works(spec: ModelSpec) -> None:
    seen: set[tuple[str, str]] = set()
    for other in BASES.values():
        found = {(each.rule, each.pointer) for each in lint(other, spec.id).findings}
        if not found <= seen:
            check_hints(other, spec.id)
        seen |= found
