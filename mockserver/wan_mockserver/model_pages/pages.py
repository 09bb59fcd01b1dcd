"""Answers requests for a vendor's pages about its models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from wan_validators.messages.formatting import clip
from wan_validators.messages.suggestions import suggest
from wan_validators.rejection import RejectionReason
from wan_validators.spec import ModelSpec
from wan_validators.vendor import Page, Vendor

from ..http.errors import RequestRejected
from ..http.messages import Request, Response
from .contracts import build_contract
from .search import InvalidQuery, build_model_list, build_search_result
from .specs import build_spec
from .texts import build_text

__all__ = ["answer_page"]


def answer_page(
    page: Page, vendor: Vendor, models: Mapping[str, ModelSpec], name: str, request: Request
) -> Response:
    """Returns *page* about the model *name* of *models*, or about all of them if it is empty.

    Clients read the code in the body, so an unknown model has the code 404 in a response with
    the status 200. Raises RequestRejected where the page has no such code.
    """
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    spec = models.get(name)
    if name and spec is None:
        message = _describe_unknown(vendor, models, name)
        if page is Page.TEXT:
            raise RequestRejected(RejectionReason.NO_MODEL, message, status=404)
        return _build_envelope(404, message, None)
    try:
        match page:
            case Page.LIST:
                return _build_envelope(200, "ok", build_model_list(models.values(), query))
            case Page.SEARCH:
                return Response.json(200, build_search_result(models.values(), query))
    except InvalidQuery as error:
        if page is Page.SEARCH:
            raise RequestRejected(RejectionReason.MALFORMED, str(error)) from None
        return _build_envelope(400, str(error), None)
    assert spec
    match page:
        case Page.SPEC:
            return _build_envelope(200, "ok", build_spec(spec, request.base_url))
        case Page.CONTRACT:
            return _build_envelope(200, "ok", build_contract(spec))
    return _build_markdown(build_text(spec))


def _build_envelope(code: int, message: str, data: Any) -> Response:
    return Response.json(200, {"status": {"code": code, "message": message}, "data": data})


def _build_markdown(text: str) -> Response:
    body = text.encode()
    headers = {"Content-Type": "text/markdown; charset=utf-8", "Content-Length": str(len(body))}
    return Response(status=200, headers=headers, body=body)


def _describe_unknown(vendor: Vendor, models: Mapping[str, ModelSpec], name: str) -> str:
    if name.lower() in vendor.other_models:
        return vendor.describe_unmodelled(clip(name))
    known = f"models of {vendor.title}: {', '.join(models)}"
    hint = suggest(name, models, otherwise=known, cutoff=0.5)
    return f"there is no model {clip(repr(name))}; {hint}"
