"""Formats a request as a curl command for a shell."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

from wan_mockserver.http.messages import Request
from wan_mockserver.state.secrets import redact
from wan_validators.messages.formatting import format_number

__all__ = [
    "KEY_VARIABLE",
    "MAX_BODY_CHARS",
    "MAX_TEXT_CHARS",
    "METHOD_OPTIONS",
    "SHOWN_HEADERS",
    "format_command",
    "format_url",
    "quote_word",
]

KEY_VARIABLE: Final = "WANPROOF_API_KEY"
"""The environment variable that replaces the API key in the command."""

SHOWN_HEADERS: Final = ("content-type", "x-model", "idempotency-key", "range", "content-encoding")
"""Headers that are always shown. Others are shown only if they contain the API key."""

METHOD_OPTIONS: Final[Mapping[str, list[str]]] = {"GET": [], "HEAD": ["--head"]}
"""The curl options of methods that need no ``-X``."""

MAX_BODY_CHARS: Final = 1000
"""The most characters shown of a URL, a header or a body. In long JSON, only texts are clipped."""

MAX_TEXT_CHARS: Final = 80
"""The most characters shown of a text in a clipped JSON body."""

_EMPTY_KEYS: Final = ("", "undefined", "null", "None", "nil")
"""Values that a client sends without a key. Any other value can be a real key."""

_TRIVIAL: Final = re.compile(r"[^\\\"$`!]*").fullmatch
_NAMED: Final = re.compile(r"\w").match
_CREDENTIAL_HEADERS: Final = ("authorization", "x-api-key", "api-key")


def format_command(request: Request, key: str) -> list[str]:
    """Returns the command as lines with URL, headers and body, but without *key*."""
    method = METHOD_OPTIONS.get(request.method, [f"-X {quote_word(request.method)}"])
    first = " ".join(["curl", *method, _quote_clipped(format_url(request), key)])
    rest = [*(f"-H {each}" for each in _format_headers(request, key)), *_format_body(request, key)]
    lines = [first, *rest]
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]


def format_url(request: Request) -> str:
    """Returns the URL of *request*, percent-encoded where necessary."""
    path = quote(request.path, safe="/:@!$&'()*+,;=~%", errors="surrogatepass")
    return f"{request.base_url}{path}{'?' if request.query else ''}{request.query}"


def quote_word(text: str, key: str = "") -> str:
    """Returns *text* as one word of a POSIX shell, with the variable instead of *key*.

    Text with control characters is quoted as in bash, ``$'...'``.
    """
    parts = text.split(key) if len(key) > 3 else [text]
    if len(parts) == 1:
        return _quote_text(text)
    if text.isprintable() and all(map(_TRIVIAL, parts)) and not any(map(_NAMED, parts[1:])):
        return f'"{f"${KEY_VARIABLE}".join(parts)}"'
    return f'"${KEY_VARIABLE}"'.join(_quote_text(part) if part else "" for part in parts)


def _quote_clipped(text: str, key: str) -> str:
    """Returns the start of *text* as one word; half a key would not be found any more."""
    if len(text) <= MAX_BODY_CHARS:
        return quote_word(text, key)
    return quote_word(f"{redact(key, text)[:MAX_BODY_CHARS]}...")


def _quote_text(text: str) -> str:
    if text.isprintable():
        return shlex.quote(text)
    return f"$'{''.join(map(_escape_character, text))}'"


def _escape_character(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    if character.isprintable():
        return character
    common = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return common.get(character) or f"\\U{ord(character):08x}"


def _format_headers(request: Request, key: str) -> Iterator[str]:
    for name, value in request.headers.items():
        if name in _CREDENTIAL_HEADERS:
            shown = _mask_credential(value, key)
            yield _quote_clipped(f"{_format_header_name(name)}: {shown}", key)
        elif name in SHOWN_HEADERS or (len(key) > 3 and key in value):
            yield _quote_clipped(f"{_format_header_name(name)}: {value}", key)


def _mask_credential(value: str, key: str) -> str:
    """Returns *value* without a key that is not *key*.

    Such a key can be a real one that a client read from its environment.
    """
    scheme, space, given = value.partition(" ")
    if key and key in value:
        return value
    if not space:
        scheme, given = "", value
    shown = given if given.strip() in _EMPTY_KEYS else f"(another key, of {len(given)} characters)"
    return f"{scheme}{space}{shown}"


def _format_header_name(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))


def _format_body(request: Request, key: str) -> Iterator[str]:
    if request.body is None:
        yield "--data-raw ''  # the body was too long to read"
        return
    if not request.body:
        return
    try:
        text = request.body.decode()
    except UnicodeDecodeError:
        size = format_number(len(request.body))
        yield f"--data-raw ''  # the body is {size} bytes and not UTF-8"
        return
    if len(text) <= MAX_BODY_CHARS:
        yield f"--data-raw {quote_word(text, key)}"
    else:
        comment = f"clipped; it has {format_number(len(text))} characters"
        yield f"--data-raw {quote_word(_clip_body(text, key))}  # {comment}"


def _clip_body(text: str, key: str) -> str:
    with suppress(ValueError, RecursionError):
        text = json.dumps(_shorten_texts(json.loads(text)))
    return redact(key, text)[:MAX_BODY_CHARS]


def _shorten_texts(value: Any) -> Any:
    """Returns *value* with long texts cut after MAX_TEXT_CHARS."""
    match value:
        case str() if len(value) > MAX_TEXT_CHARS:
            return f"{value[:MAX_TEXT_CHARS]}..."
        case dict():
            return {name: _shorten_texts(each) for name, each in value.items()}
        case list():
            return [_shorten_texts(each) for each in value]
    return value
