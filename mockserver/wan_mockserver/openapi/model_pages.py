"""Describes the pages about models, and the estimate of a cost, for the vendors' document."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wan_validators.catalog import models_of
from wan_validators.task import CostEstimate
from wan_validators.vendor import Page, Vendor

from ..http.messages import Request
from ..model_pages.pages import answer_page
from .example_responses import build_error_examples
from .schema_from_types import infer_schema

__all__ = ["build_page_operations", "build_precharge_operation"]


def build_page_operations(vendor: Vendor) -> dict[str, Any]:
    """Returns the operations of the pages of *vendor* by their paths."""
    return {
        template: {"get": _build_page_operation(vendor, page, template)}
        for page, template in vendor.pages.items()
    }


def _build_page_operation(vendor: Vendor, page: Page, template: str) -> dict[str, Any]:
    models = models_of(vendor)
    parameters = []
    if "{model}" in template:
        name = {"type": "string", "enum": list(models)}
        parameters = [{"name": "model", "in": "path", "required": True, "schema": name}]
    return {
        "operationId": f"{page.name.lower()}-models-{vendor.name}",
        "summary": f"Returns {page.value}.",
        "tags": [vendor.name],
        "security": [],
        "parameters": parameters,
        "responses": {
            "200": _build_page_response(vendor, page, template),
            "default": _build_page_error(vendor),
        },
    }


def _build_page_response(vendor: Vendor, page: Page, template: str) -> dict[str, Any]:
    models = models_of(vendor)
    name = next(iter(models)) if "{model}" in template else ""
    answer = answer_page(page, vendor, models, name, Request(method="GET", path=template))
    content = answer.headers["Content-Type"].partition(";")[0]
    schema = {"type": "string"} if page is Page.TEXT else {"type": "object"}
    return {"description": "The page.", "content": {content: {"schema": schema}}}


def _build_page_error(vendor: Vendor) -> dict[str, Any]:
    errors = build_error_examples(vendor, next(iter(models_of(vendor).values())), create=True)
    schema = infer_schema([body for _, bodies in errors.values() for body in bodies])
    return {
        "description": "There is no such model, or the query is not valid.",
        "content": {"application/json": {"schema": schema}},
    }


def build_precharge_operation(
    vendor: Vendor, body: Any, errors: Mapping[str, Any]
) -> dict[str, Any]:
    """Returns the operation that estimates a cost; *body* is the schema of a create's body."""
    assert vendor.build_precharge_body
    model = next(iter(models_of(vendor)))
    bodies = [
        vendor.build_precharge_body(
            CostEstimate(model=model, cost=cost, digest="0" * 64, count=1, at=0.0)
        )
        for cost in (Decimal("0.03"), None)
    ]
    content = {"schema": infer_schema(bodies), "example": bodies[0]}
    return {
        "operationId": f"precharge-{vendor.name}",
        "summary": "Estimates what a task would cost; it creates none.",
        "tags": [vendor.name],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            **errors,
            "200": {"description": "The cost.", "content": {"application/json": content}},
        },
    }
