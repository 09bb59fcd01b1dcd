"""Laws about what a client sends."""

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


def check_documented_form(interaction: Interaction) -> Verdict | None:
    for seen in interaction.creates:
        document = read(seen.request.body or b"")
        if not isinstance(document.value, dict):
            return build_violation("the body of the create is no JSON object", [seen])
        if document.findings:
            return build_violation(
                f"in the body of the create, {document.findings[0].message}", [seen]
            )
        if _is_foreign(interaction, seen):
            names = ", ".join(document.value)
            says = f"nothing that was asked for stands where the documents say; members: {names}"
            return build_violation(says, [seen])
    return KEPT if interaction.creates else None


def check_payload_intact(interaction: Interaction) -> Verdict | None:
    if not interaction.case.lint_report.valid:
        return None
    judged = False
    for seen in interaction.creates:
        pair = find_payloads(interaction, seen)
        if pair is None or _is_foreign(interaction, seen):
            continue
        judged = True
        for says in _find_lost_members(*pair):
            return build_violation(says, [seen])
        if find_model(interaction, seen) != interaction.case.model_id:
            says = f"the create is for {find_model(interaction, seen)!r}, not for {interaction.case.model_id!r}"
            return build_violation(says, [seen])
    return KEPT if judged else None


def check_nothing_added(interaction: Interaction) -> Verdict | None:
    if not interaction.case.lint_report.valid:
        return None
    for seen in interaction.creates:
        pair = find_payloads(interaction, seen)
        if pair is None or _is_foreign(interaction, seen):
            continue
        for pointer, value in _find_added_members(*pair):
            if pointer.removeprefix("/") not in interaction.case.spec.vendor.tolerated:
                return build_violation(
                    f"nobody asked for {pointer}, which is {_format_value(value)}", [seen]
                )
    return KEPT if interaction.creates else None


def check_create_url(interaction: Interaction) -> Verdict | None:
    stray = [
        seen
        for seen in interaction.exchanges
        if not seen.entry.action and seen.request.method != "GET"
    ]
    if stray:
        request, template = stray[0].request, interaction.case.spec.vendor.create
        wanted = template.format(model=interaction.case.model_id)
        return build_violation(f"{request.method} {request.path} is not POST {wanted}", stray)
    return KEPT if interaction.creates else None


def check_bearer_header(interaction: Interaction) -> Verdict | None:
    wanted = f"Bearer {interaction.setting.api_key}"
    asking = (*interaction.creates, *interaction.polls)
    wrong = [seen for seen in asking if seen.request.headers.get("authorization") != wanted]
    if not wrong:
        return KEPT if asking else None
    given = wrong[0].request.headers.get("authorization")
    says = "has no Authorization header"
    if given is not None:
        says = "has an Authorization header that is not Bearer and the API key"
    return build_violation(f"a {wrong[0].entry.action} {says}", wrong)


def check_json_content_type(interaction: Interaction) -> Verdict | None:
    types = [(seen, seen.request.headers.get("content-type", "")) for seen in interaction.creates]
    for seen, given in types:
        if given.partition(";")[0].strip().lower() != "application/json":
            return build_violation(
                f"the content type of the create is {given or 'missing'}", [seen]
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
        f"{where} is invalid ({error.message}), and the call is reported as completed"
    )


def check_local_limits(interaction: Interaction) -> Verdict | None:
    if not interaction.case.lint_report.valid or interaction.outcome is None:
        return None
    if interaction.exchanges and interaction.outcome.kind is not OutcomeKind.NOT_SENT:
        return KEPT
    why = summarize_value(interaction.outcome.message or "it does not say why")
    if interaction.outcome.kind is OutcomeKind.NOT_SENT:
        return build_violation(f"the client refused by itself what the documents allow: {why}")
    return build_violation(
        f"nothing was ever sent to the base URL; {interaction.outcome.kind} is reported: {why}"
    )


def _is_foreign(interaction: Interaction, seen: ObservedExchange) -> bool:
    """Whether the body has none of the members that were asked for."""
    pair = find_payloads(interaction, seen)
    return pair is not None and bool(pair[0]) and not pair[0].keys() & pair[1].keys()


def _find_lost_members(asked: Json, sent: Json, pointer: str = "") -> Iterator[str]:
    """What of *asked* is missing from *sent* or stands there as something else."""
    if type(asked) is not type(sent):
        yield f"{pointer} was {_format_value(asked)}, and came as {_format_value(sent)}"
    elif isinstance(asked, dict):
        for name, value in asked.items():
            if name not in sent:
                yield f"{pointer}/{name} was asked for and never sent"
            else:
                yield from _find_lost_members(value, sent[name], f"{pointer}/{name}")
    elif isinstance(asked, list):
        if len(asked) != len(sent):
            yield f"{pointer} had {len(asked)} items, and came with {len(sent)}"
            return
        for index, (one, other) in enumerate(zip(asked, sent, strict=True)):
            yield from _find_lost_members(one, other, f"{pointer}/{index}")
    elif asked != sent:
        yield f"{pointer} was {_format_value(asked)}, and came as {_format_value(sent)}"


def _find_added_members(asked: Json, sent: Json, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Members of *sent* that *asked* has not, at any depth."""
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
            "A create's body is the documented JSON object, or the vendor's own wrapper of it."
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
            "What arrives is what was asked for: no member lost, renamed, re-typed or changed."
        ),
        source="S0 to S4; lengths counted in UTF-16 units and sizes written WxH are usual mistakes",
        hint="hand the payload through as it is; do not cut, translate or drop members",
        judge=check_payload_intact,
    ),
    Law(
        id="nothing-added",
        group=Group.SENDING,
        level=Level.SHOULD,
        statement="No member is sent that was not asked for.",
        source="S0 to S4: each member has a documented default; a client's own can cost more",
        hint="leave out what the caller left out, so that the documented defaults apply",
        judge=check_nothing_added,
    ),
    Law(
        id="create-url",
        group=Group.SENDING,
        level=Level.MUST,
        statement="Tasks are created by POST at the documented path of the model.",
        source="S0, S1, S3: /vendors/alibaba/v1/{model}/generation; S2, S4: /model/v1/generation",
        hint="join base URL and path with exactly one slash, and put the model in as documented",
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
        statement="Creates say that their body is application/json.",
        source="S0 to S4",
        hint="set Content-Type: application/json, or let the HTTP library encode the JSON",
        judge=check_json_content_type,
    ),
    Law(
        id="invalid-told",
        group=Group.SENDING,
        level=Level.MUST,
        statement="A payload that the documents forbid is never reported as completed.",
        source="S0 to S4: the limits; S4: codes 001021001 to 001021018",
        hint="run wanproof lint first, or hand the refusal on; do not mend payloads silently",
        judge=check_invalid_told,
    ),
    Law(
        id="local-limits",
        group=Group.SENDING,
        level=Level.MUST,
        statement="What the documents allow is sent: the client's own limits are not stricter.",
        source="S0 to S4: the limits, which wanproof rules prints",
        hint="count text in code points and sizes in pixels, and compare with wanproof rules",
        judge=check_local_limits,
    ),
)
