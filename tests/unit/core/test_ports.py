import os
import socket

import pytest

from stressvision.core.errors import ConfigurationError
from stressvision.core.ports import UNKNOWN_HOLDER, find_port_holder, is_port_free, require_free_port


def test_busy_port_error_names_holder_and_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert not is_port_free("127.0.0.1", port)
        assert find_port_holder(port).pid == os.getpid()
        with pytest.raises(ConfigurationError) as caught:
            require_free_port("127.0.0.1", port, "STRESSVISION_API_PORT")
    assert f"pid {os.getpid()}" in caught.value.message.es
    assert f"pid {os.getpid()}" in caught.value.message.en
    assert "STRESSVISION_API_PORT" in caught.value.message.es


def test_unused_port_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert is_port_free("127.0.0.1", port)
    assert find_port_holder(port) == UNKNOWN_HOLDER
    require_free_port("127.0.0.1", port, "STRESSVISION_API_PORT")
