import os
import socket

import pytest

from stressvision.ports import PortBusy, find_holder, listen


def test_a_free_port_is_listened_on() -> None:
    with listen("127.0.0.1", 0, setting="X") as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            assert find_holder(port) is not None


def test_a_busy_port_names_its_holder_and_the_setting() -> None:
    with listen("127.0.0.1", 0, setting="X") as listener:
        port = listener.getsockname()[1]
        with pytest.raises(PortBusy) as caught:
            listen("127.0.0.1", port, setting="STRESSVISION_API_PORT")
        assert f"proceso {os.getpid()}" in caught.value.message.es
        assert f"process {os.getpid()}" in caught.value.message.en
        assert "STRESSVISION_API_PORT" in caught.value.message.es


def test_nobody_holds_a_free_port() -> None:
    with listen("127.0.0.1", 0, setting="X") as listener:
        port = listener.getsockname()[1]
    assert find_holder(port) is None
