import getpass
import os
import socket
from pathlib import Path

from stressvision.core.errors import Message
from stressvision.core.ports import UNKNOWN_HOLDER, PortHolder
from stressvision.launcher.busy import describe_busy_ports, describe_holder
from stressvision.launcher.components import Component, PortUse
from stressvision.launcher.record import read_record, write_record
from stressvision.launcher.supervisor import NOTHING, ComponentState, ComponentView

USE = PortUse(8000, "STRESSVISION_API_PORT")
API = Component("api", Message(es="Backend", en="Backend"), ("true",), ports=(USE,))
STRANGER = PortHolder(4321, "nginx", "nginx -g daemon", "www-data")


def test_a_stranger_is_named_and_left_alone_with_a_free_port_to_use_instead() -> None:
    message = describe_holder(API, USE, STRANGER, ours=False, another=8001)
    for known in ("8000", "pid 4321", "nginx -g daemon", "www-data", "STRESSVISION_API_PORT=8001", "kill 4321"):
        assert known in message.es
        assert known in message.en


def test_one_that_may_not_be_seen_is_unknown_and_no_kill_is_proposed() -> None:
    message = describe_holder(API, USE, UNKNOWN_HOLDER, ours=False, another=8001)
    assert "desconocido" in message.es
    assert "unknown" in message.en
    assert "kill" not in message.es
    assert "None" not in message.es


def test_our_own_leftover_is_ended_with_stop() -> None:
    message = describe_holder(API, USE, STRANGER, ours=True, another=8001)
    assert "start_complete_system.py stop" in message.es
    assert "STRESSVISION_API_PORT" not in message.es


def test_a_real_listener_is_named_and_a_recorded_one_recognised(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        use = PortUse(listener.getsockname()[1], "STRESSVISION_API_PORT")
        part = Component("api", Message(es="Backend", en="Backend"), ("true",), ports=(use,))
        (stranger,) = describe_busy_ports("127.0.0.1", [part], None)
        write_record(tmp_path, [ComponentView(part, ComponentState.RUNNING, os.getpid(), NOTHING)])
        (own,) = describe_busy_ports("127.0.0.1", [part], read_record(tmp_path))
    assert f"pid {os.getpid()}" in stranger.es
    assert getpass.getuser() in stranger.es
    assert "stop" in own.es
    assert describe_busy_ports("127.0.0.1", [part], None) == []
