"""Builds examples for the rules that stand in no table: about the text, the model, the time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from ..catalog import catalog
from ..spec import ModelSpec
from .payloads import build_valid_payload
from .values import AUDIO_URL, IMAGE_URL

__all__ = ["GENERAL_RULES", "NOW", "GeneralRule", "TextExample", "build_text_example"]

NOW: Final = 2_000_000_000.0
"""A moment after the signatures of the examples expired."""

_JSON: Final = "RFC 8259, the definition of JSON"
_TABLES: Final = "the tables of wanproof"
_EXPIRED: Final = "?Expires=1000000000&Signature=a"


class TextExample(NamedTuple):
    """Two texts, and the model that they are for; None leaves it to the texts."""

    failing: str | bytes
    passing: str
    model: str | None


class GeneralRule(NamedTuple):
    """A rule of every model: why it exists, its source, and how a valid text breaks it."""

    why: str
    source: str
    damage: Callable[[str], str | bytes]


GENERAL_RULES: Final[Mapping[str, GeneralRule]] = {
    "json-syntax": GeneralRule(
        "No API reads a body that is not JSON.", _JSON, lambda text: f"{text[:-1]},}}"
    ),
    "json-encoding": GeneralRule(
        "JSON between programs is in UTF-8.", _JSON, lambda text: text.encode("utf-16-le")
    ),
    "json-bom": GeneralRule(
        "JSON begins without a byte order mark, and many parsers reject one.",
        _JSON,
        lambda text: f"\ufeff{text}",
    ),
    "json-depth": GeneralRule(
        "Parsers limit how deeply arrays and objects are nested.",
        _JSON,
        lambda text: "[" * 100_000 + "]" * 100_000,
    ),
    "json-duplicate": GeneralRule(
        "Parsers differ in which of two equal members they use.",
        _JSON,
        lambda text: f"{text[:-1]}, {text[1:]}",
    ),
    "model-known": GeneralRule(
        "The rules depend on the model, and only documented models have rules.",
        _TABLES,
        lambda text: text.replace(_choose_model().id, "unknown"),
    ),
    "image-expired": GeneralRule(
        "The vendor downloads the file after the signature of its URL has expired.",
        "the URL itself",
        lambda text: text.replace(IMAGE_URL, IMAGE_URL + _EXPIRED),
    ),
    "audio-expired": GeneralRule(
        "The vendor downloads the file after the signature of its URL has expired.",
        "the URL itself",
        lambda text: text.replace(AUDIO_URL, AUDIO_URL + _EXPIRED),
    ),
}


def build_text_example(name: str) -> TextExample:
    """Builds texts that break and keep the general rule *name*."""
    spec = _choose_model("audio-source" if name == "audio-expired" else "image-source")
    payload = build_valid_payload(spec)
    if name == "audio-expired":
        payload[spec.rule("audio-source").path[-1]] = AUDIO_URL
    if name == "model-known":
        payload = {"model": spec.id, "payload": payload}
    text = json.dumps(payload)
    model = None if name == "model-known" else spec.id
    return TextExample(GENERAL_RULES[name].damage(text), text, model)


def _choose_model(rule: str = "image-source") -> ModelSpec:
    """Returns the first model with *rule* whose payloads have no level below the top."""
    return next(
        spec
        for spec in catalog()
        if any(each.id == rule and len(each.path) == 1 for each in spec.rules)
    )
