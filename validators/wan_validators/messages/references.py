"""Corrects references to images and audio that are almost URLs or data: URIs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

__all__ = ["MAX_URL_CHARACTERS", "advise", "declare", "propose_references", "repair_base64"]

MAX_URL_CHARACTERS: Final = 4096
"""Longer text is data; only its two ends are corrected."""

_ENDS: Final = " \t\r\n\f\v\u00a0\u200b\ufeff\u3000"
_QUOTES: Final = "\"'`\u201c\u201d\u2018\u2019"
_HOST = re.compile(
    r"(?:[a-z0-9-]+\.)+(?P<end>[a-z]{2,})(?::[0-9]+)?(?P<path>[/?#].*)?", re.IGNORECASE | re.DOTALL
)
_FILE_SUFFIXES: Final = frozenset(
    [
        "jpg",
        "jpeg",
        "png",
        "bmp",
        "webp",
        "gif",
        "heic",
        "heif",
        "avif",
        "tif",
        "tiff",
        "svg",
        "wav",
        "mp3",
        "m4a",
        "aac",
        "ogg",
        "flac",
        "mp4",
        "mov",
    ]
)
_STORES: Final = ("oss", "s3", "gs", "gcs", "cos", "r2", "azure", "abfs", "wasb", "hdfs", "minio")


def propose_references(text: str) -> Iterator[tuple[str, str]]:
    """Yields what *text* may mean, with the sentence that says how to get there."""
    inner = text.strip(_ENDS)
    if inner != text:
        yield inner, "remove the white space around it"
    if found := re.fullmatch(r"b(['\"])(.*)\1", inner, re.DOTALL):
        yield found[2], "remove b'…': decode the bytes to text before you send them"
        inner = found[2]
    if inner[:1] in _QUOTES and inner[-1:] in _QUOTES and len(inner) > 2:
        yield inner[1:-1], "remove the quotes inside the string"
        inner = inner[1:-1]
    last = inner.lower().rfind("data:", 1, 256)
    if last > 0:
        yield inner[last:], "remove the doubled prefix: data: may occur only once"
    yield from _propose_data_uris(inner)
    if len(inner) <= MAX_URL_CHARACTERS:
        yield from _propose_urls(inner)


def _propose_data_uris(text: str) -> Iterator[tuple[str, str]]:
    head = text[:128].lower()
    if head.startswith(("image/", "audio/")):
        yield f"data:{text}", "put data: before it"
    if head.startswith(("base64,", ";base64,")):
        # The first bytes of RIFF (WAV, and WebP, which has another rule for its type) and ID3.
        kind = "audio/wav" if head.partition(",")[2].startswith(("uklg", "suqz")) else "image/png"
        yield f"data:{kind};{text.lstrip(';')}", f"put data:{kind}; before base64"
    if found := re.match(
        r"data:[^,;]*,|data:[^,]*;\s*base64[:;]|data:[^,]*base64\s*,", text[:256], re.IGNORECASE
    ):
        start, rest = found[0], text[found.end() :]
        media_type = re.split("[;,]", start)[0]
        yield f"{media_type};base64,{rest}", "write ;base64, between the MIME type and the data"


def _propose_urls(text: str) -> Iterator[tuple[str, str]]:
    if text[:1] in "[{":
        yield from _propose_json(text)
    if found := re.search(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)", text) or re.search(
        r"<(?:[a-z]+\s[^>]*?src=[\"']?)?([^>\"'\s]+)[\"']?[^>]*>", text, re.IGNORECASE
    ):
        yield found[1], "write only the URL"
    if "%3a%2f%2f" in text[:20].lower():
        yield unquote(text), "write the URL without percent-encoding of its scheme"
    if text.startswith("//"):
        yield f"https:{text}", "put https: before it"
    if "\\" in text and re.match(r"\s*https?:", text, re.IGNORECASE):
        yield text.replace("\\", "/"), "write / in place of \\"
    if found := re.match(r"h?[txX*]{1,3}ps?\s*[:;]?\s*[/\\]*(?=[^/\s])", text, re.IGNORECASE):
        yield f"https://{text[found.end() :]}", "begin it with https://"
    if re.match("https?://", text, re.IGNORECASE) and re.search(r"\s", text):
        yield re.sub(r"\s", "%20", text), "write %20 for each space in the URL"
    found = _HOST.fullmatch(text)
    if found and (found["path"] or found["end"].lower() not in _FILE_SUFFIXES):
        yield f"https://{re.sub(chr(32), '%20', text)}", "put https:// before it"


def _propose_json(text: str) -> Iterator[tuple[str, str]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return
    if type(value) is list and len(value) == 1:
        value = value[0]
    if type(value) is dict and type(value.get("url")) is str:
        value = value["url"]
    if type(value) is str:
        yield value, "write the reference itself, not JSON text in a string"


def advise(text: str) -> str:
    """Returns what to do with a reference that the API cannot read."""
    upload = "upload the file to a public URL, or send it as a data: URI in base64"
    scheme = re.match(r"\s*['\"]?([a-z][a-z0-9+.-]*):", text[:64], re.IGNORECASE)
    name = scheme[1].lower() if scheme else ""
    if name == "blob":
        return f"blob: URLs exist only in the browser that made them; {upload}"
    if name in _STORES:
        return f"the API cannot read {name}:// addresses; use a (signed) https URL of the object"
    if name in ("file", "content", "asset", "ph") or len(name) == 1 or re.match(r"[~./\\]", text):
        return f"the API cannot read local files; {upload}"
    if name and name not in ("data", "http", "https"):
        return f"the API cannot read {name}: addresses; {upload}"
    return upload


def repair_base64(text: str) -> Iterator[tuple[str, str]]:
    """Yields *text* with its base64 in the standard alphabet, padded and in one line."""
    start = text.find(",", 0, 512) + 1
    data = text[start:]
    joined = re.sub(r"\s+|\\[rn]", "", data)
    spaced = data.strip().replace(" ", "+")
    for better, how in (
        (joined, "remove the white space from the base64"),
        (spaced, "write + where the base64 has a space"),
        (unquote(joined), "write the base64 without percent-encoding"),
        (joined.replace("-", "+").replace("_", "/"), "write base64 of the standard alphabet"),
    ):
        plain = better.rstrip("=")
        padded = plain + "=" * (-len(plain) % 4)
        yield text[:start] + better, how
        yield (
            text[:start] + padded,
            f"{how}, with padding" if better != data else "pad the base64 with =",
        )


def declare(text: str, media_type: str) -> str:
    """Returns the data: URI *text* with another MIME type."""
    return re.sub(r"(?i)^(data:)[^,;]*", rf"\g<1>{media_type}", text, count=1)
