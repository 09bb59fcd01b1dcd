"""Finds URLs whose own text shows that no file is there: web pages, placeholders, old signatures.

The network is not used, and a URL that looks right may still be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Final, Literal, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

__all__ = ["Kind", "find_expiry", "find_url_fault"]

Kind: TypeAlias = Literal["image", "audio", "media"]
"""What the file must be; ``media`` stands for an image, a sound or a video."""

_PAGES: Final = (
    r"(?:www\.|m\.|music\.)?youtube\.com/(?:watch|shorts/|live/|embed/|playlist)|youtu\.be/",
    r"(?:www\.|player\.)?vimeo\.com/(?:\w+/)*\d+/?(?:\?|$)|(?:www\.)?dailymotion\.com/video/",
    r"(?:www\.|vm\.)?tiktok\.com/|(?:www\.)?bilibili\.com/video/",
    r"github\.com/[^/]+/[^/]+/(?:tree|pull|issues|commit)/",
    r"github\.com/[^/]+/[^/]+/blob/(?!.*[?&]raw=(?:1|true))",
    r"github\.com/[^/]+/[^/]+/?(?:\?|$)|gist\.github\.com/[^/]+/\w+/?$",
    r"[^/]*gitlab[^/]*/.*/-/blob/|(?:www\.)?bitbucket\.org/.*/src/",
    r"huggingface\.co/.*/blob/|huggingface\.co/(?:[\w.-]+/){1,2}?[\w.-]+/?$",
    r"drive\.google\.com/(?:file/d/[^/]+/?(?:view|edit|preview|$|\?)|open|drive/)",
    r"photos\.google\.com/|photos\.app\.goo\.gl/|docs\.google\.com/(?!uc\?)",
    r"(?:www\.)?google\.[a-z.]+/(?:imgres|search|url)|(?:www\.)?bing\.com/images/",
    r"(?:www\.)?dropbox\.com/(?!.*[?&](?:dl|raw)=1)|1drv\.ms/|onedrive\.live\.com/(?!download)",
    r"[^/]+\.sharepoint\.com/:[a-z]:/(?!.*[?&]download=1)|(?:www\.)?icloud\.com/|share\.icloud\.com/",
    r"(?:app\.)?box\.com/s/|(?:www\.)?wetransfer\.com/|we\.tl/|pan\.baidu\.com/s/",
    r"(?:www\.|m\.)?imgur\.com/(?:a/|gallery/|t/|r/)?[\w-]+/?(?:\?|#|$)",
    r"(?:www\.)?(?:ibb\.co|postimg\.cc|prnt\.sc|gyazo\.com|pasteboard\.co)/[\w-]+/?(?:\?|$)",
    r"(?:www\.)?flickr\.com/photos/|flic\.kr/p/|[^/]*pinterest\.[a-z.]+/pin/|pin\.it/",
    r"(?:www\.)?instagram\.com/(?:p|reel|stories)/|(?:www\.|mobile\.)?(?:x|twitter)\.com/\w+/status/",
    r"(?:www\.|m\.)?facebook\.com/(?:photo|[^/]+/(?:photos|posts|videos)/|share/)|fb\.watch/",
    r"(?:www\.|old\.|new\.)?reddit\.com/(?:r|user|gallery|media)\b|redd\.it/",
    r"(?:www\.)?unsplash\.com/(?:\w\w/)?(?:photos|s)/(?!.*/download)|(?:www\.)?pexels\.com/",
    r"(?:www\.)?pixabay\.com/(?:\w+/)?(?:photos|illustrations|images|vectors|videos)/(?!download)",
    (
        r"(?:www\.)?(?:shutterstock|istockphoto|gettyimages|freepik|adobestock|stock\.adobe|alamy)"
        r"\.[a-z.]+/(?!.*\.(?:jpe?g|png|webp)(?:\?|$))"
    ),
    r"(?:www\.)?(?:deviantart\.com/.*/art/|artstation\.com/artwork/|behance\.net/gallery/)",
    r"(?:www\.)?(?:giphy\.com/gifs/|tenor\.com/view/|soundcloud\.com/|open\.spotify\.com/)",
    r"[^/]*(?:wikipedia|wikimedia)\.org/wiki/(?!Special:(?:FilePath|Redirect))",
    r"[^/]*(?:wikipedia|wikimedia)\.org/w/index\.php\?(?!.*Special:(?:FilePath|Redirect))",
    r"[^/]+\.(?:notion\.(?:so|site)|atlassian\.net/wiki)/|(?:www\.)?notion\.so/|(?:www\.)?figma\.com/",
    r"(?:www\.)?canva\.com/design/|(?:www\.)?midjourney\.com/jobs/|civitai\.com/images/",
)
"""Pages of well-known sites that show a file; the file itself has another URL."""


@cache
def _compile_pages() -> tuple[re.Pattern[str], ...]:
    """Compiles _PAGES at the first use, since most runs meet no URL that needs it."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in _PAGES)


