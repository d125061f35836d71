"""`python main.py` and `streamlit run main.py`, as processes."""

import os
import socket
import sys
from pathlib import Path

import pytest
import requests

from stressvision.core.config import PROJECT_ROOT
from tests.programs.running import Program, answers, free_port, program, wait_until


def run(folder: Path, *arguments: str, **settings: str) -> tuple[int, str]:
    with program("main.py", *arguments, folder=folder, settings=settings) as dashboard:
        return dashboard.wait(), dashboard.output


def wait_for(dashboard: Program, port: int) -> str:
    base = f"http://127.0.0.1:{port}"
    wait_until(lambda: answers(f"{base}/_stcore/health") or dashboard.process.poll() is not None, "the dashboard")
    assert dashboard.process.poll() is None, dashboard.output
    return base


def test_serves_on_its_port_until_stopped(tmp_path: Path) -> None:
    port = free_port()
    settings = {"STRESSVISION_DASHBOARD_PORT": str(port)}
    with program("main.py", folder=tmp_path, settings=settings) as dashboard:
        base = wait_for(dashboard, port)
        assert "<title>" in requests.get(base, timeout=5).text
        assert f"Tablero en {base}" in dashboard.output
        dashboard.stop()
        assert "Traceback" not in dashboard.output


def test_streamlit_run_uses_the_same_settings(tmp_path: Path) -> None:
    port = free_port()
    arguments = ("run", str(PROJECT_ROOT / "main.py"), f"--server.port={port}")
    with program(str(Path(sys.executable).parent / "streamlit"), *arguments, folder=tmp_path, settings={}) as dashboard:
        wait_for(dashboard, port)
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", port), timeout=5):
            pass


def test_help_uses_configured_language(tmp_path: Path) -> None:
    code, spanish = run(tmp_path, "--help")
    assert code == 0
    assert "Tablero de Stress Vision" in spanish
    assert "The Stress Vision dashboard" in run(tmp_path, "--help", STRESSVISION_LANG="en")[1]


def test_busy_port_names_its_holder(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        code, output = run(tmp_path, STRESSVISION_DASHBOARD_PORT=str(port))
    assert code == 2
    assert f"El puerto {port} está ocupado" in output
    assert "Traceback" not in output


def test_misspelt_setting_exits_with_a_message(tmp_path: Path) -> None:
    code, output = run(tmp_path, STRESSVISION_DASHBORD_PORT="8501")
    assert code == 2
    assert "¿Quiso decir STRESSVISION_DASHBOARD_PORT?" in output


@pytest.mark.skipif(sys.platform == "win32", reason="names of folders are Unicode there")
def test_folder_whose_name_is_not_utf8_is_named(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"planta_\xf1")
    folder.mkdir()
    code, output = run(folder)
    assert code == 2
    assert "planta_\\udcf1 no está en UTF-8" in output
    assert "Traceback" not in output
