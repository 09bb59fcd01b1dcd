"""The suite as one test for each law, for import into a test module (see pytest_plugin)."""

from .test_laws import test_law

__all__ = ["test_law"]
