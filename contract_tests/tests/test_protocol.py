"""Tests the two schemas, and the messages for invalid documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from wan_contracts.cases.case import Setting, build_case_document
from wan_contracts.generation.strategies import valid
from wan_contracts.protocol.outcome import Outcome, OutcomeKind, Output
from wan_contracts.protocol.schemas import (
    SCHEMAS,
    InvalidDocument,
    build_validator,
    parse_outcome,
    validate_outcome,
)
from wan_validators.catalog import catalog, model

DIGEST = "0" * 64

SETTING = Setting(
    base_url="http://127.0.0.1:1",
    api_key="key",
    vendor="vtrix",
    model="m",
    poll_interval=0.02,
    deadline=1.5,
    timeout=0.5,
)

NEEDING = (OutcomeKind.COMPLETED, OutcomeKind.SUBMITTED)
"""The kinds that need more members."""

words = st.none() | st.text(max_size=20)
outputs = (
    st.builds(Output.words, st.text(max_size=20))
    | st.builds(Output.of, st.sampled_from(["image", "video"]), st.binary(max_size=9), words)
    | st.builds(Output.missing, st.just("image"), st.text(max_size=20), words)
    | st.builds(Output, kind=st.just("video"), url=st.text(max_size=20))
)
outcomes = st.builds(
    Outcome,
    kind=st.sampled_from([kind for kind in OutcomeKind if kind not in NEEDING]),
    task_id=words,
    status=st.integers(100, 599),
    code=words,
    message=words,
    partial=st.booleans(),
    spent_usd=st.none() | st.decimals(0, 1000, places=4),
) | st.builds(
    Outcome,
    kind=st.just(OutcomeKind.COMPLETED),
    outputs=st.lists(outputs, min_size=1, max_size=4).map(tuple),
    task_id=words,
    partial=st.booleans(),
)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_are_valid_and_describe_every_member(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert json.loads(json.dumps(SCHEMAS[name])) == SCHEMAS[name]
    _described(SCHEMAS[name])


def _described(schema: Mapping[str, Any]) -> None:
    assert schema["title"]
    assert schema["description"]
    assert schema["additionalProperties"] is False
    for member in schema["properties"].values():
        assert member["title"]
        assert member["description"]
        if "items" in member:
            _described(member["items"])


@given(st.data(), st.sampled_from([spec.id for spec in catalog()]))
def test_a_case_document_matches_its_schema(data: st.DataObject, model_id: str) -> None:
    payload = data.draw(valid(model(model_id)))
    told = json.loads(json.dumps(build_case_document(SETTING, payload, 1)))
    assert build_validator("case").is_valid(told)
    assert set(told) == set(SCHEMAS["case"]["properties"])


def test_an_incomplete_case_does_not_match() -> None:
    told = build_case_document(SETTING, {}, 1)
    for name in told:
        rest = {other: value for other, value in told.items() if other != name}
        assert not build_validator("case").is_valid(rest), name
    assert not build_validator("case").is_valid({**told, "version": 2})


@given(outcomes)
def test_an_outcome_survives_a_round_trip(outcome: Outcome) -> None:
    assert parse_outcome(json.dumps(outcome.as_json())) == outcome
    assert parse_outcome(json.dumps(outcome.as_json()).encode()) == outcome
    assert validate_outcome(outcome) == outcome
    assert validate_outcome(outcome.as_json()) == outcome


def test_a_length_of_too_many_digits_is_an_invalid_document() -> None:
    output = Output(kind="image", sha256="0" * 64, length=10**5000)
    with pytest.raises(InvalidDocument, match="JSON cannot represent"):
        validate_outcome(Outcome.completed([output], "t"))


def test_null_means_not_reported() -> None:
    members = dict.fromkeys(SCHEMAS["outcome"]["properties"])
    assert parse_outcome(json.dumps({**members, "outcome": "gave_up"})) == Outcome(
        kind=OutcomeKind.GAVE_UP
    )
    output = dict.fromkeys(SCHEMAS["outcome"]["properties"]["outputs"]["items"]["properties"])
    done = {"outcome": "completed", "outputs": [{**output, "kind": "image", "url": "u"}]}
    assert parse_outcome(json.dumps(done)) == Outcome.completed([Output(kind="image", url="u")])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('{"outcome": "failed", "code": 3001}', Outcome(kind=OutcomeKind.FAILED, code="3001")),
        ('{"outcome": "completed", "outputs": []}', Outcome.completed([])),
        ('  {"outcome": "gave_up"}\n', Outcome(kind=OutcomeKind.GAVE_UP)),
        ('{"outcome": "gave_up", "spent_usd": 0.03}', "0.03"),
        ('{"outcome": "gave_up", "spent_usd": "0.030"}', "0.030"),
        ('{"outcome": "gave_up", "spent_usd": 1}', "1"),
        ('{"outcome": "GAVE_UP", "spent_usd": 1e-05}', "0.00001"),
        ('{"outcome": "Gave up"}', Outcome(kind=OutcomeKind.GAVE_UP)),
        ('{"outcome": "gaveUp"}', Outcome(kind=OutcomeKind.GAVE_UP)),
        (
            '{"outcome": "Completed", "outputs": [{"kind": "Image", "url": "u"}]}',
            Outcome.completed([Output(kind="image", url="u")]),
        ),
        ('{"outcome": "submitted", "task_id": "t"}', Outcome.submitted("t")),
    ],
)
def test_equivalent_forms_are_accepted(written: str, expected: Outcome | str) -> None:
    outcome = parse_outcome(written)
    if isinstance(expected, str):
        expected = Outcome(kind=OutcomeKind.GAVE_UP, spent_usd=Decimal(expected))
    assert outcome == expected


def _done(**output: Any) -> str:
    return json.dumps({"outcome": "completed", "outputs": [{"kind": "image", **output}]})


FILE = "/outputs/0: a file needs sha256 and bytes, a url, or an error"


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("", "the text is empty, in line 1, column 1"),
        ("{", "this is not JSON: expecting property name enclosed in double quotes, in line 1"),
        ('{"outcome": "gave_up"} {}', "this is not JSON: extra data, in line 1, column 24"),
        ('{"outcome": "gave_up", "spent_usd": NaN}', "NaN is not allowed, in line 1, column 37"),
        (b'{"outcome": "\xff"}', "the byte FF is not valid UTF-8"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "the outcome: is an array of 0 items; allowed: object"),
        ("null", "the outcome: is null; allowed: object"),
        ("{}", "the outcome: outcome is missing; allowed: not_sent, refused"),
        ('{"outcom": "failed"}', 'there is no member "outcom" (did you mean outcome?); allowed: '),
        ('{"outcome": "failed", "zz": 1}', 'there is no member "zz"; allowed: outcome, task_id'),
        ('{"outcome": "done"}', '/outcome: is "done"; allowed: not_sent, refused, failed, comp'),
        ('{"outcome": "refused"}', "status is missing: a refusal needs the status"),
        ('{"outcome": "refused", "status": null}', "/status: is null; allowed: integer"),
        ('{"outcome": "refused", "status": 99}', "/status: is 99; it must be the HTTP status"),
        ('{"outcome": "refused", "status": 600}', "an integer from 100 to 599"),
        ('{"outcome": "refused", "status": "404"}', '/status: is "404"; allowed: integer, null'),
        ('{"outcome": "refused", "status": true}', "/status: is true; allowed: integer, null"),
        ('{"outcome": "completed"}', "outputs is missing: a completed call needs outputs"),
        ('{"outcome": "completed", "outputs": null}', "/outputs: is null; allowed: array"),
        ('{"outcome": "failed", "code": [1]}', "/code: is an array of 1 item; allowed: string,"),
        ('{"outcome": "failed", "message": 5}', "/message: is 5; allowed: string, null"),
        ('{"outcome": "failed", "partial": "no"}', '/partial: is "no"; allowed: boolean, null'),
        ('{"outcome": "failed", "spent_usd": "3 cents"}', '/spent_usd: is "3 cents"; it must be'),
        ('{"outcome": "failed", "spent_usd": -1}', "/spent_usd: is -1; it must be the cost of"),
        ('{"outcome": "failed", "spent_usd": 1e999}', '/spent_usd: is "inf"; it must be'),
        (_done(), FILE),
        (_done(sha256=DIGEST), FILE),
        (_done(sha256=None, bytes=1), FILE),
        (_done(sha256="AB", bytes=1), '/outputs/0/sha256: is "AB"; it must be 64 hexadecimal'),
        (_done(sha256=DIGEST.replace("0", "A"), bytes=1), "/outputs/0/sha256: is "),
        (_done(sha256=DIGEST + "\n", bytes=1), "/outputs/0/sha256: is "),
        (_done(sha256=DIGEST, bytes=-1), "/outputs/0/bytes: is -1; it must be the number of bytes"),
        (_done(kind="audio", url="u"), '/outputs/0/kind: is "audio"; allowed: image, video, text'),
        (_done(kind="text"), "/outputs/0: text is missing: a text needs its text"),
        (_done(kind="text", text=None), "/outputs/0/text: is null; allowed: string"),
        (_done(uri="u"), '/outputs/0: there is no member "uri" (did you mean url?)'),
        (
            _done().replace('"kind": "image"', '"url": "u"'),
            "/outputs/0: kind is missing; allowed: image, video",
        ),
    ],
)
def test_messages_say_where_and_what_is_allowed(written: str | bytes, complaint: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse_outcome(written)
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (
            '{"outcome": "failed", "outcome": "completed", "outputs": []}',
            "outcome appears twice, the second time in line 1, column ",
        ),
        ('{"outcome": "failed", "a\\u00e9": 1, "a\u00e9": 2}', "aé appears twice"),
        (
            _done(url="u").replace('"url"', '"url": "v",\n"url"'),
            "url appears twice, the sec",
        ),
    ],
)
def test_a_repeated_member_is_rejected(written: str, complaint: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse_outcome(written)
    assert complaint in str(caught.value)


def test_messages_are_short_for_any_input() -> None:
    long = "x" * 10_000
    for written in ({"outcome": long}, {"outcome": "failed", long: 1}, {"outcome": [long] * 99}):
        with pytest.raises(InvalidDocument) as caught:
            parse_outcome(json.dumps(written))
        assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"outcome": "gave_up", "message": object()}, "message has a value that JSON cannot"),
        ({"outcome": "gave_up", "task_id": UUID(int=1)}, "task_id has a value .*: a Python UUID"),
        ({"outcome": "gave_up", "spent_usd": float("nan")}, "the member spent_usd has a value"),
        ({"outcome": "gave_up", ("a", "b"): 1}, r"the member .'a', 'b'.* has a value"),
        ({("a", "b"): 1}, "the member .* has a value that JSON cannot represent"),
    ],
)
def test_values_that_json_cannot_represent_are_named(given: Any, complaint: str) -> None:
    with pytest.raises(InvalidDocument, match=complaint):
        validate_outcome(given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Outcome(kind="gave_up"), Outcome(kind=OutcomeKind.GAVE_UP)),  # type: ignore[arg-type]
        (Outcome(kind="Gave-Up"), Outcome(kind=OutcomeKind.GAVE_UP)),  # type: ignore[arg-type]
        ({"outcome": OutcomeKind.GAVE_UP}, Outcome(kind=OutcomeKind.GAVE_UP)),
        (Outcome.completed([], spent_usd="0.030"), {"spent_usd": "0.030"}),
        (Outcome.completed([], spent_usd=0.03), {"spent_usd": "0.03"}),
        (Outcome.completed([], spent_usd=1), {"spent_usd": "1"}),
        (
            Outcome.completed([{"kind": "Video", "url": "u"}]),  # type: ignore[list-item]
            Outcome.completed([Output(kind="video", url="u")]),
        ),
    ],
)
def test_an_outcome_in_python_accepts_what_the_schema_accepts(given: Any, expected: Any) -> None:
    outcome = validate_outcome(given)
    if isinstance(expected, dict):
        expected = Outcome.completed([], spent_usd=Decimal(expected["spent_usd"]))
    assert outcome == expected
    assert type(outcome.kind) is OutcomeKind


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (Outcome(kind="done"), '/outcome: is "done"; allowed: not_sent'),  # type: ignore[arg-type]
        (Outcome(kind=OutcomeKind.GAVE_UP, spent_usd="a lot"), '/spent_usd: is "a lot"; it must'),  # type: ignore[arg-type]
        (Outcome.completed([], spent_usd=float("nan")), '/spent_usd: is "NaN"; it must be the'),
        (Outcome.completed([], spent_usd="$0.03"), '/spent_usd: is "$0.03"; it must be the cost'),
        (Outcome.completed([{"kind": "image"}]), FILE),  # type: ignore[list-item]
        (Outcome(kind=OutcomeKind.SUBMITTED), "task_id is missing: a submitted task needs"),
    ],
)
def test_an_outcome_in_python_is_rejected_with_the_member_and_the_remedy(
    given: Outcome, complaint: str
) -> None:
    with pytest.raises(InvalidDocument) as caught:
        validate_outcome(given)
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("name", "member", "explained"),
    [
        ("case", "deadline", "counted from the create"),
        ("outcome", "outcome", "answered with 401; then report the task id"),
        ("outcome", "code", "the vendor's code from the body"),
        ("outcome", "partial", "for interleaved output always false"),
    ],
)
def test_the_schemas_explain_what_users_ask(name: str, member: str, explained: str) -> None:
    assert explained in SCHEMAS[name]["properties"][member]["description"]


def test_an_outcome_object_is_validated_as_well() -> None:
    with pytest.raises(InvalidDocument, match="status is missing"):
        validate_outcome(Outcome(kind=OutcomeKind.REFUSED))
    with pytest.raises(InvalidDocument, match="/message: is 5"):
        validate_outcome(Outcome(kind=OutcomeKind.FAILED, message=5))  # type: ignore[arg-type]
    assert validate_outcome(Outcome.completed([])) == Outcome.completed([])
    assert validate_outcome(Outcome(kind=OutcomeKind.FAILED, code=7)).code == "7"  # type: ignore[arg-type]
    assert validate_outcome(
        {"outcome": "failed", "spent_usd": Decimal("1E-2")}
    ).spent_usd == Decimal("0.01")


def test_clients_can_import_the_outcome_from_its_former_place() -> None:
    from wan_contracts import Outcome as Public
    from wan_contracts import outcome as former

    assert former.Outcome is Public
