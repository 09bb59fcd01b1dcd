"""Checks whether a URL is reachable from the internet, without network access."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_plain_public", "is_public", "is_url", "match_plain_file"]

_LOCAL = "local|localhost|internal|intranet|lan|home|corp|test|invalid|example"
"""Top-level domains without public name servers."""

_PUBLIC: Final = (
    r"https?://(?:[a-zA-Z0-9-]++\.)++"
    rf"(?!(?i:{_LOCAL}|arpa)\b)"
    r"[a-zA-Z]{2,63}(?::[0-9]{1,4})?(?:[/?#][!-~]*+)?"
)

match_plain_file: Final = re.compile(
    r"https?+://(?!www\.|your|insert|enter|xxx|[a-z-]*url)[a-z0-9.-]++(?<=\.com|\.net|\.org)"
    r"(?:/(?!your|insert|enter|xxx|path/to|undefined|null|none|nan|todo|placeholder|url|link|blob|src)[\w~-]++)+"
    r"\.(?:jpe?g|png|webp|bmp)",
    re.ASCII,
).fullmatch
"""Matches the usual public URLs of image files fast. A mismatch means nothing."""

_URL: Final = r"(?i)https?://[^\s\x00-\x1f]+"
_RESERVED_NAMES: Final = rf"(?ai)(?:.*\.)?(?:{_LOCAL}|home\.arpa)\.?"


def is_plain_public(url: str) -> bool:
    """Returns True for plain public URLs, which are common, fast. False means nothing."""
    return re.fullmatch(_PUBLIC, url) is not None


def is_url(text: str) -> bool:
    """Returns True if *text* is an absolute http(s) URL with a host and no white space."""
    return _host(text) is not None


def is_public(url: str) -> bool:
    """Returns True if the host of *url* can be reached from the internet.

    Returns False for loopback, private, link-local, multicast and reserved addresses, in
    each notation that ``inet_aton`` accepts (``127.1``, ``0x7f000001``). Returns False for
    names without a dot, and for names in reserved or customary local domains (RFC 2606,
    RFC 6761, RFC 6762, RFC 8375).
    """
    host = _host(url)
    if host is None:
        return False
    address = _is_global_address(host)
    if address is not None:
        return address
    return "." in host.rstrip(".") and re.fullmatch(_RESERVED_NAMES, host) is None


def _host(text: str) -> str | None:
    if text[:4].lower() != "http" or re.fullmatch(_URL, text) is None:
        return None
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  (raises ValueError for an invalid port)
        return parts.hostname or None
    except ValueError:
        return None


def _is_global_address(host: str) -> bool | None:
    """Returns True if *host* is a global unicast IP address; None if not an IP address."""
    import ipaddress
    import socket

    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            address = ipaddress.IPv4Address(socket.inet_aton(host))
        except (OSError, UnicodeError):
            return None
    return address.is_global and not address.is_multicast
