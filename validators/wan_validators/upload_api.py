"""Uploads of files to a vendor: where they go, and what permits them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .frozen import Frozen

__all__ = ["UploadApi", "UploadPolicy"]


class UploadPolicy(Frozen, kw_only=True):
    """The permission to upload files below *folder* to *host* for *lifetime* seconds.

    *policy* is the signed text. *forbid_overwrite* is ``true`` or ``false``. The sizes are those
    of one file, and of all files together.
    """

    host: str
    folder: str
    access_key_id: str
    policy: str
    signature: str
    forbid_overwrite: str
    lifetime: int
    max_file_megabytes: int
    capacity_megabytes: int


class UploadApi(Frozen, kw_only=True, eq=False):
    """Uploads of files that payloads then name with ``oss://``.

    *path* answers with a policy, whose body *build_policy_body* builds. *store* is the path on
    the mock of the host to which files are sent, and *folder* the first part of their keys.
    *resolve_header* is the header, with its value, that a create with such a URL must have.
    """

    path: str
    store: str
    folder: str
    resolve_header: tuple[str, str]
    build_policy_body: Callable[[UploadPolicy, str], Mapping[str, Any]]
