"""How a refusal is answered outside any vendor's paths."""

from __future__ import annotations

from wan_validators.vendor import Refusal, Refused, Wire

PLAIN = {
    Refused.NO_ROUTE: 404,
    Refused.NO_METHOD: 405,
    Refused.EXPIRED: 403,
    Refused.NO_SCENARIO: 400,
}
"""HTTP statuses outside any vendor's paths; for everything else it is 500."""


def plain(refusal: Refusal) -> tuple[int, Wire]:
    """Status and body where no vendor's dialect applies."""
    return refusal.status or PLAIN.get(refusal.why, 500), {"message": refusal.detail}
