"""Defines a captured exchange, and removes the secrets from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from ..http.messages import Request, Response
from ..state.secrets import (
    Secrets,
    find_secrets,
    redact,
    redact_members,
    select_request_headers,
)

__all__ = ["CapturedExchange", "find_header", "redact_exchanges"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedExchange:
    """One recorded request and its response.

    *at* is the Unix time of the request, 0 if it is not known. *place* names the exchange in its
    file. *complete* is false if the capture does not hold the whole body of the response.
    """

    request: Request
    response: Response
    at: float
    place: str
    complete: bool = True

    @property
    def url(self) -> str:
        query = f"?{self.request.query}" if self.request.query else ""
        return f"{self.request.base_url}{self.request.path}{query}"


def find_header(headers: Mapping[str, str], name: str) -> str:
    """Returns the value of the header *name* in any case, or ""."""
    return next((value for key, value in headers.items() if key.lower() == name), "")


def redact_exchanges(exchanges: Iterable[CapturedExchange]) -> list[CapturedExchange]:
    """Returns the exchanges without API keys, cookies and signatures of URLs.

    A key is removed from all exchanges, also from those that were sent without it.
    """
    exchanges = list(exchanges)
    keys = {key for each in exchanges for key in find_secrets(each.request.headers)}
    hide = partial(_redact_text, tuple(sorted(keys, key=len, reverse=True)))
    return [
        replace(
            each,
            request=replace(
                each.request,
                path=hide(each.request.path),
                query=hide(f"?{each.request.query}")[1:],
                headers=_redact_headers(each.request.headers, hide),
                body=_redact_body(each.request.body or b"", hide),
            ),
            response=replace(
                each.response,
                headers=_redact_headers(each.response.headers, hide),
                body=_redact_body(each.response.body, hide),
            ),
        )
        for each in exchanges
    ]


def _redact_text(secrets: Secrets, text: str) -> str:
    return redact_members(redact(secrets, text))


def _redact_headers(headers: Mapping[str, str], hide: partial[str]) -> dict[str, str]:
    return {name: hide(value) for name, value in select_request_headers(headers).items()}


def _redact_body(body: bytes, hide: partial[str]) -> bytes:
    """Returns *body* without secrets. A body that is not text can be a form with a file."""
    try:
        return hide(body.decode()).encode()
    except UnicodeDecodeError:
        return hide(body.decode("latin-1")).encode("latin-1") if body[:2] == b"--" else body
