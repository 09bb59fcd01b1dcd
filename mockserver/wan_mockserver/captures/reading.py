"""Reads captures: HAR files, vcrpy cassettes, and the mock's own journal."""

from __future__ import annotations

import base64
import binascii
import gc
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from wan_validators.command import UsageError
from wan_validators.messages.formatting import clip

from ..http.messages import Request, Response
from .exchange import CapturedExchange, find_header

__all__ = ["FORMATS", "InvalidCapture", "read_capture"]

FORMATS: Final = "a HAR file, a cassette of vcrpy (YAML or JSON), or the journal of wanproof serve"

COMPRESSED: Final = frozenset(("gzip", "x-gzip", "deflate"))

HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

NOT_IN_HEADERS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+|[^\x00-\xff]")

MAX_GROWTH: Final = 3
"""The bodies of a capture may take so many times the bytes of its file."""

MIN_LIMIT_BYTES: Final = 32 * 1024 * 1024
"""The bodies of any capture may take so many bytes."""

EXCHANGE_BYTES: Final = 1000
"""About what an exchange takes besides its body."""


class InvalidCapture(UsageError):
    """A file is not a capture in a known format, or is damaged."""


def read_capture(file: Path) -> list[CapturedExchange]:
    """Reads the exchanges of *file* in their order. Raises InvalidCapture."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InvalidCapture(f"cannot read {file}: {error.strerror}") from error
    with _pause_collector():
        return _read_exchanges(data, file)


@contextmanager
def _pause_collector() -> Iterator[None]:
    """Looks for no garbage: a tree has none, and to search it again and again takes two thirds."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read_exchanges(data: bytes, file: Path) -> list[CapturedExchange]:
    document = _parse_document(data, file)
    try:
        limit = max(MIN_LIMIT_BYTES, MAX_GROWTH * len(data))
        exchanges = list(_take_up_to(limit, _iter_exchanges(document, limit)))
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError, OSError) as error:
        reason = clip(f"{type(error).__name__}: {error}")
        raise InvalidCapture(f"{file} is damaged or not a capture ({reason})") from error
    if not exchanges:
        raise InvalidCapture(f"{file} is not a capture, or has no exchanges; give {FORMATS}")
    return exchanges


def _parse_document(data: bytes, file: Path) -> Any:
    """Parses *data* as JSON, or else as YAML."""
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        if file.suffix.lower() not in (".yaml", ".yml"):
            raise InvalidCapture(f"{file} is not valid JSON: {error}; give {FORMATS}") from error
    try:
        import yaml
    except ModuleNotFoundError as error:
        raise InvalidCapture(
            f"{file}: reading YAML needs PyYAML; pip install pyyaml, or let vcrpy write JSON"
        ) from error
    try:
        return yaml.load(data, Loader=_build_loader())  # nosec B506  # noqa: S506  (safe)
    except (yaml.YAMLError, AttributeError, LookupError, TypeError, ValueError) as error:
        reason = clip(" ".join(str(error).split()) or type(error).__name__)
        raise InvalidCapture(f"{file} is not valid YAML: {reason}") from error
    except RecursionError as error:
        raise InvalidCapture(f"{file} is nested too deeply") from error


