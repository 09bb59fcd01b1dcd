"""Nothing crashes the linter, whatever it is given, and whatever it says can be written down."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from representative_models import FORM_MODELS
from wan_validators import Report, catalog, lint
from wan_validators.reporters import LintResult, Reporter, Summary
from wan_validators.reporters.json import JsonReporter
from wan_validators.reporters.text import TextReporter
from wan_validators.source.files import Record
from wan_validators.spec import ModelSpec

MODELS = [None, *(spec.id for spec in catalog())]
NAMES = sorted(
    {part for spec in catalog() for rule in spec.rules for part in rule.path if type(part) is str}
)

TEXT = st.text(st.characters(exclude_categories=[]), max_size=30)
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**4299, -(10**4299), 2**63])
STRINGS = TEXT | st.sampled_from(
    [
        "１２８０*７２０",
        "1_280*720",
        "+1280*720",
        "9" * 5000 + "*1",
        "*",
        "data:,",
        "http://[",
        "\ud800",
        "\x00",
    ]
)
NAMED = st.sampled_from(NAMES) | TEXT
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | STRINGS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMED, inner, max_size=5),
)


def told(report: Report) -> list[str]:
    """The rules of *report*, once all it says has been written as strict JSON."""
    for finding in report.findings:
        assert json.dumps(finding.as_dict(), allow_nan=False).isascii()
    assert report.valid is (not report.errors)
    return [finding.rule for finding in report.findings]


def written(data: bytes, model: str | None = None) -> list[str]:
    """The rules broken by *data*, once both reporters have written them down."""
    result = LintResult.from_report(Record("a.json", 1, data), lint(data, model))
    out: dict[type[Reporter], io.StringIO] = {}
    for make in (TextReporter, JsonReporter):
        out[make] = io.StringIO()
        reporter: Reporter = make(out[make])
        reporter.result(result)
        reporter.end(Summary())
    assert out[TextReporter].getvalue().replace("\n", "").isprintable()
    (record,) = json.loads(out[JsonReporter].getvalue())["results"]
    assert all(finding["line"] and finding["column"] for finding in record["findings"])
    return [finding["rule"] for finding in record["findings"]]


def nested(depth: int) -> list[Any]:
    """An array in an array in an array; taken apart by hand it does not overflow."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def dismantle(value: list[Any]) -> None:
    while value:
        value = value.pop()


def payload(spec: ModelSpec, at: Sequence[str | int], value: Any) -> Any:
    """As little of a payload of *spec* as has *value* at *at*."""
    for part in reversed(at):
        value = {part: value} if type(part) is str and part != "*" else [value]
    return value | {"model": spec.id} if type(value) is dict and "model" not in value else value


PLACES = [(spec, path) for spec in catalog() for path in {rule.path for rule in spec.rules}]


@given(JSON, st.sampled_from(MODELS))
def test_any_value_can_be_linted(value: Any, model: str | None) -> None:
    told(lint(value, model))


@given(st.sampled_from(PLACES), JSON)
def test_any_value_can_stand_anywhere(
    place: tuple[ModelSpec, tuple[str | int, ...]], value: Any
) -> None:
    spec, path = place
    whole = payload(spec, path, value)
    assume(type(whole) is not str)  # which is JSON text
    rules = told(lint(whole, spec.id))
    text = json.dumps(whole)
    if "NaN" not in text and "Infinity" not in text:
        assert sorted(written(text.encode(), spec.id)) == sorted(rules)


@given(STRINGS, st.sampled_from(MODELS))
def test_any_text_can_be_linted(text: str, model: str | None) -> None:
    told(lint(text, model))
    written(text.encode("utf-8", "surrogatepass"), model)


@given(st.binary(), st.sampled_from(MODELS))
def test_any_bytes_can_be_linted(data: bytes, model: str | None) -> None:
    written(data, model)


@given(st.text('{}[]",:01eE+-. \n\\untrfalseNInfinity\ufeff猫', max_size=60))
def test_anything_that_looks_like_json_can_be_linted(text: str) -> None:
    written(text.encode())


@given(st.dictionaries(NAMED, JSON), st.data())
def test_json_that_was_cut_short_can_be_linted(value: Any, data: st.DataObject) -> None:
    whole = json.dumps(value).encode()
    written(whole[: data.draw(st.integers(0, len(whole)))])


@pytest.mark.parametrize("model", [None, *(spec.id for spec in FORM_MODELS)])
def test_bottomless_nesting_can_be_linted(model: str | None) -> None:
    deep = nested(100_000)
    assert told(lint(deep, model)) == ["payload-type"]
    whole = {"model": model or "wan26_i2i", "input": deep, "images": deep, "parameters": deep}
    assert not lint(whole, model).valid
    told(lint(whole, model))
    dismantle(deep)
    assert written(b"[" * 100_000, model) == ["json-depth"]
    assert written(b'{"model":' * 100_000, model) == ["json-depth"]


@pytest.mark.parametrize("digits", [19, 4300, 4301, 100_000])
@pytest.mark.parametrize("sign", ["", "-"])
def test_integers_of_any_length_are_out_of_range(digits: int, sign: str) -> None:
    number = sign + "9" * digits
    text = f'{{"model": "wan26_i2i", "parameters": {{"n": {number}, "seed": {number}}}}}'
    assert written(text.encode()) == ["input-object", "n-range", "seed-range"]


