"""Safe fixes: what is changed, what is left to the author, and what else stays as it was."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from wan_validators import lint
from wan_validators.catalog import model as get_model
from wan_validators.fixes import fix
from wan_validators.source.edits import Edit, edit_text
from wan_validators.source.json_pointer import put

from . import files
from .independent_fixtures import Golden, check_each, golden, per_model

IMAGE = "https://example.com/a.jpg"
I2I, I2V = "wan2.5-i2i-preview", "wan2.5-i2v-preview"
PNG = base64.b64encode(files.image("PNG", (400, 400), "1")).decode()


def edit(members: str) -> str:
    return f'{{"prompt": "a", "images": ["{IMAGE}"], "n": 1{members}}}'


def film(members: str) -> str:
    return f'{{"prompt": "a", "image": "{IMAGE}"{members}}}'


@pytest.mark.parametrize(
    ("model", "before", "after"),
    [
        (I2I, edit(', "size": "1280x720"'), edit(', "size": "1280*720"')),
        (I2I, edit(', "size" : "1280 X 720" '), edit(', "size" : "1280*720" ')),
        (I2I, edit(', "size":"1280×720"'), edit(', "size":"1280*720"')),
        (I2I, edit(', "seed": "7"'), edit(', "seed": 7')),
        (I2I, edit(', "seed": " 7 "'), edit(', "seed": 7')),
        (I2I, edit(', "seed": 7.0'), edit(', "seed": 7')),
        (I2I, edit(', "prompt_extend": "True"'), edit(', "prompt_extend": true')),
        (I2I, edit(', "prompt_extend": "false"'), edit(', "prompt_extend": false')),
        (I2I, edit(', "sede": 7'), edit(', "seed": 7')),
        (I2I, edit(', "Seed": 7'), edit(', "seed": 7')),
        (
            I2I,
            '{"prompt": "a", "images": ["https://example.com/a.jpg "], "n": 1}',
            '{"prompt": "a", "images": ["https://example.com/a.jpg"], "n": 1}',
        ),
        (I2I, edit(', "negativePrompt": "x"'), edit(', "negative_prompt": "x"')),
        (I2V, film(', "resolution": "720p"'), film(', "resolution": "720P"')),
        (I2V, film(', "resolution": "720"'), film(', "resolution": "720P"')),
        (I2V, film(', "resolution": 1080'), film(', "resolution": "1080P"')),
        (I2V, film(', "duration": "5"'), film(', "duration": 5')),
        (I2V, film(', "duration": "5s"'), film(', "duration": 5')),
        (I2V, film(', "Duration": "10"'), film(', "duration": 10')),
        (I2V, film(', "duratoin": 10'), film(', "duration": 10')),
        (
            I2V,
            f'{{"prompt": "a", "image": "data:image/jpeg;base64,{PNG}"}}',
            f'{{"prompt": "a", "image": "data:image/png;base64,{PNG}"}}',
        ),
        (
            I2V,
            f'{{"prompt": "a", "image": "data:image\\/jpeg;base64,{PNG}"}}'.replace("//", "\\/\\/"),
            f'{{"prompt": "a", "image": "data:image\\/png;base64,{PNG}"}}'.replace("//", "\\/\\/"),
        ),
    ],
)
def test_a_value_is_written_in_the_documented_way(model: str, before: str, after: str) -> None:
    fixed = fix(before.encode(), model)

    if "\\/" in before:  # every / of the string is written in the style of the text
        after = after.replace("\\/", "/").replace("/", "\\/")
    assert fixed.data.decode() == after
    assert fixed.fixes >= 1
    assert fix(fixed.data, model).fixes == 0


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (I2I, edit(', "n": 2')),  # the member occurs twice
        (I2I, edit(', "size": "16:9"')),  # another size, not another notation
        (I2I, edit(', "size": "100x100"')),
        (I2I, edit(', "size": 1280')),
        (I2I, edit(', "size": null')),
        (I2I, edit(', "seed": "-1"')),
        (I2I, edit(', "seed": 1.5')),
        (I2I, edit(', "prompt_extend": 1')),
        (I2I, edit(', "prompt_extend": "yes"')),
        (I2I, edit(', "num_images": 2')),
        (I2I, edit(', "strength": 0.5')),
        (I2I, '{"prompt": "a", "images": ["example.com/a.jpg"], "n": 1}'),
        (I2I, f'{{"prompt": "a", "images": "{IMAGE}", "n": 1}}'),
        (I2I, f'{{"prompt": ["a"], "images": ["{IMAGE}"], "n": 1}}'),
        (I2V, film(', "duration": 7')),
        (I2V, film(', "duration": "7"')),
        (I2V, film(', "duration": "5.5"')),
        (I2V, film(', "resolution": "4K"')),
        (I2V, film(', "length": 5')),
        (I2V, film(', "durations": [5]')),
        (
            None,
            '{"model": "wan25_i2i_preview_intl", "input": {"images": ["x"]}, "seed": 1}',
        ),
        (I2V, film(', "length": "5"')),
        (I2V, film(', "parameters": {"seed": 1}')),
        (I2V, '{"text": "a", "image": "https://example.com/a.jpg"}'),
        (I2V, '{"prompt": "a"'),
        (I2V, "[]"),
        (None, '{"model": "wan26-i2i"}'),
    ],
)
def test_what_the_author_means_is_not_guessed(model: str | None, text: str) -> None:
    assert fix(text.encode(), model) == (text.encode(), 0)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_a_text_that_is_not_utf_8_stays(encoding: str) -> None:
    data = edit(', "size": "1280x720", "negative_prompt": "é"').encode(encoding)
    assert fix(data, I2I) == (data, 0)


def test_marks_line_ends_and_blanks_stay() -> None:
    before = (
        b'\xef\xbb\xbf{\r\n\t"promt" :  "\\u00e9 \xc3\xa9",\r\n "image":"x:y" , "seed":"1"}\r\n\r\n'
    )
    fixed = fix(before, I2V)

    assert fixed == (before.replace(b"promt", b"prompt").replace(b'"1"', b"1"), 2)


def test_each_line_is_a_payload() -> None:
    first, second = edit(', "seed": "1"'), edit(', "seed": [')
    lines = f"{first}\r\n\n{second}\n{first}".encode()

    fixed = fix(lines, I2I, lined=True)
    assert fixed == (lines.replace(b'"seed": "1"', b'"seed": 1'), 2)


def test_a_wrapped_payload_is_fixed_in_its_place() -> None:
    inner = '{"prompt": "a", "images": ["https://example.com/a.jpg"], "n": %s}'
    envelope = f'{{"id": 7, "model": "{I2I}", "payload": {inner}}}'

    assert fix((envelope % '"2"').encode()).data.decode() == envelope % "2"


def test_there_is_a_maximum_of_fixes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wan_validators.fixes.MAX_FIXES", 1)
    assert fix(edit(', "seed": "1", "size": "1280x720"').encode(), I2I).fixes == 1


def test_an_edit_of_what_is_not_there_is_none() -> None:
    assert edit_text("{}", [Edit("/a", value=(1,))]) is None
    assert edit_text('{"a": null}', [Edit("/a", name=("b",), value=(None,))]) == '{"b": null}'


@pytest.mark.parametrize("depth", [10, 500, *range(700, 1000, 11), 5000])
def test_deep_nesting_is_no_problem(depth: int) -> None:
    data = edit(f', "seed": "1", "x": {"[" * depth}{"]" * depth}').encode()
    fixed = fix(data, I2I)

    assert fixed.data in (data, data.replace(b'"1"', b"1"))
    assert depth > 10 or fixed.fixes == 1


@per_model(golden("invalid"))
def test_fixing_never_adds_an_error_and_ends(cases: list[Golden]) -> None:
    def check(case: Golden) -> None:
        fixed = fix(case.text, case.model)
        before, after = (lint(text, case.model) for text in (case.text, fixed.data))

        assert len(after.errors) <= len(before.errors)
        assert (after.findings == before.findings) == (fixed.fixes == 0)
        assert fix(fixed.data, case.model) == (fixed.data, 0)

    check_each(check, cases)


def iter_faults(model: str, payload: Any, pointer: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Yields functions that write one value or name of *payload* in another way."""
    if type(payload) is dict:
        for name, member in payload.items():
            yield from iter_faults(model, member, (*pointer, name))
    elif type(payload) is list:
        for index, item in enumerate(payload):
            yield from iter_faults(model, item, (*pointer, index))
    for written in iter_notations(payload):
        yield partial(put, path=pointer, value=written)
    names = {rule.pointer.rpartition("/")[2] for rule in get_model(model).rules}
    name = pointer[-1] if pointer else ""
    if name in names and len(name) > 5 and not any(type(part) is int for part in pointer):
        for other in (name.title(), name[:-2] + name[:-3:-1], f"{name}s"):
            yield partial(rename, pointer=pointer, name=other)


