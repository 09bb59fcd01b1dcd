"""Stores files that clients upload, and puts them in place of their URLs in a payload."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

from wan_validators.constraints.basic import Anything
from wan_validators.finding import Finding
from wan_validators.media.formats import detect_format
from wan_validators.media.reference import get_mime_types
from wan_validators.rejection import RejectionReason
from wan_validators.source.json_pointer import escape, find, parse, put, text
from wan_validators.spec import Rule
from wan_validators.upload_api import UploadApi
from wan_validators.vendor import Vendor

from ..http.errors import RequestRejected, build_xml_error
from ..http.messages import Response
from ..state.stores import Store
from ..state.uploads import MAX_TOTAL_BYTES, MAX_UPLOADS, UPLOADS, Upload
from .context import Caller, RequestContext
from .request_parsing import Models, Submission, list_findings
from .upload_policies import StoreRefusal, build_policy, find_grant, parse_form

__all__ = ["Uploads"]

SCHEME: Final = "oss://"

UPLOAD_LIFETIME_S: Final = 48 * 3600.0
"""Seconds for which an uploaded file can be used."""

_STATUSES: Final = ("200", "201", "204")
"""Values of success_action_status; every other one means 204."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploads:
    """Grants and stores uploads in *store*; *models* are those of one vendor."""

    store: Store
    models: Models

    def grant(self, context: RequestContext, vendor: Vendor) -> Response:
        """Returns a policy for the model in the query. Raises RequestRejected without one."""
        assert vendor.uploads
        query = dict(parse_qsl(context.request.query))
        model = query.get("model")
        if query.get("action") != "getPolicy" or not model:
            detail = "the query must be action=getPolicy&model=MODEL"
            raise RequestRejected(RejectionReason.PAYLOAD, detail)
        if model not in {name for spec in self.models.values() for name in spec.names}:
            detail = f"there is no model {model!r}; models: {', '.join(self.models)}"
            raise RequestRejected(RejectionReason.NO_MODEL, detail)
        request_id = str(UUID(int=context.random.getrandbits(128), version=4))
        policy = build_policy(context, vendor.uploads, model)
        return Response.json(200, vendor.uploads.build_policy_body(policy, request_id))

    def put(self, context: RequestContext) -> Response:
        """Stores the file of a form, in place of another one with its key."""
        try:
            form = parse_form(context.request)
            grant = find_grant(form.fields, context.now)
            context.caller = Caller(grant.tenant)
            key, forbid = form.fields["key"], form.fields.get("x-oss-forbid-overwrite", "")
            if forbid.lower() == "true" and self.store.get(UPLOADS, key) is not None:
                message = "The object you specified already exists and can not be overwritten."
                raise StoreRefusal(409, "FileAlreadyExists", message)
        except StoreRefusal as refusal:
            context.reason = refusal.message
            return build_xml_error(refusal.status, refusal.code, refusal.message)
        upload = Upload(
            tenant=grant.tenant, model=grant.model, content=form.content, at=context.now
        )
        self.store.put(UPLOADS, key, upload, grant.tenant)
        wanted = form.fields.get("success_action_status", "")
        return Response(
            status=int(wanted) if wanted in _STATUSES else 204, headers={"Content-Length": "0"}
        )

    def resolve(
        self, context: RequestContext, vendor: Vendor, submission: Submission
    ) -> Submission:
        """Puts the images that were uploaded into the payload, and checks them.

        A URL that leads to no file of the caller for the model is one more finding.
        """
        api = vendor.uploads
        found = [*_iter_urls(submission.payload)] if api else []
        if api is None or not found:
            return submission
        payload: Any = submission.payload
        images = _find_image_pointers(submission)
        problems: list[Finding] = []
        for pointer, url in found:
            upload = self.store.get(UPLOADS, url.removeprefix(SCHEME))
            problem = _find_problem(context, api, submission, upload)
            if problem:
                row = Rule("upload-resolved", pointer, Anything(), message=f"{problem}: {url}")
                problems.append(Finding(row, pointer, url))
            elif upload and pointer in images:
                payload = put(payload, parse(pointer), _build_data_uri(upload.content))
        spec = submission.spec
        found = list_findings(spec, payload)
        findings = (*submission.warnings, *problems, *found)
        return replace(submission, payload=payload, findings=findings, omitted=found.omitted)


def _find_problem(
    context: RequestContext, api: UploadApi, submission: Submission, upload: Upload | None
) -> str | None:
    """Returns why the vendor cannot use *upload*, the file of a URL, or None if it can."""
    name, value = api.resolve_header
    if context.request.headers.get(name.lower(), "").lower() != value:
        return f"an oss:// URL needs the header {name}: {value}"
    if upload is None or upload.tenant != context.caller.tenant:
        limit = f"{MAX_UPLOADS} files and {MAX_TOTAL_BYTES // 1024**2} MB"
        return f"this API key has no such upload; the mock keeps the newest {limit}"
    if context.now - upload.at > UPLOAD_LIFETIME_S:
        return "the upload is older than 48 hours"
    if upload.model not in submission.spec.names:
        return f"the file was uploaded for the model {upload.model}, not {submission.spec.name}"
    return None


def _find_image_pointers(submission: Submission) -> set[str]:
    """Returns the pointers of the images; the content of other files is not checked."""
    rules = [rule for rule in submission.spec.rules if rule.id == "image-source"]
    return {text(path) for rule in rules for path, _ in find(submission.payload, rule.path)}


def _build_data_uri(content: bytes) -> str:
    names = get_mime_types(detect_format(content) or "") or ("application/octet-stream",)
    return f"data:{names[0]};base64,{b64encode(content).decode()}"


def _iter_urls(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Yields the pointer of each URL of an upload in *value*, and the URL."""
    if type(value) is str and value.startswith(SCHEME):
        yield pointer, value
    elif type(value) is dict:
        for name, each in value.items():
            yield from _iter_urls(each, f"{pointer}/{escape(name)}")
    elif type(value) is list:
        for index, each in enumerate(value):
            yield from _iter_urls(each, f"{pointer}/{index}")
