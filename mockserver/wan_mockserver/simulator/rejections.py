"""How a refusal is answered outside any vendor's paths."""

from __future__ import annotations

from wan_validators.vendor import Rejection, RejectionReason, Wire

PLAIN = {
    RejectionReason.NO_ROUTE: 404,
    RejectionReason.NO_METHOD: 405,
    RejectionReason.EXPIRED: 403,
    RejectionReason.NO_SCENARIO: 400,
}
"""HTTP statuses outside any vendor's paths; for everything else it is 500."""


def build_plain_error(refusal: Rejection) -> tuple[int, Wire]:
    """Status and body where no vendor's dialect applies."""
    return refusal.status or PLAIN.get(refusal.reason, 500), {"message": refusal.detail}
