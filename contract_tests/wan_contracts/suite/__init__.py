"""The suite as one test a law, to be imported into a module of tests: see ``pytest_plugin``."""

from .test_laws import test_law

__all__ = ["test_law"]
