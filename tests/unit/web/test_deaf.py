"""The end of listening: who has connected is let in, and nobody new is."""

from __future__ import annotations

import socket
import sys

import pytest

from cds_service.web.transport.deaf import turn_deaf

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="by a filter of Linux")


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_deaf_socket_lets_in_who_has_connected_and_hears_of_nobody_new(family, host):
    try:
        listener = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip("no IPv6 here")
    with listener, socket.create_connection(listener.getsockname()[:2]) as early:
        turn_deaf(listener)
        with pytest.raises(TimeoutError):
            socket.create_connection(listener.getsockname()[:2], timeout=0.3)
        let_in, _ = listener.accept()
        with let_in:
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.accept()
            early.sendall(b"question")
            assert let_in.recv(8) == b"question"
            let_in.sendall(b"answer")
        assert early.recv(6) == b"answer"
