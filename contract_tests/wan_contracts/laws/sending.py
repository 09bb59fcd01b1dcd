"""Laws about the requests that a client sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from wan_mockserver.assertions.verdict import Verdict
from wan_validators.constraints.basic import Json
from wan_validators.messages.formatting import summarize_value
from wan_validators.source.parser import read

from ..protocol.outcome import OutcomeKind
from ..runner.interaction import Interaction
from .law import KEPT, Group, Law, Level, build_violation
from .poll_urls import READING_METHODS, is_poll_path
from .response_bodies import find_model, find_payloads, is_foreign

__all__ = [
    "LAWS",
    "check_create_url",
    "check_documented_form",
    "check_invalid_told",
    "check_local_limits",
    "check_payload_intact",
    "format_value",
]


def check_documented_form(interaction: Interaction) -> Verdict | None:
    for exchange in interaction.creates:
        document = read(exchange.request.body or b"")
        if not isinstance(document.value, dict):
            return build_violation("the body of the create is not a JSON object", [exchange])
        if document.findings:
            return build_violation(
                f"in the body of the create, {document.findings[0].message}", [exchange]
            )
        if is_foreign(interaction, exchange):
            names = ", ".join(document.value)
            message = f"the body has none of the payload's members at its top level, but: {names}"
            return build_violation(message, [exchange])
    return KEPT if interaction.creates else None


def check_payload_intact(interaction: Interaction) -> Verdict | None:
    if not interaction.case.lint_report.valid:
        return None
    is_checked = False
    for exchange in interaction.creates:
        pair = find_payloads(interaction, exchange)
        if pair is None or is_foreign(interaction, exchange):
            continue
        is_checked = True
        for message in _find_lost_members(*pair):
            return build_violation(message, [exchange])
        model = find_model(interaction, exchange)
        if model not in interaction.case.spec.names:
            message = f"the create is for {model!r}, not for {interaction.case.spec.name!r}"
            return build_violation(message, [exchange])
    return KEPT if is_checked else None


def check_create_url(interaction: Interaction) -> Verdict | None:
    stray = [
        exchange
        for exchange in interaction.exchanges
        if not exchange.entry.action
        and exchange.request.method not in READING_METHODS
        and not is_poll_path(interaction, exchange.request.path)
    ]
    stray += [create for create in interaction.creates if "//" in create.request.path]
    if stray:
        request = stray[0].request
        wanted = interaction.case.spec.create_path
        return build_violation(f"{request.method} {request.path} is not POST {wanted}", stray)
    return KEPT if interaction.creates else None


def check_invalid_told(interaction: Interaction) -> Verdict | None:
    if interaction.case.lint_report.valid or interaction.outcome is None:
        return None
    if interaction.outcome.kind is not OutcomeKind.COMPLETED:
        return KEPT
    error = interaction.case.lint_report.errors[0]
    where = error.pointer or "the payload"
    return build_violation(
        f"{where} is invalid ({error.message}), but the call is reported as completed"
    )


def check_local_limits(interaction: Interaction) -> Verdict | None:
    if not interaction.case.lint_report.valid or interaction.outcome is None:
        return None
    if interaction.outcome.kind is not OutcomeKind.NOT_SENT:
        return KEPT
    why = summarize_value(interaction.outcome.message or "no message")
    return build_violation(f"the client rejected a payload that the documents allow: {why}")


def _find_lost_members(asked: Json, sent: Json, pointer: str = "") -> Iterator[str]:
    """Yields a message for each value of *asked* that *sent* lacks or changes.

    An empty object says nothing, so it may be missing.
    """
    if type(asked) is not type(sent):
        yield f"{pointer} is {format_value(asked)}, but was sent as {format_value(sent)}"
    elif isinstance(asked, dict):
        for name, value in asked.items():
            if name not in sent:
                if value != {}:
                    yield f"{pointer}/{name} was not sent"
            else:
                yield from _find_lost_members(value, sent[name], f"{pointer}/{name}")
    elif isinstance(asked, list):
        if len(asked) != len(sent):
            yield f"{pointer} has {len(asked)} items, but was sent with {len(sent)}"
            return
        for index, (one, other) in enumerate(zip(asked, sent, strict=True)):
            yield from _find_lost_members(one, other, f"{pointer}/{index}")
    elif asked != sent:
        yield f"{pointer} is {format_value(asked)}, but was sent as {format_value(sent)}"


def format_value(value: Json) -> str:
    return json.dumps(summarize_value(value), ensure_ascii=False)


LAWS: Final = (
    Law(
        id="documented-form",
        group=Group.SENDING,
        level=Level.MUST,
        statement=(
            "The body of a create is the documented JSON object, or the vendor's wrapper of it."
        ),
        source="S0 to S4; for the wrapper, the published SDKs of the vendor of S2 and S4",
        hint="send the payload's members at the top of the body, as UTF-8 JSON, each once",
        judge=check_documented_form,
    ),
    Law(
        id="payload-intact",
        group=Group.SENDING,
        level=Level.MUST,
        statement=(
            "The payload arrives unchanged: no member is lost, renamed, re-typed or changed."
        ),
        source="S0 to S4; common mistakes: lengths in UTF-16 units, sizes written as WxH",
        hint=(
            "send the payload unchanged; do not truncate, convert or drop members, nor normalise "
            "line endings, quotes, white space or URLs"
        ),
        judge=check_payload_intact,
    ),
    Law(
        id="create-url",
        group=Group.SENDING,
        level=Level.MUST,
        statement="A create is a POST to the documented path of the model.",
        source="S0, S1, S3: /vendors/alibaba/v1/{model}/generation; S2, S4: /model/v1/generation",
        hint="join base URL and path with exactly one slash, and insert the model as documented",
        judge=check_create_url,
    ),
    Law(
        id="invalid-told",
        group=Group.SENDING,
        level=Level.MUST,
        statement="A payload that the documents forbid is not reported as completed.",
        source="S0 to S4: the limits; S4: codes 001021001 to 001021018",
        hint="run wanproof lint first, or report the rejection; do not correct payloads silently",
        judge=check_invalid_told,
    ),
    Law(
        id="local-limits",
        group=Group.SENDING,
        level=Level.MUST,
        statement="A client sends each payload that the documents allow, without stricter limits.",
        source="S0 to S4: the limits, which wanproof rules prints",
        hint="count text in code points and sizes in pixels; compare with wanproof rules",
        judge=check_local_limits,
    ),
)