def iter_notations(value: Any) -> Iterator[Any]:
    match value:
        case bool():
            yield from (json.dumps(value), str(value))
        case int():
            yield from (str(value), float(value), f" {value} ")
        case str() if re.fullmatch(r"\d+\*\d+", value):
            yield from (value.replace("*", mark) for mark in ("x", "X", " x ", "×"))
        case str() if re.fullmatch(r"\d+P", value):
            yield from (value.lower(), f" {value}", value[:-1])
        case _:
            pass


def rename(document: Any, pointer: tuple[Any, ...], name: str) -> Any:
    """Returns *document* with the last name of *pointer* replaced, in its place."""
    if len(pointer) > 1:
        return {
            key: rename(member, pointer[1:], name) if key == pointer[0] else member
            for key, member in document.items()
        }
    return {name if key == pointer[0] else key: member for key, member in document.items()}


FORMATS: list[Callable[[Any], str]] = [
    json.dumps,
    lambda value: json.dumps(value, indent=2),
    lambda value: json.dumps(value, indent="\t", ensure_ascii=False) + "\n",
    lambda value: json.dumps(value, separators=(" ,", ":")),
]


@given(st.data(), st.sampled_from(golden("valid")), st.sampled_from(FORMATS))
@settings(deadline=None)
def test_a_valid_payload_comes_back_after_any_fault(
    data: st.DataObject, case: Golden, write: Callable[[Any], str]
) -> None:
    """Byte for byte: only the fault is changed."""
    payload = case.payload
    assume(not any(finding.severity != "info" for finding in lint(payload, case.model).findings))
    for _ in range(data.draw(st.integers(1, 3))):
        faults = list(iter_faults(case.model, payload))
        assume(faults)
        changed = data.draw(st.sampled_from(faults))(payload)
        broken = write(changed)
        fixed = fix(broken.encode(), case.model)
        assert fixed.data.decode() == write(payload)
        assert fix(fixed.data, case.model).fixes == 0
