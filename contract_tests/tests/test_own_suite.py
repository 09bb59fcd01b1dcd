"""The suite on the reference client, imported as by a user."""

from wan_contracts.suite import test_law

__all__ = ["test_law"]