_PAGE_SUFFIXES: Final = frozenset(["html", "htm", "xhtml", "shtml", "mhtml", "aspx", "jsp", "md"])
_IMAGES: Final = frozenset(["jpg", "jpeg", "jpe", "jfif", "png", "bmp", "dib", "webp"])
_AUDIO: Final = frozenset(["wav", "wave", "mp3", "mpga"])
_VIDEOS: Final = frozenset(["mp4", "mov"])
_OTHERS: Final = frozenset(
    [
        "gif",
        "svg",
        "svgz",
        "tif",
        "tiff",
        "heic",
        "heif",
        "avif",
        "ico",
        "psd",
        "jp2",
        "jxl",
        "raw",
        "cr2",
        "cr3",
        "nef",
        "arw",
        "dng",
        "eps",
        "ai",
        "mp4",
        "m4v",
        "mov",
        "avi",
        "mkv",
        "webm",
        "flv",
        "wmv",
        "mpg",
        "mpeg",
        "3gp",
        "m3u8",
        "ts",
        "m4a",
        "aac",
        "flac",
        "ogg",
        "oga",
        "opus",
        "aif",
        "aiff",
        "wma",
        "mid",
        "midi",
        "amr",
        "caf",
        "pdf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "txt",
        "csv",
        "json",
        "xml",
        "yaml",
        "zip",
        "gz",
        "tar",
        "rar",
        "7z",
        "exe",
        "dmg",
        "apk",
        "js",
        "css",
        "py",
        "bin",
        "safetensors",
    ]
)

_PLACEHOLDER = re.compile(
    r"^x{3,}(?=$|[.:/])|[{}<>\[\]|\\^`\"]|\$[A-Za-z_]\w*|%7[bB]|%3[cC]|%24|\[object|\.\.\.|\u2026"
    r"|\bpath/to/|(?:^|[/._=?&-])(?:your|insert|enter)[-_.]?(?:own[-_]?)?"
    r"(?:public[-_]?)?(?:image|img|photo|picture|audio|video|file|url|link|domain|bucket|host|"
    r"site|server|website|cdn|company|app|name|path|account|username)(?![A-Za-z])"
    r"|(?:^|[/.=])(?:undefined|null|none|nan|image[-_]?url|img[-_]?url|placeholder|"
    r"audio[-_]?url|file[-_]?name|todo|link[-_]to[-_]\w+|url[-_]to[-_]\w+)(?=$|[/.?#&])",
    re.IGNORECASE,
)

_DURATIONS: Final = ("x-amz", "x-goog", "x-oss", "x-tos", "x-obs", "x-cos", "x-bce")
_MOMENTS: Final = (
    "expires",
    "expire",
    "expiry",
    "expiration",
    "x-expires",
    "exp",
    "se",
    "oe",
    "ex",
)
_SIGNATURES: Final = [
    "signature",
    "sig",
    "hmac",
    "token",
    "hash",
    "hm",
    "key-pair-id",
    "policy",
    "awsaccesskeyid",
    "ossaccesskeyid",
    "googleaccessid",
    "x-signature",
    "sign",
    "s",
    "oh",
    "is",
    "ssig",
    "st",
    "md5",
    "verify",
]
_EARLIEST, _LATEST = 1_000_000_000, 10_000_000_000
"""Numbers between these are seconds since 1970 (2001 to 2286)."""


