"""The suite as one test per law, for import into a test module."""

from .test_laws import test_law

__all__ = ["test_law"]
