"""A law that is broken, in plain lines: where a test or a CI system tells of it alone."""

from __future__ import annotations

from itertools import chain

from wan_validators.reporters.excerpt import safe

from ..report import Result
from ..transcript import written
from . import wording


def details(result: Result) -> str:
    """All that is to be said of *result*: the law, its smallest failure if any, and a hint."""
    law = result.law
    lines = [safe(f"{law.level.value}: {law.says}")]
    if result.failure:
        story = wording.story(result.failure)
        lines += [
            f"why: {story.why}",
            f"call: {story.number}, for {story.model}",
            f"scenario: {story.scenario}",
            "",
            "payload:",
            *story.payload,
            "",
            f"{story.ending}:",
            *story.ended,
            "",
            "what the server saw (> shows the failure):",
            *chain.from_iterable(map(written, story.blocks)),
            "",
        ]
        lines += [f"replay: {story.replay}"] if story.replay else []
    return "\n".join([*lines, safe(f"hint: {law.hint}"), safe(f"source: {law.source}")])
