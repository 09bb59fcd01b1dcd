"""Finds API keys and signatures of URLs, and keeps them out of everything that is stored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote

__all__ = [
    "REDACTED",
    "RESPONSE_HEADERS",
    "Secrets",
    "find_secrets",
    "redact",
    "redact_long",
    "redact_members",
    "select_request_headers",
    "select_response_headers",
]

Secrets = str | tuple[str, ...]
"""One key, or several texts that contain one."""

REDACTED: Final = "[the API key]"
_REDACTED_PARAMETER: Final = REDACTED.replace(" ", "-")
"""The same in a URL, which would end at a space."""

RESPONSE_HEADERS: Final = frozenset(
    (
        "content-type",
        "content-length",
        "retry-after",
        "location",
        "traceparent",
        "x-wanproof-step",
        "x-wanproof-findings",
    )
)
"""The headers of a response that the journal stores."""

_MIN_CHARACTERS: Final = 4
"""A shorter text is not a real key."""

_MIN_REAL_CHARACTERS: Final = 16
"""Keys of vendors have more characters."""

_MIN_PIECE_CHARACTERS: Final = 8
"""A shorter part of a malformed credential may be a common word."""

_SCHEMES: Final = frozenset(("bearer", "basic", "key", "token", "apikey", "digest"))

_find_credential_name = re.compile(
    "authorization|cookie|secret|credential|password|signature|(^|[-_])jwt"
    "|(api|access|auth|secret|subscription)[-_]?key|^x-(?!idempotency-)([a-z]+-)*key$"
    "|token$|(^|[-_])auth$"
).search

_find_credential_value = re.compile(
    r"(?i)^(bearer|key|token|basic|apikey)[ :=]+\S{8,}$"
    r"|(^|[^a-z0-9])(sk[-_][\w-]{8,}|eyJ[\w-]{8,2000}\.eyJ)"
).search
"""Finds the usual forms of keys in a header of an application, whose name can be anything."""

_NAME: Final = (
    "(?:[a-z0-9]+[-_])*(?:api[-_]?key|(?:access|auth|bearer|secret|security)[-_]?(?:key|token)"
    "|authorization|password|client[-_]?secret)"
)
_SIGNED: Final = r"(?:[a-z0-9]+[-_])*(?:signature|policy|[a-z]*access[-_]?key[-_]?id)"
"""The fields of a signed policy, with which anyone can upload files."""

_MEMBERS: Final = re.compile(
    rf'(?i)("(?:{_NAME}|{_SIGNED})"\s*:\s*")(?:[^"\\]|\\.)*'
    rf'|(name="?(?:{_NAME}|{_SIGNED})"?(?:\r?\n[^\r\n]{{1,200}}){{0,4}}(?:\r?\n){{2}})[^\r\n]+'
)
_PARAMETER: Final = (
    rf"(?:{_NAME}|key|[a-z0-9_-]*(?:signature|credential|token|access[-_]?key[-_]?id)"
    "|sig|sign|hmac|jwt|auth|ticket|q-ak|hdn(?:ts|ea)|[a-z]*secret)"
)
"""The parameters of a URL that open what it leads to, at the usual stores and caches of files.

So are the names of accounts that stores add to a signature.
"""

_PARAMETERS: Final = re.compile(
    rf"(?i)((?:^|[?&](?:amp;)?|\\u0026){_PARAMETER}=)(?:{re.escape(REDACTED)}|[^&#\s\"'\\<]+)"
    rf"|((?:%26|%3F){_PARAMETER}%3D)(?:(?!%26)[^&#\s\"'\\<])+"  # a URL within a URL
)
_MEMBER_HINTS: Final = ("key", "token", "secret", "authorization", "password", "signature")


_lower = lru_cache(maxsize=256)(str.lower)
"""Gives one object for a name, which the journal keeps many times."""


def find_secrets(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Returns each form of the keys in *headers*, well-formed or not, the longest first.

    The names of *headers* are in lower case. A key may occur as it is, within JSON, or
    percent-encoded.
    """
    return _find_in_pairs(tuple(headers.items()))


# Clients send the same headers with each request.
@lru_cache(maxsize=256)
def _find_in_pairs(pairs: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return _find_forms(*(value for name, value in pairs if _is_credential(name, value)))


def _is_credential(name: str, value: str) -> bool:
    """Returns True if a header contains a key, by its name or by the form of its value."""
    if _is_credential_header(name):
        return True
    return name.startswith("x-") and _find_credential_value(value) is not None


@lru_cache(maxsize=1024)
def _is_credential_header(name: str) -> bool:
    return _find_credential_name(name) is not None


# Clients send the same key with each request.
@lru_cache(maxsize=256)
def _find_forms(*values: str) -> tuple[str, ...]:
    """Returns each form of the keys in the *values* of headers, the longest first."""
    found = {piece for value in values for piece in _split_credential(value)}
    forms = {
        form for text in found for form in (text, json.dumps(text)[1:-1], quote(text, safe=""))
    }
    return tuple(sorted(forms, key=len, reverse=True))


def _split_credential(value: str) -> list[str]:
    words = [word.strip("\"',;") for word in value.split()]
    pieces = [piece for word in words for piece in re.split("[:=;,]", word)]
    return [
        *(word for word in words if _is_key(word, _MIN_CHARACTERS)),
        *(piece for piece in pieces if _is_key(piece, _MIN_PIECE_CHARACTERS)),
    ]


def _is_key(text: str, least: int) -> bool:
    return len(text) >= least and text.lower().rstrip(":=") not in _SCHEMES


def redact(secret: Secrets, text: str) -> str:
    """Replaces *secret* in *text*, unless it is shorter than any real key."""
    for each in (secret,) if isinstance(secret, str) else secret:
        if len(each) >= _MIN_CHARACTERS:
            text = text.replace(each, REDACTED)
    return text


def redact_long(secrets: tuple[str, ...], text: str) -> str:
    """Replaces those of *secrets* in *text* that are as long as the keys of vendors.

    It is for texts that a client gets back; the short keys of tests can be words of a prompt.
    """
    return redact(tuple(each for each in secrets if len(each) >= _MIN_REAL_CHARACTERS), text)


def redact_members(text: str) -> str:
    """Replaces the values of members and parameters whose names say that they are keys.

    The parameters are those of a query, and of all URLs in *text*. What is replaced once stays.
    """
    lowered = text.casefold()
    for hint in _MEMBER_HINTS:  # several texts of each request, of which few have one
        if hint in lowered:
            text = _MEMBERS.sub(lambda match: f"{match[1] or match[2]}{REDACTED}", text)
            break
    if "=" in text or "%3d" in lowered:
        text = _PARAMETERS.sub(lambda match: f"{match[1] or match[2]}{_REDACTED_PARAMETER}", text)
    return text


def select_request_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Returns all headers except those that contain a key.

    Equal headers give the same object, so that the journal keeps those of a client once.
    """
    return _select_pairs(tuple(headers.items()))


@lru_cache(maxsize=256)
def _select_pairs(pairs: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {name: value for name, value in pairs if not _is_credential(name, value)}


def select_response_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Returns the headers of RESPONSE_HEADERS, with names in lower case."""
    return {
        lowered: value
        for name, value in headers.items()
        if (lowered := _lower(name)) in RESPONSE_HEADERS
    }
