"""The former place of the outcome. New clients import it from ``wan_contracts``."""

from __future__ import annotations

from .protocol.outcome import Outcome, OutcomeKind, Output

__all__ = ["Outcome", "OutcomeKind", "Output"]
