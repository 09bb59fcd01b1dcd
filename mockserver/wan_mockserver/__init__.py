"""The mock server: implements create, poll and download like both vendors, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .app import create_app
    from .limits import Limits
    from .mock import Mock
    from .server import Server
    from .simulator import Simulator
    from .transport import BASE_URL, AsyncWanTransport, WanTransport, mount, side_effect
    from .worlds import WanMock, World

__all__ = [
    "BASE_URL",
    "AsyncWanTransport",
    "Limits",
    "Mock",
    "Server",
    "Simulator",
    "WanMock",
    "WanTransport",
    "World",
    "create_app",
    "mount",
    "side_effect",
]

_EXPORTS: Final = {
    "wan_mockserver.app": ("create_app",),
    "wan_mockserver.limits": ("Limits",),
    "wan_mockserver.mock": ("Mock",),
    "wan_mockserver.server": ("Server",),
    "wan_mockserver.simulator": ("Simulator",),
    "wan_mockserver.transport": (
        "BASE_URL",
        "AsyncWanTransport",
        "WanTransport",
        "mount",
        "side_effect",
    ),
    "wan_mockserver.worlds": ("WanMock", "World"),
}

if not TYPE_CHECKING:  # a type checker would take every name for an export

    def __getattr__(name: str) -> Any:
        """Imports the export *name*; raises AttributeError if there is none."""
        from wan_validators.lazy import load

        return load(__name__, name, _EXPORTS)


def __dir__() -> list[str]:
    """Lists the exports, imported or not, and what else stands here."""
    return sorted({*globals(), *__all__})
