"""The rules of wan26_i2i as the two peers can say them, as close to ours as each allows.

What neither can say in its own terms is left out (what is inside a data: URI, warnings as
such) or, in pydantic, added as a validator where that is how its users would do it (pixel
totals, aspect ratios, what depends on the mode).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import jsonschema_rs
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationError,
    field_validator,
    model_validator,
)

URL = r"https?://([a-zA-Z0-9-]+\.)+{tld}[a-zA-Z]{{2,63}}(:[0-9]{{1,5}})?([/?#][!-~]*)?"
DATA = r"data:[^,;]*;base64,[A-Za-z0-9+/]+={0,2}"
RESERVED = "local|localhost|internal|intranet|lan|home|corp|test|invalid|example|arpa"
PUBLIC_OR_DATA = f"^({URL.format(tld=f'(?!({RESERVED})([:/?#]|$))')}|{DATA})$"
URL_OR_DATA = f"^({URL.format(tld='')}|{DATA})$"
"""Without the reserved domains: pydantic's patterns have no look-ahead."""

SIZE = r"^0*[1-9][0-9]*\*0*[1-9][0-9]*$"
FLAG = {"type": "boolean"}


def contains(member: str, low: int, high: int) -> dict[str, Any]:
    part = {"required": [member]}
    return {"contains": part, "minContains": low, "maxContains": high}


def content_of(rule: dict[str, Any]) -> dict[str, Any]:
    messages = {"prefixItems": [{"properties": {"content": rule}}]}
    return {"properties": {"input": {"properties": {"messages": messages}}}}


INTERLEAVED = {
    "properties": {
        "parameters": {
            "properties": {"enable_interleave": {"const": True}},
            "required": ["enable_interleave"],
        }
    },
    "required": ["parameters"],
}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["model", "input"],
    "additionalProperties": False,
    "properties": {
        "model": {"const": "wan26_i2i"},
        "metadata": {},
        "options": {},
        "id": {},
        "moderation": {},
        "input": {
            "type": "object",
            "required": ["messages"],
            "additionalProperties": False,
            "properties": {
                "messages": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["role", "content"],
                        "additionalProperties": False,
                        "properties": {
                            "role": {"const": "user"},
                            "content": {
                                "type": "array",
                                **contains("text", 1, 1),
                                "items": {
                                    "type": "object",
                                    "additionalProperties": False,
                                    "minProperties": 1,
                                    "maxProperties": 1,
                                    "properties": {
                                        "text": {
                                            "type": "string",
                                            "minLength": 1,
                                            "maxLength": 2000,
                                            "pattern": r"\S",
                                        },
                                        "image": {"type": "string", "pattern": PUBLIC_OR_DATA},
                                    },
                                },
                            },
                        },
                    },
                }
            },
        },
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "negative_prompt": {"type": "string", "maxLength": 500},
                "size": {"type": "string", "pattern": SIZE},
                "n": {"type": "integer", "minimum": 1, "maximum": 4},
                "max_images": {"type": "integer", "minimum": 1, "maximum": 5},
                "seed": {"type": "integer", "minimum": 0, "maximum": 2147483647},
                "enable_interleave": FLAG,
                "prompt_extend": FLAG,
                "watermark": FLAG,
            },
        },
    },
    "if": INTERLEAVED,
    "then": {
        **content_of(contains("image", 0, 1)),
        "allOf": [{"properties": {"parameters": {"properties": {"n": {"const": 1}}}}}],
    },
    "else": {
        **content_of(contains("image", 1, 4)),
        "allOf": [{"properties": {"parameters": {"properties": {"max_images": False}}}}],
    },
}

_schema = jsonschema_rs.validator_for(SCHEMA)


def by_jsonschema(payload: Any) -> list[Any]:
    """All errors that jsonschema-rs finds."""
    return list(_schema.iter_errors(payload))


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Part(Strict):
    text: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")] | None = None
    image: Annotated[str, Field(pattern=URL_OR_DATA)] | None = None


class Message(Strict):
    role: Literal["user"]
    content: list[Part]

    @field_validator("content")
    @classmethod
    def one_text(cls, content: list[Part]) -> list[Part]:
        if sum(part.text is not None for part in content) != 1:
            raise ValueError("one text object")
        return content


class Input(Strict):
    messages: Annotated[list[Message], Field(min_length=1, max_length=1)]


class Parameters(Strict):
    negative_prompt: Annotated[str, Field(max_length=500)] | None = None
    size: Annotated[str, Field(pattern=SIZE)] | None = None
    n: Annotated[StrictInt, Field(ge=1, le=4)] | None = None
    max_images: Annotated[StrictInt, Field(ge=1, le=5)] | None = None
    seed: Annotated[StrictInt, Field(ge=0, le=2147483647)] | None = None
    enable_interleave: StrictBool = False
    prompt_extend: StrictBool = True
    watermark: StrictBool = False

    @field_validator("size")
    @classmethod
    def total_and_aspect(cls, size: str | None) -> str | None:
        if size is not None:
            width, height = map(int, size.split("*"))
            if not 768 * 768 <= width * height <= 1280 * 1280:
                raise ValueError("total pixels")
            if not height <= 4 * width <= 16 * height:
                raise ValueError("aspect ratio")
        return size


class Payload(Strict):
    model: Literal["wan26_i2i"]
    input: Input
    parameters: Parameters = Parameters()
    metadata: Any = None
    options: Any = None
    id: Any = None
    moderation: Any = None

    @model_validator(mode="after")
    def by_mode(self) -> Payload:
        images = sum(part.image is not None for part in self.input.messages[0].content)
        if self.parameters.enable_interleave:
            if images > 1 or self.parameters.n not in (None, 1):
                raise ValueError("interleaved")
        elif not 1 <= images <= 4 or self.parameters.max_images is not None:
            raise ValueError("editing")
        return self


def by_pydantic(payload: Any) -> list[Any]:
    """All errors that pydantic finds."""
    try:
        Payload.model_validate(payload)
    except ValidationError as error:
        return list(error.errors(include_url=False))
    return []
