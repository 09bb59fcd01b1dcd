"""Writes captures as HAR 1.2, a JSON format that browsers and proxies read."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wan_validators.optional_dependencies import DISTRIBUTION

from ..openapi.schemas import version
from .exchange import CapturedExchange, find_header, redact_exchanges

__all__ = ["write_har"]


def write_har(exchanges: Iterable[CapturedExchange], file: Path) -> None:
    """Writes *exchanges* without secrets to *file*, in one step. Raises OSError."""
    log = {
        "version": "1.2",
        "creator": {"name": DISTRIBUTION, "version": version()},
        "entries": [_build_entry(each) for each in redact_exchanges(exchanges)],
    }
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        unfinished.write_text(json.dumps({"log": log}, indent=1) + "\n", encoding="utf-8")
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _build_entry(exchange: CapturedExchange) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    body = request.body or b""
    post = {"mimeType": request.headers.get("content-type", ""), **_encode_text(body)}
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.at, UTC).isoformat(),
        "time": 0,
        "request": {
            "method": request.method,
            "url": exchange.url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _list_headers(request.headers),
            "queryString": [],
            "headersSize": -1,
            "bodySize": len(body),
            **({"postData": post} if body else {}),
        },
        "response": {
            "status": response.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _list_headers(response.headers),
            "content": {
                "size": len(response.body),
                "mimeType": find_header(response.headers, "content-type"),
                **_encode_text(response.body),
            },
            "redirectURL": find_header(response.headers, "location"),
            "headersSize": -1,
            "bodySize": len(response.body),
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
    }


def _encode_text(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _list_headers(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]
