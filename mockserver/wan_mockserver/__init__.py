"""The mock server: implements create, poll and download like the vendors, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .http.httpx_transport import BASE_URL, AsyncWanTransport, WanTransport, mount, side_effect
    from .http.server import Server
    from .http.wsgi import create_app
    from .service import Mock
    from .simulator.rate_limits import Limits
    from .simulator.simulator import Simulator
    from .testing.handles import WanMock, World

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
    "wan_mockserver.http.wsgi": ("create_app",),
    "wan_mockserver.simulator.rate_limits": ("Limits",),
    "wan_mockserver.service": ("Mock",),
    "wan_mockserver.http.server": ("Server",),
    "wan_mockserver.simulator.simulator": ("Simulator",),
    "wan_mockserver.http.httpx_transport": (
        "BASE_URL",
        "AsyncWanTransport",
        "WanTransport",
        "mount",
        "side_effect",
    ),
    "wan_mockserver.testing.handles": ("WanMock", "World"),
}

if not TYPE_CHECKING:  # a type checker would take every name for an export

    def __getattr__(name: str) -> Any:
        """Imports the export *name*; raises AttributeError if there is none."""
        from wan_validators.lazy import load

        return load(__name__, name, _EXPORTS)


def __dir__() -> list[str]:
    """Lists the exports, imported or not, and what else stands here."""
    return sorted({*globals(), *__all__})
