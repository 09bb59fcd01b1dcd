"""Formats one broken law as plain lines for a test or a CI system."""

from __future__ import annotations

from wan_validators.reporters.excerpt import escape_controls

from ..results.report import LawResult
from . import descriptions

__all__ = ["format_details"]


def format_details(result: LawResult) -> str:
    """Returns the law of *result*, its smallest failure if there is one, and a hint."""
    law = result.law
    lines = [escape_controls(f"{law.level.value}: {law.statement}")]
    if result.failure:
        description = descriptions.describe_failure(result.failure)
        lines += [
            f"why: {description.reason}",
            f"model: {description.model}",
            f"scenario: {description.scenario}",
            "",
        ]
        if description.preceding:
            lines += ["calls before it, with the same client:", *description.preceding, ""]
        lines += [
            "payload:",
            *description.payload,
            "",
            f"{description.result_title}:",
            *description.result_lines,
            "",
            "what the server received (> shows the failure):",
            *description.transcript,
            "",
        ]
        lines += [f"replay: {description.replay_command}"] if description.replay_command else []
    return "\n".join(
        [
            *lines,
            escape_controls(f"hint: {law.hint}"),
            escape_controls(f"source: {law.source}"),
            f"docs: {descriptions.build_law_url(law)}",
        ]
    )
