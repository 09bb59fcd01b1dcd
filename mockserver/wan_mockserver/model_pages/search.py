"""Lists and searches models, as two of the vendor's services do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from wan_validators.messages.formatting import clip
from wan_validators.outputs import Images, Videos
from wan_validators.spec import ModelSpec

from .specs import PROVIDER
from .texts import build_text

__all__ = ["InvalidQuery", "build_model_list", "build_search_result"]

DEFAULT_PAGE_SIZE: Final = 20
MAX_PAGE_SIZE: Final = 500
"""The size that a public client asks for."""


class InvalidQuery(ValueError):
    """A parameter of the query is not valid; the message says which, and what is allowed."""


def build_model_list(specs: Iterable[ModelSpec], query: Mapping[str, str]) -> dict[str, Any]:
    """Builds one page of the models that fit *query*. Raises InvalidQuery."""
    page = _parse_number(query, "page", 1, None)
    size = _parse_number(query, "page_size", DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
    words = query.get("keywords", "")
    found = [
        entry
        for entry in map(_build_entry, specs)
        if _fits(entry, words, {"type": query.get("type"), "provider": query.get("provider")})
    ]
    return {
        "models": found[(page - 1) * size : page * size],
        "total": len(found),
        "page": page,
        "page_size": size,
        "total_pages": -(-len(found) // size),
    }


def build_search_result(specs: Iterable[ModelSpec], query: Mapping[str, str]) -> dict[str, Any]:
    """Builds the hits of a search for ``q``, which may be empty. Raises InvalidQuery."""
    limit = _parse_number(query, "limit", DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
    found = []
    for spec in specs:
        entry = _build_entry(spec)
        members = {"type": query.get("type"), "provider": query.get("provider")}
        kinds = {"input": query.get("input"), "output": query.get("output")}
        if _fits(entry, query.get("q", ""), members) and all(
            not kind or kind.lower() in entry[f"{name}_modalities"] for name, kind in kinds.items()
        ):
            found.append(_build_hit(spec, entry))
    return {
        "hits": found[:limit],
        "query": query.get("q", ""),
        "limit": limit,
        "offset": 0,
        "processingTimeMs": 1,
        "estimatedTotalHits": len(found),
    }


def _build_entry(spec: ModelSpec) -> dict[str, Any]:
    kind = "image" if isinstance(spec.outputs, Images) else "video"
    return {
        "id": spec.name,
        "model_id": spec.name,
        "name": spec.title,
        "type": kind,
        "provider": PROVIDER,
        "description": f"{spec.title}. Limits from: {spec.source}.",
        "input_modalities": _list_inputs(spec),
        "output_modalities": [*_list_texts(spec), kind],
        "has_spec": True,
    }


def _list_inputs(spec: ModelSpec) -> list[str]:
    outputs = spec.outputs
    has_image = outputs.inputs if isinstance(outputs, Images) else outputs.input
    has_audio = isinstance(outputs, Videos) and outputs.audio_url
    return ["text", *(["image"] if has_image else []), *(["audio"] if has_audio else [])]


def _list_texts(spec: ModelSpec) -> list[str]:
    return ["text"] if isinstance(spec.outputs, Images) and spec.outputs.interleave else []


def _build_hit(spec: ModelSpec, entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": entry["id"],
        "name": entry["name"],
        "provider": entry["provider"],
        "input": entry["input_modalities"],
        "output": entry["output_modalities"],
        "media_type": entry["type"],
        "tags": [],
        "tags_abbr": [],
        "skill_content": build_text(spec),
    }


def _fits(entry: Mapping[str, Any], words: str, members: Mapping[str, str | None]) -> bool:
    """Returns True if *entry* has all *words*, and the values of *members* that are not empty."""
    text = f"{entry['id']} {entry['name']} {entry['description']}".lower()
    return all(word in text for word in words.lower().split()) and all(
        not value or entry[name] == value.lower() for name, value in members.items()
    )


def _parse_number(query: Mapping[str, str], name: str, default: int, most: int | None) -> int:
    """Parses a number of *query*; one above *most* counts as *most*."""
    text = query.get(name, "") or str(default)
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else 0
    if number < 1:
        raise InvalidQuery(f"{name} must be an integer of at least 1, not {clip(repr(text))}")
    return number if most is None else min(number, most)


MAX_DIGITS: Final = 9