def _build_loader() -> Any:
    """Builds a safe loader without merge keys, with which a few lines describe any number."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return type("CaptureLoader", (loader,), {"flatten_mapping": lambda _self, _node: None})


def _take_up_to(limit: int, exchanges: Iterable[CapturedExchange]) -> Iterator[CapturedExchange]:
    """Yields *exchanges*. Raises ValueError once they take more than *limit* bytes.

    A cassette can name one body any number of times.
    """
    total = 0
    for each in exchanges:
        total += len(each.request.body or b"") + len(each.response.body) + EXCHANGE_BYTES
        if total > limit:
            raise ValueError(f"its bodies take more than {limit} bytes")
        yield each


def _iter_exchanges(document: Any, limit: int) -> Iterator[CapturedExchange]:
    """Yields the exchanges of *document*; no body is decompressed to more than *limit* bytes."""
    if not isinstance(document, dict):
        return
    if isinstance(document.get("log"), dict):
        for number, entry in enumerate(document["log"].get("entries") or (), 1):
            yield _read_har_entry(entry, f"entry {number}")
    elif "interactions" in document:
        for number, entry in enumerate(document["interactions"] or (), 1):
            yield _read_interaction(entry, f"interaction {number}", limit)
    elif "requests" in document:
        for entry in document["requests"]:
            yield _read_journal_entry(entry)


def _read_har_entry(entry: Mapping[str, Any], place: str) -> CapturedExchange:
    sent, received = entry["request"], entry["response"]
    post, content = sent.get("postData") or {}, received.get("content") or {}
    body = _decode_text(post.get("text"), post.get("encoding"))
    received_body = _decode_text(content.get("text"), content.get("encoding"))
    size = content.get("size") or 0
    return CapturedExchange(
        request=_build_request(sent["method"], sent["url"], _join_pairs(sent["headers"]), body),
        response=Response(
            status=int(received["status"]),
            headers=_join_pairs(received.get("headers") or ()),
            body=received_body,
        ),
        at=_parse_time(entry.get("startedDateTime")),
        place=place,
        complete=size <= 0 or bool(received_body),
    )


def _read_interaction(entry: Mapping[str, Any], place: str, limit: int) -> CapturedExchange:
    sent, received = entry["request"], entry["response"]
    headers = _join_lists(received.get("headers") or {})
    body = _get_cassette_body(received.get("body"))
    return CapturedExchange(
        request=_build_request(
            sent["method"],
            sent["uri"],
            _join_lists(sent.get("headers") or {}),
            _get_cassette_body(sent.get("body")),
        ),
        response=Response(
            status=int(received["status"]["code"]),
            headers=headers,
            body=_inflate(headers, body, limit),
        ),
        at=_parse_time(entry.get("recorded_at")),
        place=place,
    )


def _read_journal_entry(entry: Mapping[str, Any]) -> CapturedExchange:
    sent, answer = entry["sent"], entry["answer"]
    text = answer["text"]
    url = f"{entry['base_url']}{entry['path']}"
    request = _build_request(
        entry["method"], url, dict(sent["headers"]), (sent["text"] or "").encode()
    )
    return CapturedExchange(
        request=request,
        response=Response(
            status=int(entry["status"]),
            headers=_clean_headers(answer["headers"]),
            body=(text or "").encode(),
        ),
        at=_parse_time(datetime.fromtimestamp(float(entry["at"]), UTC)),
        place=f"entry {int(entry['number'])}",
        complete=text is not None and entry["arrived"] and (sent["text"] is not None),
    )


def _build_request(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Request:
    parts = urlsplit(url)
    return Request(
        method=method.upper(),
        path=unquote(parts.path) or "/",
        query=parts.query,
        headers=headers,
        body=body,
        base_url=f"{parts.scheme}://{parts.netloc}",
    )


def _decode_text(text: Any, encoding: Any) -> bytes:
    if not text:
        return b""
    if encoding == "base64":
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise ValueError(f"a body is not valid base64: {error}") from error
    return _to_text(text).encode("utf-8", "surrogatepass")


def _get_cassette_body(body: Any) -> bytes:
    """Returns the bytes of a body, which vcrpy writes in several forms."""
    if isinstance(body, dict):
        if "base64_string" in body:
            return _decode_text(body["base64_string"], "base64")
        body = body.get("string")
    if body is None:
        return b""
    return body if isinstance(body, bytes) else _to_text(body).encode("utf-8", "surrogatepass")


def _inflate(headers: Mapping[str, str], body: bytes, limit: int) -> bytes:
    """Decompresses *body*. A cassette keeps the encoding of the wire; a HAR file does not.

    Raises ValueError if more than *limit* bytes come out.
    """
    if find_header(headers, "content-encoding").strip().lower() not in COMPRESSED:
        return body
    found, rest = bytearray(), body
    try:
        while rest:
            stream = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib
            found += stream.decompress(rest, limit + 1 - len(found))
            if len(found) > limit:
                raise ValueError(f"a compressed body has more than {limit} bytes")
            if not stream.eof:
                return body
            rest = stream.unused_data.lstrip(b"\0")
    except zlib.error:
        return body  # the recorder has decompressed it, and has kept the header
    return bytes(found)


def _join_pairs(pairs: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return _clean_headers({pair["name"]: _to_text(pair["value"]) for pair in pairs})


def _join_lists(headers: Mapping[str, Any]) -> dict[str, str]:
    texts = {
        name: ", ".join(map(_to_text, value)) if isinstance(value, list) else _to_text(value)
        for name, value in headers.items()
    }
    return _clean_headers(texts)


def _clean_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Returns the headers that HTTP/1.1 has, without what would end one and start another.

    HTTP/2 has others, whose names begin with a colon.
    """
    return {
        name: NOT_IN_HEADERS.sub(" ", value)
        for name, value in headers.items()
        if HEADER_NAME.fullmatch(name)
    }


def _to_text(value: Any) -> str:
    """Returns *value* as text. Raises TypeError for a collection.

    In YAML, a collection of a few lines can have any number of values.
    """
    if isinstance(value, dict | list | tuple | set):
        raise TypeError(f"a text is expected, not {type(value).__name__}")
    return str(value)


def _parse_time(value: Any) -> float:
    """Returns Unix seconds, 0 if *value* is not a time."""
    if isinstance(value, datetime):
        value = value.isoformat()
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except (OverflowError, ValueError):
        return 0.0
