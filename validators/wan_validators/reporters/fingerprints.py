"""Builds fingerprints, by which services recognise a finding of an earlier run."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from .finding_texts import ReportedFinding, format_got, format_path
from .sarif_log import build_fingerprint

__all__ = ["Fingerprints"]


class Fingerprints:
    """Builds fingerprints that do not change with edits elsewhere in the file.

    Lines do not count. Equal findings in one file are numbered.
    """

    def __init__(self, root: Path | None = None) -> None:
        self._root = root
        self._seen: Counter[tuple[str, ...]] = Counter()

    def build(self, source: str, finding: ReportedFinding) -> str:
        """Returns the fingerprint of the next *finding* in the file *source*."""
        got = "" if format_got(finding) is None else json.dumps(finding.got)
        parts = (format_path(source, self._root), finding.rule, finding.pointer, got)
        self._seen[parts] += 1
        return build_fingerprint(*parts, str(self._seen[parts]))
