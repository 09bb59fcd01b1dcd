"""Writes the text about a model, in Markdown, from its rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from wan_validators.examples.payloads import build_valid_payload
from wan_validators.reporters.markdown_text import escape_text, format_code, format_code_block
from wan_validators.source.json_pointer import ANY, MISSING
from wan_validators.spec import ModelSpec

from .members import Member, list_members

__all__ = ["build_text"]


def build_text(spec: ModelSpec) -> str:
    """Writes source, members, gaps and an example of *spec*."""
    lines = [
        f"# {escape_text(spec.title)}",
        "",
        f"Model {format_code(spec.name)}. Limits from: {escape_text(spec.basis)}.",
        "",
        f"Send {format_code(f'POST {spec.create_path}')} with these members:",
        "",
        "| member | type | required | default | allowed |",
        "| --- | --- | --- | --- | --- |",
        *_iter_rows(list_members(spec)),
        "",
        "An example:",
        "",
        *format_code_block(json.dumps(build_valid_payload(spec), indent=2).splitlines(), "json"),
        *(f"- Not known: {escape_text(gap)}." for gap in spec.gaps),
    ]
    return "\n".join(lines) + "\n"


def _iter_rows(members: Iterable[Member]) -> Iterator[str]:
    """Yields a row for each member, and for those below it."""
    for member in members:
        cells = (
            format_code(".".join(ANY if type(part) is int else str(part) for part in member.path)),
            member.type,
            "yes" if member.required else "no",
            "" if member.default is MISSING else format_code(json.dumps(member.default)),
            escape_text(member.description),
        )
        yield f"| {' | '.join(cells)} |"
        yield from _iter_rows([member.item] if member.item else member.members)
