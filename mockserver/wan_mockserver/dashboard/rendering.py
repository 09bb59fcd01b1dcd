"""HTML from templates, as responses that load nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from wan_validators.optional_dependencies import explain_missing_extra

from ..http.messages import Request, Response

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
"""Neither scripts nor styles inside the page, and nothing from another host."""

SAFE: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # With no-referrer a browser would send "Origin: null", which is not this server's.
    "Referrer-Policy": "same-origin",
}
"""Headers of everything that is served for the page."""


def html(
    template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> Response:
    """*template*, filled in with *values*, every one of which is escaped."""
    text = _environment().get_template(template).render(values)
    # A path may hold a lone surrogate, which no encoding has.
    body = text.encode("utf-8", "replace")
    own = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
    }
    return Response(status=status, headers={**own, **SAFE, **(headers or {})}, body=body)


def is_htmx_request(request: Request) -> bool:
    """Whether a script of the page asks for a part of it, and no person for a whole page."""
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