def find_url_fault(url: str, kind: Kind = "image") -> str | None:
    """Describes why *url* cannot be the file, as a phrase that follows its name, or None."""
    parts = urlsplit(url)
    host = parts.netloc.replace("[", "").replace("]", "")  # of an IPv6 address
    place = url.partition("://")[2]
    if any(page.match(place) for page in _compile_pages()):
        return "is the address of a web page that shows a file, not of the file"
    found = _PLACEHOLDER.search(f"{host}{_unquote_path(parts.path)}")
    if found is not None:
        return f"has the placeholder {found[0].strip('/.=?&-_')!r}"
    if parts.path in ("", "/"):
        name = (parts.hostname or "").rpartition(".")[2]
        if name in _IMAGES | _AUDIO | _OTHERS - {"ai", "ts", "py", "zip", "mov", "app"}:
            return "is the name of a file with http before it, not its address"
        return None
    return _find_suffix_fault(parts.path, parts.query, kind)


def _unquote_path(path: str) -> str:
    """Decodes *path* only where that shows a placeholder such as ``%7Bname%7D``."""
    return path if "%" not in path else unquote(path).replace("%", "")


_WRONG_SUFFIXES: Final[Mapping[Kind, frozenset[str]]] = {
    "image": _OTHERS | _AUDIO,
    "audio": _OTHERS | _IMAGES,
    "media": _OTHERS - _VIDEOS,
}
_WANTED: Final[Mapping[Kind, str]] = {
    "image": "a JPEG, PNG, BMP or WEBP image",
    "audio": "a WAV or MP3 file",
    "media": "an image, a sound or a video in a documented format",
}


def _find_suffix_fault(path: str, query: str, kind: Kind) -> str | None:
    _, dot, suffix = path.rpartition("/")[2].rpartition(".")
    suffix = suffix.lower()
    if not dot or query:
        return None  # a service that makes the file, or converts it
    if suffix in _PAGE_SUFFIXES:
        return f"is the address of a web page (.{suffix}), not of a file"
    if suffix in _WRONG_SUFFIXES[kind]:
        return f"is the address of a .{suffix} file, not of {_WANTED[kind]}"
    return None


def find_expiry(url: str) -> float | None:
    """Returns when the signature in the query of *url* expires, in seconds since 1970, or None."""
    query = url.partition("?")[2].partition("#")[0]
    if not query:
        return None
    members = {name.lower(): value for name, value in parse_qsl(query)}
    for prefix in _DURATIONS:
        start = _parse_moment(members.get(f"{prefix}-date", ""))
        seconds = members.get(f"{prefix}-expires", "")
        if start is not None and seconds.isascii() and seconds.isdigit():
            return start + int(seconds[:12])
    span = members.get("q-sign-time", "").rpartition(";")[2]
    if (moment := _parse_moment(span)) is not None:
        return moment
    signed = any(name in members for name in _SIGNATURES)
    names = [name for name in _MOMENTS if name in members and (signed or "expir" in name)]
    moments = map(_parse_moment, map(members.__getitem__, names))
    return next((moment for moment in moments if moment is not None), None)


def _parse_moment(text: str) -> float | None:
    """Parses seconds or milliseconds since 1970, hexadecimal seconds, or an ISO 8601 time."""
    if not text.isascii() or len(text) > 40:
        return None
    if re.fullmatch("[0-9a-fA-F]{8}", text):
        return float(int(text, 16))
    if text.isdigit():
        number = float(text) if len(text) < 13 else int(text) / 1000
        return number if _EARLIEST <= number < _LATEST else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
