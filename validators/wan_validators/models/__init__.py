"""Model specs: one module for each model at a vendor, found by its ``SPEC``."""

from __future__ import annotations

from typing import Final

__all__ = ["SHARED_NAMES"]

SHARED_NAMES: Final = frozenset({"wan2.1-kf2v-plus"})
"""Names of a model that are also other names of a model elsewhere.

All tables are loaded to find what they mean. Other names lead to the modules called after them.
"""
