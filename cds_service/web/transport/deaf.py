"""A listening socket that hears of nobody new, while whoever has connected can still be let in.

Without it the kernel goes on connecting callers until the socket is closed, and resets those that nobody has let in.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import sys
from contextlib import suppress

SO_ATTACH_FILTER = 26  # Linux, asm-generic/socket.h; Python has no name for it
# Classic BPF over the TCP header, whose octet 13 holds the flags (RFC 9293, 3.1): code, if true, if false, value.
DROP_SYN = (
    (0x30, 0, 0, 13),  # load octet 13
    (0x45, 0, 1, 0x02),  # SYN?
    (0x06, 0, 0, 0),  # drop: who wants to connect asks again in a second, and hears then that nobody listens
    (0x06, 0, 0, 0xFFFFFFFF),  # keep
)


def turn_deaf(listener: socket.socket) -> None:
    """For every process that has this socket, and for good; without effect elsewhere than on Linux."""
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in DROP_SYN))
    with suppress(OSError):  # then one or another is reset, as without it
        listener.setsockopt(
            socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(DROP_SYN), ctypes.addressof(program))
        )
