"""The suite as a user imports it, run on the reference client."""

from wan_contracts.suite import test_law

__all__ = ["test_law"]
