"""What is served below ``/_wanproof``: the admin API and the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import log
from ..messages import Request, Response
from ..stores import Unavailable
from .declining import Declined

if TYPE_CHECKING:
    from ..mock import Mock


def handle(mock: Mock, request: Request) -> Response:
    """The answer to a request whose path, with single slashes, is below ROOT, or OPENAPI.

    Never raises. Nothing of it gets into the journal or, but for faults, into the log.
    """
    try:
        response = _answered(mock, request)
    except Declined as declined:
        response = declined.response
    except Unavailable as error:
        response = Declined(f"the server's store is out of reach: {error}", 503).response
    except Exception as error:  # noqa: BLE001  (whatever it is, the server lives on)
        log.error("%s: %s", type(error).__name__, error)
        log.debug("where it happened", exc_info=error)
        says = "a fault in the mock server itself; its log says more"
        response = Declined(says, 500).response
    return response.without_body() if request.method == "HEAD" else response


def _answered(mock: Mock, request: Request) -> Response:
    from .. import dashboard
    from ..mock import OPENAPI
    from . import api, guard, vendor_openapi

    if request.path == OPENAPI:
        return vendor_openapi.answer(request)
    guard.check(mock, request)
    return dashboard.answer(mock, request) or api.answer(mock, request)
