"""Signs the policies that allow uploads, and reads the forms of uploads.

The form is that of the vendor's object store: the policy is JSON in Base64, and signed. So the
server need not remember it.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any, Final, NamedTuple
from uuid import UUID

from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.upload_api import UploadApi, UploadPolicy

from ..http.messages import MAX_BODY_BYTES, Request
from ..state.uploads import MAX_TOTAL_BYTES
from .context import RequestContext

with explain_missing_extra():
    from werkzeug.http import parse_options_header
    from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

__all__ = ["Grant", "StoreRefusal", "UploadForm", "build_policy", "find_grant", "parse_form"]

POLICY_LIFETIME_S: Final = 300
"""Seconds for which a policy allows uploads. A guess: the vendor's figure is not known."""

ACCESS_KEY_ID: Final = "LTAI5tWanproof"
FORBID_OVERWRITE: Final = "false"
"""The second of two files with one key replaces the first."""

REQUIRED: Final = ("OSSAccessKeyId", "Signature", "policy", "key")
"""Fields that the form must have before the file."""

_SECRET: Final = b"wanproof"
_MEGABYTE: Final = 1024 * 1024


class StoreRefusal(Exception):
    """The object store refuses an upload with an HTTP *status*, a *code* and a *message*."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(message)


class Grant(NamedTuple):
    """What a valid policy allows: files of *tenant* for *model* below *folder*."""

    tenant: str
    model: str
    folder: str


@dataclass(frozen=True, slots=True)
class UploadForm:
    """The fields of a form by name, and the content of its file."""

    fields: Mapping[str, str]
    content: bytes


def build_policy(context: RequestContext, api: UploadApi, model: str) -> UploadPolicy:
    """Builds a signed policy for files of the caller for *model*, below a folder of its own."""
    unique = UUID(int=context.random.getrandbits(128), version=4)
    folder = f"{api.folder}/{context.caller.tenant}/{unique}"
    expires = datetime.fromtimestamp(context.now + POLICY_LIFETIME_S, UTC)
    text = {
        "expiration": expires.isoformat(),
        "conditions": [["starts-with", "$key", f"{folder}/"]],
        "tenant": context.caller.tenant,
        "model": model,
    }
    policy = b64encode(json.dumps(text).encode()).decode()
    return UploadPolicy(
        host=context.request.base_url + api.store,
        folder=folder,
        access_key_id=ACCESS_KEY_ID,
        policy=policy,
        signature=_sign(policy),
        forbid_overwrite=FORBID_OVERWRITE,
        lifetime=POLICY_LIFETIME_S,
        max_file_megabytes=MAX_BODY_BYTES // _MEGABYTE,
        capacity_megabytes=MAX_TOTAL_BYTES // _MEGABYTE,
    )


def find_grant(fields: Mapping[str, str], now: float) -> Grant:
    """Returns what the policy in *fields* allows. Raises StoreRefusal if it is not valid."""
    if not hmac.compare_digest(_sign(fields["policy"]).encode(), fields["Signature"].encode()):
        raise StoreRefusal(
            403,
            "SignatureDoesNotMatch",
            "The signature is not that of the policy; send both as getPolicy returned them.",
        )
    policy: dict[str, Any] = json.loads(b64decode(fields["policy"]))
    if fields["OSSAccessKeyId"] != ACCESS_KEY_ID:
        raise StoreRefusal(403, "InvalidAccessKeyId", "The access key id is not of the policy.")
    if now > datetime.fromisoformat(policy["expiration"]).timestamp():
        raise StoreRefusal(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    [[_, _, folder]] = policy["conditions"]
    if not fields["key"].startswith(folder) or fields["key"] == folder:
        condition = f'["starts-with", "$key", "{folder}"]'
        message = f"Invalid according to Policy: Policy Condition failed: {condition}"
        raise StoreRefusal(403, "AccessDenied", message)
    return Grant(policy["tenant"], policy["model"], folder)


def parse_form(request: Request) -> UploadForm:
    """Parses the multipart form of an upload. Raises StoreRefusal if it is not complete.

    As at the vendor, fields after the file do not count.
    """
    if request.body is None or len(request.body) > MAX_BODY_BYTES:
        limit = MAX_BODY_BYTES // _MEGABYTE
        message = f"The mock takes files up to {limit} MB; the vendor takes 1 GB."
        raise StoreRefusal(400, "EntityTooLarge", message)
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        message = "The Content-Type must be multipart/form-data with a boundary."
        raise StoreRefusal(412, "PreconditionFailed", message)
    form = _decode_form(request.body, options["boundary"].encode())
    missing = [name for name in REQUIRED if name not in form.fields]
    if missing:
        message = f"The form lacks {', '.join(missing)} before the file."
        raise StoreRefusal(400, "InvalidArgument", message)
    return form


def _decode_form(body: bytes, boundary: bytes) -> UploadForm:
    """Reads the form up to the end of its file."""
    decoder = MultipartDecoder(boundary)
    decoder.receive_data(body)
    decoder.receive_data(None)
    fields: dict[str, str] = {}
    part: Field | File | None = None
    content = bytearray()
    try:
        while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
            if isinstance(event, Field | File):
                part, content = event, bytearray()
            elif isinstance(event, Data):
                content += event.data
                if event.more_data or part is None:
                    continue
                if part.name == "file":
                    return UploadForm(fields, bytes(content))
                fields[part.name] = content.decode("utf-8", "replace")
    except ValueError as error:
        raise StoreRefusal(400, "MalformedPOSTRequest", f"The form is damaged: {error}.") from None
    raise StoreRefusal(400, "IncorrectNumberOfFilesInPOSTRequest", "The form has no file.")


def _sign(policy: str) -> str:
    """Returns the signature of *policy*: HMAC-SHA1 in Base64, as object stores have it."""
    return b64encode(hmac.new(_SECRET, policy.encode(), sha1).digest()).decode()
