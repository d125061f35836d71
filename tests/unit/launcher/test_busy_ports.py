import getpass
import os
import socket
from pathlib import Path

from stressvision.core.errors import Message
from stressvision.core.ports import UNKNOWN_HOLDER, PortHolder
from stressvision.launcher.busy_ports import describe_busy_ports, describe_holder
from stressvision.launcher.components import Component, PortUse
from stressvision.launcher.health import NO_DETAIL
from stressvision.launcher.record import read_record, write_record
from stressvision.launcher.supervisor import ComponentState, ComponentView

USE = PortUse(8000, "STRESSVISION_API_PORT")
API = Component("api", Message(es="Backend", en="Backend"), ("true",), ports=(USE,))
FOREIGN = PortHolder(4321, "nginx", "nginx -g daemon", "www-data")


def test_message_names_foreign_holder_and_free_port() -> None:
    message = describe_holder(API, USE, FOREIGN, is_own=False, free_port=8001)
    for known in ("8000", "pid 4321", "nginx -g daemon", "www-data", "STRESSVISION_API_PORT=8001", "kill 4321"):
        assert known in message.es
        assert known in message.en


def test_message_for_unknown_holder_proposes_no_kill() -> None:
    message = describe_holder(API, USE, UNKNOWN_HOLDER, is_own=False, free_port=8001)
    assert "desconocido" in message.es
    assert "unknown" in message.en
    assert "kill" not in message.es
    assert "None" not in message.es


def test_message_for_own_leftover_process_proposes_stop() -> None:
    message = describe_holder(API, USE, FOREIGN, is_own=True, free_port=8001)
    assert "start_complete_system.py stop" in message.es
    assert "STRESSVISION_API_PORT" not in message.es


def test_busy_ports_distinguish_foreign_and_recorded_listeners(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        use = PortUse(listener.getsockname()[1], "STRESSVISION_API_PORT")
        part = Component("api", Message(es="Backend", en="Backend"), ("true",), ports=(use,))
        (foreign,) = describe_busy_ports("127.0.0.1", [part], None)
        write_record(tmp_path, [ComponentView(part, ComponentState.RUNNING, os.getpid(), NO_DETAIL)])
        (own,) = describe_busy_ports("127.0.0.1", [part], read_record(tmp_path))
    assert f"pid {os.getpid()}" in foreign.es
    assert getpass.getuser() in foreign.es
    assert "stop" in own.es
    assert describe_busy_ports("127.0.0.1", [part], None) == []
