"""The public API of wanproof: the linter, the mock server and the contract suite.

Each name is imported on first use. The mock needs the extra ``mock``, the suite ``contract``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from wan_contracts import Law, Outcome, Output, Setting
    from wan_mockserver import AsyncWanTransport, Mock, Server, Simulator, WanTransport, create_app
    from wan_validators import Finding, Report, Severity, UnknownModel, catalog, lint, model
    from wan_validators.bulk.partitions import lint_batch, lint_partition
    from wan_validators.guard import Guard, GuardError, guard

__all__ = [
    "AsyncWanTransport",
    "Finding",
    "Guard",
    "GuardError",
    "Law",
    "Mock",
    "Outcome",
    "Output",
    "Report",
    "Server",
    "Setting",
    "Severity",
    "Simulator",
    "UnknownModel",
    "WanTransport",
    "catalog",
    "create_app",
    "guard",
    "lint",
    "lint_batch",
    "lint_partition",
    "model",
]

_EXPORTS: Final = {
    "wan_contracts": ("Law", "Outcome", "Output", "Setting"),
    "wan_mockserver": (
        "AsyncWanTransport",
        "Mock",
        "Server",
        "Simulator",
        "WanTransport",
        "create_app",
    ),
    "wan_validators": ("Finding", "Report", "Severity", "UnknownModel", "catalog", "lint", "model"),
    "wan_validators.bulk.partitions": ("lint_batch", "lint_partition"),
    "wan_validators.guard": ("Guard", "GuardError", "guard"),
}

if not TYPE_CHECKING:  # a type checker would take every name for an export

    def __getattr__(name: str) -> Any:
        """Imports the export *name*; raises AttributeError if there is none."""
        from wan_validators.lazy import load

        return load(__name__, name, _EXPORTS)


def __dir__() -> list[str]:
    """Lists the exports, imported or not, and what else stands here."""
    return sorted({*globals(), *__all__})
