"""The members of replay files, and the limits of their values."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, Final

from wan_validators.field_types import (
    Array,
    Choice,
    FieldType,
    Flag,
    Integer,
    Number,
    TextType,
    invalid_value,
)
from wan_validators.fields import Field, TableType

from ..cases.time_profiles import TIME_PROFILES, TIMES

__all__ = ["LARGE_TEXTS", "MAX_IN_FLIGHT", "PACE", "REPLAY", "REPLAY_VERSION"]

REPLAY_VERSION: Final = 1

MAX_PACE_S: Final = 86_400
"""The longest time of a client, in seconds."""

MAX_PRECEDING_CASES: Final = 10_000
"""Calls before the one that broke the law."""

MAX_ID_CHARS: Final = 200
"""Characters of an id."""

MAX_IN_FLIGHT: Final = 16
"""Most cases that a client works on at the same time."""

CLIENT_FORMS: Final = ("python", "command", "stdio")
"""How a client is named: where it is found in Python, or how its process is started."""


@dataclass(frozen=True, slots=True)
class _PayloadType(FieldType):
    def parse(self, value: Any, path: str) -> dict[str, Any]:
        if type(value) is not dict:
            raise invalid_value(value, path, "an object")
        return value


_ID: Final = TextType(max_length=MAX_ID_CHARS)
_TEXT: Final = TextType(0, sys.maxsize, allowed="a string")

_CASE: Final = TableType(
    (
        Field("model", _ID, "the id of the model", required=True),
        Field("payload", _PayloadType(), "what to generate", required=True),
        Field("scenario", _TEXT, "the name of the scenario", required=True),
    ),
    allowed="an object",
)

LARGE_TEXTS: Final = Array(
    TableType(
        (
            Field("at", _TEXT, "the JSON Pointer of the text in this file", required=True),
            Field("zlib", _TEXT, "the text, compressed by zlib, in Base64", required=True),
        ),
        allowed="an object",
    )
)

PACE: Final = TableType(
    tuple(Field(name, Number(0, MAX_PACE_S, "seconds"), "in seconds") for name in TIMES),
    allowed="an object",
)

REPLAY: Final = TableType(
    (
        Field("version", Integer(REPLAY_VERSION, REPLAY_VERSION), "the version", required=True),
        Field("law", _ID, "the id of the law that the client broke", required=True),
        Field("why", _TEXT, "the message about it", default=""),
        Field("case", _CASE, "an object with model, payload and scenario", required=True),
        Field(
            "preceding",
            Array(_CASE, high=MAX_PRECEDING_CASES),
            "the calls that the same client must make before",
            default=(),
        ),
        Field("together", Array(_CASE, 0), "all cases that ran at the same time", default=()),
        Field("tempo", Choice(TIME_PROFILES), "how time passes", required=True),
        Field("large", LARGE_TEXTS, "texts that the other members only describe", default=()),
        Field(
            "pace",
            PACE,
            "the times of the options --deadline and others, if they were given",
        ),
        Field("scenarios", _TEXT, "the file of --scenarios, if it was given"),
        Field("full_size", Flag(), "whether files have the requested sides", default=False),
        Field(
            "client",
            TableType(
                (
                    Field("form", Choice.of(CLIENT_FORMS), "the kind of client", required=True),
                    Field("argv", Array(_TEXT, 1), "its name, or a command", required=True),
                    Field(
                        "in_flight",
                        Integer(1, MAX_IN_FLIGHT),
                        "the cases that it works on at once",
                        default=1,
                    ),
                ),
                allowed="an object",
            ),
            "an object with form and argv",
            required=True,
        ),
    ),
    allowed="an object",
)
"""The members of a replay file."""
