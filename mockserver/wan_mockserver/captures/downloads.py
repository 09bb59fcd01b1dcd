"""Downloads result files from public addresses only, whatever URL or redirect names them.

The URLs come from responses. Without a check, a response could let wanproof read from services of
this machine or of its network, and write what they answer into the capture.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.request import getproxies

from wan_validators.optional_dependencies import explain_missing_extra

with explain_missing_extra():
    import httpx

__all__ = ["ForbiddenAddress", "create_download_client"]

Address = IPv4Address | IPv6Address

NAT64: Final = IPv6Network("64:ff9b::/96")
"""The addresses that a gateway translates to those of IPv4 (RFC 6052)."""


class ForbiddenAddress(httpx.ConnectError):
    """A URL leads to an address that is not public."""


def create_download_client(upstream: str, timeout: float) -> httpx.Client:
    """Creates a client that follows redirects, to public addresses and the host of *upstream*.

    If *upstream* is on this machine, so may be the files. Through a proxy of the environment, the
    proxy finds the address of a name, and only the check before remains.
    """
    guard = _AddressGuard(httpx.URL(upstream).host)
    if any(name != "no" for name in getproxies()):
        return httpx.Client(
            timeout=timeout, follow_redirects=True, event_hooks={"request": [guard.check]}
        )
    transport = _PinnedTransport(guard)
    return httpx.Client(timeout=timeout, follow_redirects=True, transport=transport)


class _AddressGuard:
    """Finds the addresses of a URL, and rejects those that are not public."""

    def __init__(self, own_host: str) -> None:
        self._own_host = own_host
        self._is_own_local = any(each.is_loopback for each in _find_addresses(own_host))

    def check(self, request: httpx.Request) -> None:
        """Raises ForbiddenAddress if an address of the URL is not allowed."""
        self.find_allowed(request)

    def find_allowed(self, request: httpx.Request) -> list[Address]:
        """Returns all addresses of the URL. Raises ForbiddenAddress if one is not allowed."""
        host = request.url.host
        found = _find_addresses(host)
        for address in found:
            if not self._is_allowed(host, address):
                message = f"{host} has the address {address}, which is not public"
                raise ForbiddenAddress(message, request=request)
        return found

    def _is_allowed(self, host: str, address: Address) -> bool:
        if host == self._own_host or (self._is_own_local and address.is_loopback):
            return True
        return all(each.is_global and not each.is_multicast for each in _iter_meanings(address))


class _PinnedTransport(httpx.BaseTransport):
    """Connects to the addresses that were checked; a name is looked up only once."""

    def __init__(self, guard: _AddressGuard) -> None:
        self._guard = guard
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        addresses = self._guard.find_allowed(request)
        error = httpx.ConnectError(f"{request.url.host} has no address", request=request)
        for address in addresses:
            try:
                return self._inner.handle_request(_pin(request, address))
            except httpx.ConnectError as failed:
                error = failed
        raise error

    def close(self) -> None:
        self._inner.close()


def _pin(request: httpx.Request, address: Address) -> httpx.Request:
    """Returns *request* for *address*; the header Host and the certificate are of its name."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


def _find_addresses(host: str) -> list[Address]:
    """Returns the addresses of *host*, none if it is unknown."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ip_address(str(place[0]).partition("%")[0]) for *_, place in found]


def _iter_meanings(address: Address) -> Iterator[Address]:
    """Yields *address*, and the IPv4 address that it contains."""
    yield address
    if isinstance(address, IPv6Address):
        if address in NAT64:
            yield IPv4Address(int(address) & 0xFFFFFFFF)
        for inner in (address.ipv4_mapped, address.sixtofour):
            if inner is not None:
                yield inner
