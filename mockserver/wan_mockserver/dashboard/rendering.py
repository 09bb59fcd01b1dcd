"""Renders templates as HTML responses that load nothing from other hosts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from wan_validators.optional_dependencies import explain_missing_extra

from ..http.messages import Request, Response

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["CONTENT_SECURITY_POLICY", "SECURITY_HEADERS", "is_htmx_request", "render_html"]

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
"""Forbids inline scripts and styles, and everything from other hosts."""

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # With no-referrer a browser would send "Origin: null", which is not this server's origin.
    "Referrer-Policy": "same-origin",
}
"""The headers of every response to the page."""


def render_html(
    template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> Response:
    """Renders *template* with *values*, all of which are escaped."""
    text = _environment().get_template(template).render(values)
    # A path may contain a lone surrogate, which UTF-8 cannot encode.
    body = text.encode("utf-8", "replace")
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        **SECURITY_HEADERS,
        **(headers or {}),
    }
    return Response(status=status, headers=headers, body=body)


def is_htmx_request(request: Request) -> bool:
    """Returns True if the page's script asks for a part of the page."""
    return request.headers.get("hx-request") == "true"


@cache
def _environment() -> Environment:
    with explain_missing_extra():
        from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
