"""Tests of the fast check of outcomes against the validator that it stands in for."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wan_contracts.protocol.acceptance import build_acceptor
from wan_contracts.protocol.outcome import Outcome, Output
from wan_contracts.protocol.schemas import (
    SCHEMAS,
    InvalidDocument,
    build_validator,
    parse_outcome,
)

accepts = build_acceptor(SCHEMAS["outcome"])

ODD_VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    0,
    1,
    -1,
    0.5,
    2.0,
    100,
    1e12,
    "",
    "x",
    "1.5",
    "0" * 64,
    [],
    [{}],
    {},
)
KINDS: Final = ("image", "video", "text", "IMAGE", None)
OUTCOMES: Final = ("completed", "refused", "submitted", "gave_up", "Completed", 1)


def members(schema: Any, **usual: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Draws objects with any members of *schema*, and with unknown ones."""
    values = {name: st.sampled_from(ODD_VALUES) for name in (*schema["properties"], "unknown")}
    return st.fixed_dictionaries({}, optional={**values, **usual})


OUTPUT: Final = SCHEMAS["outcome"]["properties"]["outputs"]["items"]
documents = members(
    SCHEMAS["outcome"],
    outcome=st.sampled_from(OUTCOMES),
    outputs=st.lists(members(OUTPUT, kind=st.sampled_from(KINDS)), max_size=2),
)


@given(documents | st.sampled_from(ODD_VALUES))
def test_what_it_accepts_is_valid(document: Any) -> None:
    assert not accepts(document) or build_validator("outcome").is_valid(document)


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome.completed([Output.of("image", b"png", "http://host/1.png")], "id", spent_usd="0.3"),
        Outcome.completed([Output.words("a"), Output.missing("video", "why")], partial=True),
        Outcome.refused(429, "slow down", 3001),
        Outcome.failed("no", "2001", "id"),
        Outcome.submitted("id"),
        Outcome.not_sent("too long"),
    ],
)
def test_it_accepts_the_usual_outcomes(outcome: Outcome) -> None:
    assert accepts(outcome.as_json())


@pytest.mark.parametrize(
    ("schema", "accepted", "rejected"),
    [
        ({"type": ["string", "null"]}, ["", None], [0, False, []]),
        ({"type": "integer"}, [1, 1.0], [True, 1.5, "1", float("inf")]),
        ({"type": "number"}, [1, 0.5], [True, "1"]),
        ({"enum": ["a", 1]}, ["a", 1], ["b", True]),
        ({"const": 1}, [1], [True, 2]),
        ({"pattern": "^a$", "maxLength": 1}, ["a", 3], ["b", "aa"]),
        ({"minimum": 1, "maximum": 3}, [1, 3, 2.5, "x", True], [0, 3.5]),
        ({"exclusiveMinimum": 0}, [0.1], [0]),
        ({"required": ["a"]}, [{"a": None}, 3], [{}]),
        ({"properties": {"a": {"type": "null"}}}, [{"a": None, "b": 1}, 3], [{"a": 1}]),
        ({"properties": {}, "additionalProperties": False}, [{}], [{"a": 1}]),
        ({"items": {"type": "null"}}, [[], [None], 3], [[None, 1]]),
        ({"anyOf": [{"const": 1}, {"const": 2}]}, [1, 2], [3]),
        (
            {"if": {"const": "a"}, "then": {"enum": []}, "else": {"type": "string"}},
            ["b"],
            ["a", 3],
        ),
        ({"if": {"const": "a"}, "then": {"enum": []}}, ["b", 3], ["a"]),
    ],
)
def test_each_keyword(schema: Any, accepted: list[Any], rejected: list[Any]) -> None:
    check = build_acceptor(schema)

    assert [value for value in accepted if not check(value)] == []
    assert [value for value in rejected if check(value)] == []


def test_a_keyword_that_it_does_not_know_is_an_error() -> None:
    with pytest.raises(KeyError):
        build_acceptor({"not": {}})


def test_many_wrong_outputs_are_described_by_the_first_of_them() -> None:
    outputs = [{"kind": "text", "text": "a"}] * 500 + [1] * 5000
    outcome = {"outcome": "completed", "outputs": outputs}

    found = [error.absolute_path[-1] for error in build_validator("outcome").iter_errors(outcome)]

    assert found == [*range(500, 600)]
    with pytest.raises(InvalidDocument, match=r"^/outputs/[0-9]+: is 1; allowed: object$"):
        parse_outcome(json.dumps(outcome))


def test_an_array_of_something_else_has_no_wrong_items() -> None:
    [error] = build_validator("outcome").iter_errors({"outcome": "failed", "outputs": {"0": 1}})

    assert error.validator == "type"
