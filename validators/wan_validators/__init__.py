"""Checks payloads against every documented limit of the Wan models at their vendors."""

from .catalog import UnknownModel, catalog, model
from .finding import Finding, Report
from .linter import lint
from .spec import Severity

__all__ = ["Finding", "Report", "Severity", "UnknownModel", "catalog", "lint", "model"]
