"""The policy that Model Studio grants for an upload."""

from __future__ import annotations

from ..upload_api import UploadPolicy
from ..vendor import Wire

__all__ = ["build_policy_body"]


def build_policy_body(policy: UploadPolicy, request_id: str) -> Wire:
    """Builds the members of ``data`` that both SDKs need, and those that other clients read."""
    data = {
        "policy": policy.policy,
        "signature": policy.signature,
        "upload_dir": policy.folder,
        "upload_host": policy.host,
        "expire_in_seconds": policy.lifetime,
        "max_file_size_mb": policy.max_file_megabytes,
        "capacity_limit_mb": policy.capacity_megabytes,
        "oss_access_key_id": policy.access_key_id,
        "x_oss_object_acl": "private",
        "x_oss_forbid_overwrite": policy.forbid_overwrite,
    }
    return {"request_id": request_id, "data": data}
