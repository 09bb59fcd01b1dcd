"""The contract suite: laws for clients, the reference client, and payload strategies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .cases.case import Setting
    from .generation.strategies import acceptable, single_fault, valid, wrap_payload
    from .laws import LAWS, Law
    from .protocol.outcome import Outcome, Output
    from .reference_client.client import ReferenceClient, iter_call_steps
    from .reference_client.drivers import RawResponse, drive, drive_async
    from .reference_client.io_events import SendRequest

__all__ = [
    "LAWS",
    "Law",
    "Outcome",
    "Output",
    "RawResponse",
    "ReferenceClient",
    "SendRequest",
    "Setting",
    "acceptable",
    "drive",
    "drive_async",
    "iter_call_steps",
    "single_fault",
    "valid",
    "wrap_payload",
]

_EXPORTS: Final = {
    "wan_contracts.cases.case": ("Setting",),
    "wan_contracts.reference_client.client": ("ReferenceClient", "iter_call_steps"),
    "wan_contracts.reference_client.drivers": ("RawResponse", "drive", "drive_async"),
    "wan_contracts.laws": ("LAWS", "Law"),
    "wan_contracts.protocol.outcome": ("Outcome", "Output"),
    "wan_contracts.reference_client.io_events": ("SendRequest",),
    "wan_contracts.generation.strategies": ("acceptable", "single_fault", "valid", "wrap_payload"),
}

if not TYPE_CHECKING:  # with __getattr__, a type checker accepts every name

    def __getattr__(name: str) -> Any:
        """Imports the export *name*. Raises AttributeError if it does not exist."""
        from wan_validators.lazy import load

        return load(__name__, name, _EXPORTS)


def __dir__() -> list[str]:
    """Returns the names of the exports, imported or not, and of the module."""
    return sorted({*globals(), *__all__})
