"""Laws about the headers of creates and polls."""

from __future__ import annotations

from collections.abc import Iterable
from email.message import Message
from functools import lru_cache
from typing import Final

from wan_mockserver.assertions.verdict import Verdict

from ..runner.interaction import Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation

__all__ = [
    "JSON_CHARSETS",
    "LAWS",
    "check_bearer_header",
    "check_bearer_spelling",
    "check_json_content_type",
]

JSON_CHARSETS: Final = ("utf-8", "utf8")
"""Values of charset that are true of JSON (RFC 8259, 8.1); the parameter is not needed."""


def check_bearer_header(interaction: Interaction) -> Verdict | None:
    requests = (*interaction.creates, *interaction.polls)
    key, schemes = interaction.setting.api_key, interaction.case.spec.vendor.auth_schemes
    wrong = [each for each in requests if not _has_key(each, key, schemes)]
    if not wrong:
        return KEPT if requests else None
    header = wrong[0].request.headers.get("authorization")
    message = "has no Authorization header"
    if header is not None:
        forms = " or ".join(schemes)
        message = f"has an Authorization header that is not {forms} and the API key"
    return build_violation(f"a {wrong[0].entry.action} {message}", wrong)


def check_bearer_spelling(interaction: Interaction) -> Verdict | None:
    key, schemes = interaction.setting.api_key, interaction.case.spec.vendor.auth_schemes
    wanted = [f"{scheme} {key}" for scheme in schemes]
    requests = [
        each for each in (*interaction.creates, *interaction.polls) if _has_key(each, key, schemes)
    ]
    wrong = [each for each in requests if each.request.headers["authorization"] not in wanted]
    if not wrong:
        return KEPT if requests else None
    scheme = wrong[0].request.headers["authorization"].partition(" ")[0]
    message = f"the scheme of a {wrong[0].entry.action} is written {scheme!r}, not '{schemes[0]} '"
    return build_violation(message, wrong)


def check_json_content_type(interaction: Interaction) -> Verdict | None:
    for exchange in interaction.creates:
        content_type = exchange.request.headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() != "application/json":
            return build_violation(
                f"the Content-Type of the create is {content_type or 'missing'}", [exchange]
            )
        charset = _parse_charset(content_type)
        if charset not in (None, *JSON_CHARSETS):
            return build_violation(
                f"the Content-Type of the create has charset={charset}, but JSON is UTF-8",
                [exchange],
            )
    return KEPT if interaction.creates else None


def _has_key(exchange: ObservedExchange, key: str, schemes: Iterable[str]) -> bool:
    """Returns whether the API accepts the header: a scheme has no letter case (RFC 9110, 11.1)."""
    scheme, _, rest = exchange.request.headers.get("authorization", "").partition(" ")
    return scheme.lower() in map(str.lower, schemes) and rest.strip() == key


@lru_cache(maxsize=64)
def _parse_charset(content_type: str) -> str | None:
    message = Message()
    message["content-type"] = content_type
    return message.get_content_charset()


LAWS: Final = (
    Law(
        id="bearer-header",
        group=Group.SENDING,
        level=Level.MUST,
        statement="Creates and polls carry the API key in the header Authorization: Bearer <key>; "
        "the queue also accepts Key <key>.",
        source="S0 to S4",
        hint="set the header once on the session that sends both",
        judge=check_bearer_header,
    ),
    Law(
        id="bearer-spelling",
        group=Group.SENDING,
        level=Level.SHOULD,
        statement="The scheme of the Authorization header is written as documented: Bearer.",
        source="S0 to S4; RFC 9110, 11.1 allows any letter case, but not every gateway does",
        hint="write Bearer with a capital B, one blank, and the key",
        judge=check_bearer_spelling,
    ),
    Law(
        id="json-content-type",
        group=Group.SENDING,
        level=Level.MUST,
        statement="Creates carry the header Content-Type: application/json, in UTF-8.",
        source="S0 to S4; RFC 8259, 8.1: JSON between systems is UTF-8",
        hint="set Content-Type: application/json without a charset, and encode the body as UTF-8",
        judge=check_json_content_type,
    ),
)
