"""Signs result URLs, and checks downloads, as object stores do.

The form is that of the upstream's store: ``Expires``, ``OSSAccessKeyId`` and ``Signature``. The
signature has the three characters of Base64 that a URL encodes, so decoding it changes the query.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha1
from itertools import count
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from ..artefacts import files
from ..http.file_host import find_file_host
from ..http.messages import Request
from ..scenarios.scenario import DEFAULT_FILE_LIFETIME_S
from ..state.tasks import TaskRecord

__all__ = ["Refusal", "build_signed_url", "find_refusal"]

_ACCESS_KEY_ID: Final = "LTAI5tWanproof"


class Refusal(NamedTuple):
    """The HTTP status, the code and the text of a refused download."""

    status: int
    code: str
    message: str


_TWO_KEYS: Final = Refusal(
    400, "InvalidArgument", "Only one way to authenticate is allowed: the signed query of the URL."
)
_NOT_SIGNED: Final = Refusal(403, "AccessDenied", "The URL has no signature.")
_NOT_THE_SAME: Final = Refusal(
    403, "SignatureDoesNotMatch", "The URL is not the one that was signed, character by character."
)
_NOT_GET: Final = Refusal(403, "SignatureDoesNotMatch", "The URL was signed for GET alone.")


def build_signed_url(base_url: str, record: TaskRecord, name: str) -> str:
    """Returns the signed URL of the file *name*, on another host name of the server."""
    base = urlsplit(base_url)
    host = find_file_host(base.hostname or "")
    host = f"[{host}]" if ":" in host else host
    port = "" if base.port is None else f":{base.port}"
    path = files.path(record.id, name)
    return f"{base.scheme}://{host}{port}{path}?{_build_query(record, path)}"


def find_refusal(request: Request, record: TaskRecord) -> Refusal | None:
    """Returns why the store refuses a download of a file of *record*, or None."""
    if "authorization" in request.headers:
        return _TWO_KEYS
    if "Signature=" not in request.query:
        return _NOT_SIGNED
    if request.query != _build_query(record, request.path):
        return _NOT_THE_SAME
    return None if request.method == "GET" else _NOT_GET


def _build_query(record: TaskRecord, path: str) -> str:
    expires = int(record.updated_at + DEFAULT_FILE_LIFETIME_S)
    values = {
        "Expires": str(expires),
        "OSSAccessKeyId": _ACCESS_KEY_ID,
        "Signature": _sign(f"GET {path} {expires} {record.digest}"),
    }
    return urlencode(values, safe="", quote_via=quote)


def _sign(text: str) -> str:
    """Returns the first digest of *text* that has ``+`` and ``/``; each ends with ``=``."""
    digests = (sha1(f"{nth} {text}".encode(), usedforsecurity=False) for nth in count())
    signatures = (b64encode(digest.digest()).decode() for digest in digests)
    return next(each for each in signatures if {"+", "/"} <= {*each})
