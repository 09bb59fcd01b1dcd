"""How a request is turned down on its way through the simulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wan_validators.finding import Finding
from wan_validators.vendor import Refusal, Refused, Task, Wire

PLAIN = {
    Refused.NO_ROUTE: 404,
    Refused.NO_METHOD: 405,
    Refused.EXPIRED: 403,
    Refused.NO_SCENARIO: 400,
}
"""HTTP statuses outside any vendor's paths; for everything else it is 500."""


class TurnedDown(Exception):
    """The request gets no task; the vendor's dialect makes an answer of *refusal*.

    *headers* go with the answer; *findings* are about its payload.
    """

    def __init__(
        self,
        why: Refused,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        findings: Sequence[Finding] | None = None,
        task_id: str = "",
        task: Task | None = None,
        status: int | None = None,
    ) -> None:
        self.refusal = Refusal(why=why, detail=detail, task_id=task_id, task=task, status=status)
        self.headers = dict(headers or {})
        self.findings = findings
        super().__init__(detail)


def plain(refusal: Refusal) -> tuple[int, Wire]:
    """Status and body where no vendor's dialect applies."""
    return refusal.status or PLAIN.get(refusal.why, 500), {"message": refusal.detail}
