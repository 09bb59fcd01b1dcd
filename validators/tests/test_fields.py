"""The reader of named values: texts of a query are read like the values of a document."""

from __future__ import annotations

from typing import Any

import pytest

from wan_validators.field_types import (
    Array,
    FieldType,
    Flag,
    Integer,
    InvalidField,
    Number,
    TextType,
)
from wan_validators.fields import Field, TableType


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Number(0, 2), "1.5", 1.5),
        (Integer(0, 2), "1", 1),
        (TextType(), "1", "1"),
        (Flag(), "true", True),
    ],
)
def test_a_text_is_read_as_its_value(kind: FieldType, text: str, value: Any) -> None:
    assert TableType([Field("x", kind)]).parse_query({"x": text}) == {"x": value}


@pytest.mark.parametrize("text", ["much", "nan", "inf", "3", "-1"])
def test_a_text_that_is_no_such_number_is_rejected(text: str) -> None:
    with pytest.raises(InvalidField, match="allowed: a number of seconds from 0 to 2"):
        Number(0, 2, unit="seconds").parse_text(text, "x")


def test_any_value_is_the_schema_of_a_type_without_one() -> None:
    class Anything(FieldType):
        def parse(self, value: Any, path: str) -> Any:
            return value

    assert Anything().json_schema == {}


@pytest.mark.parametrize(
    ("limits", "schema"),
    [({}, {"minItems": 0}), ({"low": 1, "high": 2}, {"minItems": 1, "maxItems": 2})],
)
def test_an_array_has_the_limits_that_it_is_given(
    limits: dict[str, int], schema: dict[str, int]
) -> None:
    assert Array(Flag(), **limits).json_schema == {
        "type": "array",
        "items": {"type": "boolean"},
        **schema,
    }
