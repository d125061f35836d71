"""Commands `python -m stressvision account`, `token` and `audit`."""

import getpass
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from stressvision.commands.command_line import main
from stressvision.commands.subcommands import get_operator
from stressvision.core.config import load_settings
from stressvision.core.files import local_token_file
from stressvision.db.engine.connection import sqlite_driver
from stressvision.edge.delivery.token import read_token
from stressvision.services.auth import hashing
from stressvision.services.auth.authenticator import Authenticator
from stressvision.services.context import open_context, opened_context
from stressvision.services.devices import record_health
from stressvision.wire.detections import DeviceHealth

PHRASE = "cuatro palabras que recuerdo"
Type = Callable[..., int]


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Type:
    """Run a command line with text on its standard input, and return the exit code."""
    monkeypatch.setattr(hashing, "_PASSWORDS", Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1))

    def run(line: str, output: str = "") -> int:
        monkeypatch.setattr(sys, "argv", ["stressvision", *line.split()])
        monkeypatch.setattr(sys, "stdin", io.StringIO(output))
        return main()

    return run


def test_accounts_are_created_listed_changed_and_disabled(type_in: Type, capsys: pytest.CaptureFixture[str]) -> None:
    assert type_in("account add jefa --role admin", "corta\n") == 2
    assert "entre 15 y 256 caracteres" in capsys.readouterr().err
    assert type_in("account add jefa --role admin", f"{PHRASE}\n") == 0
    assert type_in("account add dra.quispe --role health", f"{PHRASE}\n") == 0
    assert type_in("account add dra.quispe --role viewer", f"{PHRASE}\n") == 2
    assert "ya existe" in capsys.readouterr().err
    assert type_in("account password dra.quispe", "otras cuatro palabras\n") == 0
    assert type_in("account disable dra.quispe") == 0
    assert type_in("account disable jefa") == 2
    assert "única cuenta de administrador" in capsys.readouterr().err
    assert type_in("account list") == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in listed] == [["dra.quispe", "health"], ["jefa", "admin"]]
    assert listed[0].endswith("desactivada")


def test_first_account_leaves_tokens_for_the_devices_of_this_machine(
    type_in: Type, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened_context(load_settings()) as context:
        record_health(context, DeviceHealth(device_id="linea-2", state="watching"))
    assert type_in("account add jefa --role admin", f"{PHRASE}\n") == 0
    assert "los 1 de esta máquina recibieron su token" in capsys.readouterr().out
    token = local_token_file(load_settings().run_dir, "linea-2").read_text("ascii")
    assert read_token(load_settings(device_id="linea-2")) == token
    assert type_in("account add dra.quispe --role health", f"{PHRASE}\n") == 0
    assert "token" not in capsys.readouterr().out
    assert local_token_file(load_settings().run_dir, "linea-2").read_text("ascii") == token


def test_password_is_never_an_argument(type_in: Type, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        type_in(f"account add jefa --role admin --password {PHRASE.split()[0]}")
    assert refused.value.code == 2


def test_token_is_printed_once_on_stdout_and_can_be_revoked(type_in: Type, capsys: pytest.CaptureFixture[str]) -> None:
    assert type_in("token add --device pi-01") == 2
    assert "account add" in capsys.readouterr().err
    type_in("account add jefa --role admin", f"{PHRASE}\n")
    capsys.readouterr()
    assert type_in("token add --device pi-01 --days 30") == 0
    shown = capsys.readouterr()
    token = shown.out.strip()
    assert "No se volverá a mostrar" in shown.err
    assert Authenticator(open_context(load_settings())).authenticate(token).device_id == "pi-01"
    assert type_in("token list") == 0
    listed = capsys.readouterr().out
    token_id = token.split("_")[1]
    assert listed.split()[:2] == [token_id, "pi-01"]
    assert token.split("_", 2)[2] not in listed
    assert type_in(f"token revoke {token_id}") == 0
    capsys.readouterr()
    type_in("token list")
    assert "revocado" in capsys.readouterr().out
    assert type_in("token add --device pi/01") == 2
    assert type_in("token revoke 000000000000") == 2


def test_audit_log_is_printed_and_a_tampered_row_is_named(type_in: Type, capsys: pytest.CaptureFixture[str]) -> None:
    type_in("account add jefa --role admin", f"{PHRASE}\n")
    type_in("token add --device pi-01")
    capsys.readouterr()
    assert type_in("audit show") == 0
    assert [line.split()[2] for line in capsys.readouterr().out.splitlines()] == ["account_added", "token_added"]
    assert type_in("audit verify") == 0
    output = capsys.readouterr().out
    assert "Registro íntegro: 3 filas" in output  # with the row of reading it
    head = output.split()[-1]
    assert type_in(f"audit verify --head {head}") == 0
    assert type_in("audit verify --head mal") == 2
    connection = sqlite_driver().connect(str(Path("gloria_stress_system.db")))
    connection.execute("DROP TRIGGER audit_kept")
    connection.execute("UPDATE audit_log SET user_id = 'otra' WHERE id = 1")
    connection.commit()
    connection.close()
    capsys.readouterr()
    assert type_in("audit verify") == 1
    output = capsys.readouterr().out
    assert "Fila 1: su contenido fue cambiado." in output
    assert "ALTERADO" in output


@pytest.mark.parametrize(
    "line",
    ["account list", "account disable nadie", "token list", "audit show", "audit verify", "withdraw --code EMP009"],
)
def test_command_closes_its_database_also_after_an_error(type_in: Type, line: str) -> None:
    """SQLite deletes its write-ahead log with the last connection."""
    type_in(line)
    assert [path.name for path in Path().iterdir()] == ["gloria_stress_system.db"]


def test_reading_a_person_by_command_is_audited(type_in: Type, capsys: pytest.CaptureFixture[str]) -> None:
    assert type_in("audit show --employee 3") == 0
    (seen,) = capsys.readouterr().out.splitlines()
    assert seen.split()[2:] == ["read_audit", "employee", "3", f"local:{getpass.getuser()}"]


@pytest.mark.skipif(sys.platform == "win32", reason="each of its users has a name")
def test_system_user_without_a_name_is_audited_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    def find_nobody(uid: int) -> pwd.struct_passwd:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", find_nobody)
    assert get_operator().user_id == f"local:{os.getuid()}"
