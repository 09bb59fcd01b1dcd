"""Laws about the requests that a client sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from wan_mockserver.assertions.verdict import Verdict
from wan_validators.constraints.basic import Json
from wan_validators.messages.formatting import summarize_value
from wan_validators.source.parser import read

from ..protocol.outcome import OutcomeKind
from ..runner.interaction import Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation
from .response_bodies import find_model, find_payloads

__all__ = [
    "LAWS",
    "check_bearer_header",
    "check_create_url",
    "check_documented_form",
    "check_invalid_told",
    "check_json_content_type",
    "check_local_limits",
    "check_nothing_added",
    "check_payload_intact",
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
        if _is_foreign(interaction, exchange):
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
        if pair is None or _is_foreign(interaction, exchange):
            continue
        is_checked = True
        for message in _find_lost_members(*pair):
            return build_violation(message, [exchange])
        model = find_model(interaction, exchange)
        if model != interaction.case.model_id:
            message = f"the create is for {model!r}, not for {interaction.case.model_id!r}"
            return build_violation(message, [exchange])
    return KEPT if is_checked else None


def check_nothing_added(interaction: Interaction) -> Verdict | None:
    if not interaction.case.lint_report.valid:
        return None
    for exchange in interaction.creates:
        pair = find_payloads(interaction, exchange)
        if pair is None or _is_foreign(interaction, exchange):
            continue
        for pointer, value in _find_added_members(*pair):
            if pointer.removeprefix("/") not in interaction.case.spec.vendor.tolerated:
                return build_violation(
                    f"{pointer} was added; the caller did not ask for {_format_value(value)}",
                    [exchange],
                )
    return KEPT if interaction.creates else None


def check_create_url(interaction: Interaction) -> Verdict | None:
    stray = [
        exchange
        for exchange in interaction.exchanges
        if not exchange.entry.action and exchange.request.method != "GET"
    ]
    if stray:
        request, template = stray[0].request, interaction.case.spec.vendor.create
        wanted = template.format(model=interaction.case.model_id)
        return build_violation(f"{request.method} {request.path} is not POST {wanted}", stray)
    return KEPT if interaction.creates else None


def check_bearer_header(interaction: Interaction) -> Verdict | None:
    wanted = f"Bearer {interaction.setting.api_key}"
    requests = (*interaction.creates, *interaction.polls)
    wrong = [
        exchange for exchange in requests if exchange.request.headers.get("authorization") != wanted
    ]
    if not wrong:
        return KEPT if requests else None
    header = wrong[0].request.headers.get("authorization")
    message = "has no Authorization header"
    if header is not None:
        message = "has an Authorization header that is not Bearer and the API key"
    return build_violation(f"a {wrong[0].entry.action} {message}", wrong)


def check_json_content_type(interaction: Interaction) -> Verdict | None:
    types = [
        (exchange, exchange.request.headers.get("content-type", ""))
        for exchange in interaction.creates
    ]
    for exchange, content_type in types:
        if content_type.partition(";")[0].strip().lower() != "application/json":
            return build_violation(
                f"the Content-Type of the create is {content_type or 'missing'}", [exchange]
            )
    return KEPT if types else None


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
    if interaction.exchanges and interaction.outcome.kind is not OutcomeKind.NOT_SENT:
        return KEPT
    why = summarize_value(interaction.outcome.message or "no message")
    if interaction.outcome.kind is OutcomeKind.NOT_SENT:
        return build_violation(f"the client rejected a payload that the documents allow: {why}")
    return build_violation(
        f"the client sent nothing to the base URL, but reported {interaction.outcome.kind}: {why}"
    )


def _is_foreign(interaction: Interaction, exchange: ObservedExchange) -> bool:
    """Returns whether the body has none of the members of the payload."""
    pair = find_payloads(interaction, exchange)
    return pair is not None and bool(pair[0]) and not pair[0].keys() & pair[1].keys()


def _find_lost_members(asked: Json, sent: Json, pointer: str = "") -> Iterator[str]:
    """Yields a message for each value of *asked* that *sent* lacks or changes."""
    if type(asked) is not type(sent):
        yield f"{pointer} is {_format_value(asked)}, but was sent as {_format_value(sent)}"
    elif isinstance(asked, dict):
        for name, value in asked.items():
            if name not in sent:
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
        yield f"{pointer} is {_format_value(asked)}, but was sent as {_format_value(sent)}"


def _find_added_members(asked: Json, sent: Json, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yields each member of *sent* that *asked* lacks, at any depth."""
    if isinstance(asked, dict) and isinstance(sent, dict):
        for name, value in sent.items():
            if name not in asked:
                yield f"{pointer}/{name}", value
            else:
                yield from _find_added_members(asked[name], value, f"{pointer}/{name}")
    elif isinstance(asked, list) and isinstance(sent, list):
        for index, (one, other) in enumerate(zip(asked, sent, strict=False)):
            yield from _find_added_members(one, other, f"{pointer}/{index}")


def _format_value(value: Json) -> str:
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
        hint="send the payload unchanged; do not truncate, convert or drop members",
        judge=check_payload_intact,
    ),
    Law(
        id="nothing-added",
        group=Group.SENDING,
        level=Level.SHOULD,
        statement="A client sends no member that the caller did not ask for.",
        source="S0 to S4: each member has a documented default; another default can cost more",
        hint="omit each member that the caller omits, so that the documented defaults apply",
        judge=check_nothing_added,
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
        id="bearer-header",
        group=Group.SENDING,
        level=Level.MUST,
        statement="Creates and polls carry the API key in the header Authorization: Bearer <key>.",
        source="S0 to S4",
        hint="set the header once on the session that sends both",
        judge=check_bearer_header,
    ),
    Law(
        id="json-content-type",
        group=Group.SENDING,
        level=Level.MUST,
        statement="Creates carry the header Content-Type: application/json.",
        source="S0 to S4",
        hint="set Content-Type: application/json, or let the HTTP library encode the JSON",
        judge=check_json_content_type,
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
