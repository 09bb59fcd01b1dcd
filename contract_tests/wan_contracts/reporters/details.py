"""A law that is broken, in plain lines: where a test or a CI system tells of it alone."""

from __future__ import annotations

from itertools import chain

from wan_validators.reporters.excerpt import escape_controls

from ..results.report import LawResult
from ..results.transcript import format_block
from . import descriptions

__all__ = ["format_details"]


def format_details(result: LawResult) -> str:
    """All that is to be said of *result*: the law, its smallest failure if any, and a hint."""
    law = result.law
    lines = [escape_controls(f"{law.level.value}: {law.statement}")]
    if result.failure:
        story = descriptions.describe_failure(result.failure)
        lines += [
            f"why: {story.reason}",
            f"call: {story.number}, for {story.model}",
            f"scenario: {story.scenario}",
            "",
            "payload:",
            *story.payload,
            "",
            f"{story.result_title}:",
            *story.result_lines,
            "",
            "what the server saw (> shows the failure):",
            *chain.from_iterable(map(format_block, story.blocks)),
            "",
        ]
        lines += [f"replay: {story.replay_command}"] if story.replay_command else []
    return "\n".join(
        [*lines, escape_controls(f"hint: {law.hint}"), escape_controls(f"source: {law.source}")]
    )