def test_integers_of_any_length_can_be_values() -> None:
    values = {"n": 10**100_000, "seed": -(10**100_000)}
    rules = told(lint({"model": "wan26_i2i", "parameters": values}))
    assert sorted(rules) == ["input-object", "n-range", "seed-range"]


@pytest.mark.parametrize(
    ("size", "rule"),
    [
        ("１２８０*７２０", "size-integers"),
        ("1_280*720", "size-integers"),
        ("+1280*720", "size-integers"),
        ("-1280*720", "size-integers"),
        (" 1280*720", "size-integers"),
        ("1280*720\n", "size-integers"),
        ("1280*720\x00", "size-integers"),
        ("1280.0*720", "size-integers"),
        ("1e3*1e3", "size-integers"),
        ("²*³", "size-integers"),
        ("0*720", "size-integers"),
        ("*", "size-integers"),
        ("1280×720", "size-format"),
        ("1280*720*1", "size-format"),
        ("*" * 1_000_000, "size-format"),
        ("9" * 100_000 + "*" + "9" * 100_000, "size-pixels"),
        ("1*" + "9" * 100_000, "size-pixels"),
    ],
)
def test_sizes_are_plain_digits(size: str, rule: str) -> None:
    payload = {"model": "wan26_i2i", "input": {"messages": [CLEAN]}, "parameters": {"size": size}}
    assert told(lint(payload))[0] == rule
    assert written(json.dumps(payload).encode())[0] == rule


CLEAN = {"role": "user", "content": [{"text": "a"}, {"image": "https://example.com/a.png"}]}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), 1e300, -0.0])
def test_floats_without_a_value_are_no_integers(number: float) -> None:
    payload = {"model": "wan26_i2i", "input": {"messages": [CLEAN]}, "parameters": {"n": number}}
    assert told(lint(payload)) == ["n-range"]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_are_no_json(word: str) -> None:
    text = f'{{"model": "wan26_i2i",\n "seed": {word}}}'
    (finding,) = lint(text).findings
    assert (finding.rule, finding.line, finding.column) == ("json-syntax", 2, 10)


def test_a_number_past_all_floats_is_no_integer() -> None:
    text = '{"model": "wan26_i2i", "input": 1e999, "parameters": {"n": -1e999}}'
    assert written(text.encode()) == ["input-object", "n-range"]


@pytest.mark.parametrize(
    "name", ["\ud800", "\x00", "\x1b[2J", "\u202e", "~", "/", "", "~1", "a" * 100_000]
)
def test_members_can_have_any_name(name: str) -> None:
    payload = {"model": "wan26_i2i", "input": {"messages": [CLEAN]}, name: 1}
    assert told(lint(payload)) == ["unknown-member"]
    assert written(json.dumps(payload).encode()) == ["unknown-member"]


@pytest.mark.parametrize("name", ["\ud800", "x" * 1_000_000, "", "\x00"])
def test_models_can_have_any_name(name: str) -> None:
    assert told(lint({"model": name})) == ["model-known"]
    assert written(json.dumps({"model": name}).encode()) == ["model-known"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_other_encodings_are_one_error(encoding: str) -> None:
    assert written('{"model": "wan26_i2i"}'.encode(encoding)) == ["json-encoding"]


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        (b"", ["json-syntax"]),
        (b"\x00", ["json-syntax"]),
        (b"\x00" * 1000, ["json-encoding"]),
        (b'{"model": "wan26_i2i", "input": "\x00"}', ["json-syntax"]),
        (b"\xff", ["json-encoding"]),
        (b"\xed\xa0\x80", ["json-encoding"]),
        (b"\xef\xbb\xbf", ["json-bom", "json-syntax"]),
        (b"[]\x00", ["json-syntax"]),
        (b"\r\r\r", ["json-syntax"]),
    ],
)
def test_data_that_is_no_payload_is_told_of(data: bytes, rules: list[str]) -> None:
    assert written(data) == rules


@pytest.mark.parametrize(
    "image",
    [
        "data:image/png;base64," + "A" * 20_000_000,
        "data:image/png;base64," + "=" * 2_000_000,
        "data:image/png;base64," + "A" * 4_000_000 + "!",
        "data:" + ";" * 4_000_000,
        "data:" + "," * 4_000_000,
        "http://" + "a." * 1_000_000,
        "http://" + "1" * 2_000_000,
        " " * 4_000_000,
    ],
    ids=["letters", "padding", "flaw", "semicolons", "commas", "dots", "digits", "spaces"],
)
def test_images_of_megabytes_can_be_linted(image: str) -> None:
    content = [{"text": "a"}, {"image": image}]
    message = {"role": "user", "content": content}
    payload = {"model": "wan26_i2i", "input": {"messages": [message]}}
    rules = told(lint(payload))
    assert all(rule.startswith("image-") for rule in rules)
    assert written(json.dumps(payload).encode()) == rules


def test_thousands_of_findings_can_be_placed() -> None:
    strays = ",\n".join(f'"stray{number}": 1' for number in range(20_000))
    text = f'{{"model": "wan26_i2i", "input": {{}}, "parameters": {{{strays}}}}}'
    report = lint(text, max_findings=40_000)
    lines = [finding.line for finding in report.findings if finding.rule == "unknown-member"]
    assert lines == list(range(1, 20_001))


def test_thousands_of_duplicates_are_told_of_in_part() -> None:
    text = "{" + ", ".join(['"model": "wan26_i2i"'] * 20_000) + "}"
    report = lint(text)
    assert [finding.rule for finding in report.findings].count("json-duplicate") == 50
    assert str(report.omitted) == "at least 1 more finding"
