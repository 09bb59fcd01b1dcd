"""The words of hints: what is understood, and what is proposed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wan_validators import lint
from wan_validators.messages.context import Change, apply_changes
from wan_validators.spec import UNKNOWN_MEMBER

from .files import data_uri, wav
from .independent_fixtures import golden

URL = "https://example.com/a.jpg"


def hints(payload: Any, model: str | None = None) -> list[str | None]:
    return [each.hint for each in lint(payload, model).findings if each.rule != "n-default"]


EDIT = {"prompt": "a", "images": [URL], "n": 1}
FILM = {"prompt": "a", "image": URL}
VTRIX = {
    "model": "wan25_i2i_preview_intl",
    "input": {"prompt": "a", "images": [URL]},
    "parameters": {"n": 1},
}


@pytest.mark.parametrize(
    ("size", "better"),
    [
        ("1920x1080", "1696*954"),
        ("1920*1080", "1696*954"),
        ("2K", "1280*1280"),
        ("4K", "1280*1280"),
        ("720p", "1280*720"),
        ("4:3", "1280*960"),
        ("16/9", "1280*720"),
        ("landscape_16_9", "1280*720"),
        ("portrait_16_9", "720*1280"),
        ("42:18", "1344*576"),
        ("9:1", "2560*640"),
        ("１２８０＊７２０", "1280*720"),
        ("1280 by 720", "1280*720"),
        ([1280, 720], "1280*720"),
        ({"width": 1280, "height": 720}, "1280*720"),
        ("100*100", "768*768"),
        ("8000*1000", "2560*640"),
        ("1921*1081", "1706*960"),
        ("768*767", "770*767"),
    ],
)
def test_the_nearest_allowed_size_is_suggested(size: Any, better: str) -> None:
    payload = VTRIX | {"parameters": {"n": 1, "size": size}}
    assert set(hints(payload)) == {f'write "{better}"'}


def test_a_wrong_size_reports_its_pixels_and_its_ratio() -> None:
    def got(size: str) -> list[Any]:
        return [each.got for each in lint(VTRIX | {"parameters": {"n": 1, "size": size}}).findings]

    assert got("1920*1080") == ["1920*1080 (2,073,600 pixels)"]
    assert got("2000*400") == ["2000*400 (5:1)"]
    assert got("300*3000") == ["300*3000 (1:10)"]


@pytest.mark.parametrize(
    ("payload", "model", "hint"),
    [
        ({"prompt": "a", "img_url": URL}, "wan2.5-i2v-preview", "did you mean image?"),
        (EDIT | {"num_images": 1}, "wan2.5-i2i-preview", "remove it; n is already present"),
        ({**FILM, "seconds": "5"}, "wan2.5-i2v-preview", "did you mean duration? write 5"),
        ({**FILM, "QUALITY": 720}, "wan2.5-i2v-preview", 'did you mean resolution? write "720P"'),
        (
            {**FILM, "width": 1280, "height": 720},
            "wan2.5-i2v-preview",
            'write width and height as /resolution: "720P"',
        ),
        (
            {**EDIT, "width": 1280, "height": 720},
            "wan2.5-i2i-preview",
            'write width and height as /size: "1280*720"',
        ),
        ({**EDIT, "sead": -1}, "wan2.5-i2i-preview", "did you mean seed? it must be an integer"),
        ({**FILM, "audio": URL}, "wan2.5-i2v-preview", "move it to /audio_url"),
        ({**FILM, "model": "x"}, "wan2.5-i2v-preview", "remove it: the path names the model"),
        (
            {"input": {"prompt": "a", "img_url": URL}, "parameters": {"duration": 5}},
            "wan2.5-i2v-preview",
            "members belong at the top level: move prompt, img_url (as image) and duration",
        ),
        (
            {"input": [{"params": EDIT}]},
            "wan2.5-i2i-preview",
            "members belong at the top level: move prompt, images and n out of input",
        ),
        (VTRIX | {"n": 1}, None, "remove it here; /parameters/n is already present"),
        (
            {**VTRIX, "parameters": {}, "n": 1},
            None,
            "move it to /parameters/n; where it is, the API ignores it, and the default 4 applies",
        ),
        (
            {"model": "wan25_i2i_preview_intl", **EDIT},
            None,
            "move prompt and images into input, n into parameters",
        ),
        (
            {"model": "wan26_i2i", **EDIT},
            None,
            "write prompt and images as /input/messages: ",
        ),
        (
            {
                "model": "wan26_i2i",
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "a"},
                            {"type": "image_url", "image_url": {"url": URL}},
                        ],
                    }
                ],
            },
            None,
            "write messages as /input/messages: ",
        ),
        ({**EDIT, "width": "x", "height": 5}, "wan2.5-i2i-preview", "remove it; the API"),
        ([VTRIX], None, "for several payloads, write one per line in a .jsonl file"),
        ([VTRIX], "wan26_i2i", "for several payloads, write one per line in a .jsonl file"),
    ],
)
def test_members_of_other_apis_are_understood(payload: Any, model: str, hint: str) -> None:
    assert any(each and each.startswith(hint) for each in hints(payload, model)), hints(
        payload, model
    )


def test_a_member_at_the_wrong_level_says_where_it_belongs() -> None:
    payload = {**VTRIX, "parameters": {"n": 1, "negative_prompt": "blurry"}}
    [found] = lint(payload).findings

    assert found.message.endswith("here; it belongs at /input/negative_prompt")
    assert found.changes[0].source == "/parameters/negative_prompt"


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (f" {URL}", "remove the white space around it"),
        (f"b'{URL}'", "remove b'…'"),
        (f'"{URL}"', "remove the quotes inside the string"),
        (f'["{URL}"]', "write the reference itself"),
        (f'{{"url": "{URL}"}}', "write the reference itself"),
        ("example.com/a.jpg", "put https:// before it"),
        ("//example.com/a.jpg", "put https: before it"),
        ("htps:/example.com/a.jpg", "begin it with https://"),
        ("https:\\\\example.com\\a.jpg", "write / in place of \\"),
        ("https%3A%2F%2Fexample.com%2Fa.jpg", "write the URL without percent-encoding"),
        (f"![a cat]({URL})", "write only the URL"),
        ("https://example.com/a b.jpg", "write %20 for each space"),
        ("b'example.com/a.jpg'", "put https:// before it"),
        ('"example.com/a.jpg"', "put https:// before it"),
        ("a.jpg", "upload the file to a public URL"),
        ("/tmp/a.jpg", "the API cannot read local files"),
        ("file:///a.jpg", "the API cannot read local files"),
        ("oss://bucket/a.jpg", "the API cannot read oss:// addresses"),
        ("ftp://example.com/a.jpg", "the API cannot read ftp: addresses"),
        ("blob:https://example.com/1", "blob: URLs exist only in the browser"),
    ],
)
def test_forms_of_references_are_understood(value: str, hint: str) -> None:
    [found] = hints(FILM | {"image": value}, "wan2.5-i2v-preview")
    assert found is not None
    assert found.startswith(hint)


def test_data_uris_are_repaired() -> None:
    whole = next(
        case.payload["image"]
        for case in golden("valid")
        if case.model == "wan2.5-i2v-preview" and case.name.endswith("image-bmp.json")
    )
    prefix, data = whole.split(",")
    for value, hint in (
        (f"{prefix},{whole}", "remove the doubled prefix: data: may occur only once"),
        (whole.removeprefix("data:"), "put data: before it"),
        (f"base64,{data}", "put data:image/png; before base64"),
        (whole.replace(";base64", ""), "write ;base64, between the MIME type and the data"),
        (f"{whole[:-8]}\n{whole[-8:]}", "remove the white space from the base64"),
    ):
        assert hint in hints(FILM | {"image": value}, "wan2.5-i2v-preview"), value


def test_base64_of_audio_gets_its_prefix() -> None:
    data = data_uri(wav(40), "audio/wav").partition(",")[2]
    payload = FILM | {"audio_url": f"base64,{data}"}
    assert hints(payload, "wan2.5-i2v-preview") == ["put data:audio/wav; before base64"]


@pytest.mark.parametrize(
    ("member", "value", "hint"),
    [
        ("duration", "5s", "write 5"),
        ("duration", "5 seconds", "write 5"),
        ("duration", "5,0", "write 5"),
        ("duration", 5.0, "write 5, without a fraction"),
        ("duration", None, "leave duration out"),
        ("resolution", 720, 'write "720P"'),
        ("resolution", "1280x720", 'write "720P"'),
        ("resolution", "4K", None),
        ("seed", -1, "leave seed out for a random one"),
        ("seed", "null", "leave seed out for a random one"),
        ("prompt_extend", 1, "write true"),
        ("prompt_extend", None, "leave prompt_extend out to use the default true"),
    ],
)
def test_values_of_other_languages_are_understood(member: str, value: Any, hint: str) -> None:
    assert hints(FILM | {member: value}, "wan2.5-i2v-preview") == [hint]


@pytest.mark.parametrize(
    ("size", "hint"),
    [
        ("1280x720", 'write "1280*720"'),
        ("720 x 1280", 'write "720*1280"'),
        ([1920, 1080], 'write "1920*1080"'),
        ("16:9", 'write "1280*720"'),
        ("3840*2160", 'write "1920*1080"'),
        ("720p", 'write "1280*720"'),
        ("2:3", None),
        ("large", None),
    ],
)
def test_a_size_of_a_closed_list_is_understood(size: Any, hint: str | None) -> None:
    payload = {
        "model": "wan2.6-t2v",
        "input": {"prompt": "A cat"},
        "parameters": {"size": size},
    }
    assert hints(payload, "dashscope/wan2.6-t2v") == [hint]


def test_the_findings_of_many_unknown_members_stay_cheap() -> None:
    strays = {f"sead{number}": number for number in range(150)}
    found = lint(FILM | strays, "wan2.5-i2v-preview").findings
    assert {each.hint for each in found} == {None}


def test_nothing_is_corrected_deep_in_long_containers() -> None:
    payload = EDIT | {"images": [f" {URL}"] * 25}
    found = [each for each in lint(payload, "wan2.5-i2i-preview").findings if each.changes]
    assert len(found) == 20

    strays = {f"x{number}": number for number in range(150)}
    payload = {**VTRIX, "n": 1} | strays
    assert {each.hint for each in lint(payload).findings} == {None}


def test_hints_lead_through_a_wrapper() -> None:
    wrapper = {"model": 5, "input": [{"params": {**VTRIX, "sead": 1}}]}
    found = lint(wrapper, "wan25_i2i_preview_intl").findings
    assert {(each.hint, each.changes[0].pointer) for each in found if each.changes} == {
        ('write "wan25_i2i_preview_intl"', "/model"),
        (
            "move it to /input/0/params/parameters/seed; where it is, the API ignores it",
            "/input/0/params/parameters/seed",
        ),
    }


def test_a_member_of_a_string_cannot_be_changed() -> None:
    with pytest.raises(TypeError, match="no member b in a str"):
        apply_changes({"a": "text"}, [Change("/a/b", 1)])


def test_contexts_do_not_distinguish_findings() -> None:
    text = json.dumps(VTRIX | {"sead": 1})
    [one], [other] = lint(text).findings, lint(json.loads(text)).findings
    assert one.context == other.context
    assert one.context != 5
    assert repr(one.context) == "Context('wan25_i2i_preview_intl')"
    assert one.rule == UNKNOWN_MEMBER
