"""Finds out what the client did with its end of a connection."""

from __future__ import annotations

import socket
import struct
import sys
from contextlib import suppress
from enum import Enum, auto

__all__ = ["PeerState", "find_peer_state", "has_unread", "is_in_progress"]


class PeerState(Enum):
    """What the client did with its end of a connection."""

    OPEN = auto()
    CLOSING = auto()
    """It closed the connection, or only the direction in which it sends."""
    GONE = auto()


def find_peer_state(connection: socket.socket) -> PeerState:
    """Returns what the client did with its end, without reading what it sent."""
    try:
        closed = connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return PeerState.OPEN
    except OSError:  # reset by the client, or closed
        return PeerState.GONE
    if not closed:
        return PeerState.OPEN
    # After the end of the client's direction, reading does not show that it reset the connection.
    is_reset = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0
    return PeerState.GONE if is_reset else PeerState.CLOSING


def has_unread(connection: socket.socket) -> bool:
    """Returns whether bytes of the client wait to be read."""
    with suppress(OSError):
        return connection.recv(1, socket.MSG_PEEK) != b""
    return False


def is_in_progress(connection: socket.socket) -> bool:
    """Returns whether sent bytes are not acknowledged; False if the system does not tell."""
    if sys.platform != "linux":
        return False
    from fcntl import ioctl
    from termios import TIOCOUTQ

    with suppress(OSError, ValueError):  # closed meanwhile
        count: int = struct.unpack("i", ioctl(connection, TIOCOUTQ, bytes(4)))[0]
        return count > 0
    return False
