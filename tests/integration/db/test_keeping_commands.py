"""The commands rights, erase, retention, backup and restore of `python -m stressvision`."""

import getpass
import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from stressvision.commands.command_line import main
from stressvision.commands.rights import write_certificate
from stressvision.core.clock import utc_now
from stressvision.core.config import load_settings
from stressvision.core.errors import InvalidInput, Message
from stressvision.core.program import identify
from stressvision.launcher.components import Component
from stressvision.launcher.record import ComponentRecord, LauncherRecord, record_path
from stressvision.launcher.supervisor import ComponentState
from stressvision.services.context import open_context
from stressvision.wire.rights import ErasureCertificate
from tests.integration.conftest import enrol
from tests.integration.live_backend import raise_alert

Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Run a command in a folder of its own; return its exit code and output."""

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["stressvision", *arguments])
        code = main()
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


@pytest.fixture
def filled() -> None:
    context = open_context(load_settings())
    with closing(context.database):
        raise_alert(context, enrol(context))


@pytest.mark.usefixtures("filled")
def test_backups_from_key_to_restoration(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed("backup", "list") == (0, "No hay copias en backups.\n")
    assert typed("backup", "key", "--output", "clave")[0] == 0
    assert (Path("clave").stat().st_mode & 0o077, typed("backup", "key", "--output", "clave")[0]) == (0, 2)
    monkeypatch.setenv("STRESSVISION_BACKUP_KEY_FILE", "clave")
    assert "Copia hecha y leída de vuelta" in typed("backup", "make")[1]
    code, printed = typed("backup", "list")
    assert (code, "completa, cifrada" in printed) == (0, True)
    code, printed = typed("backup", "verify")
    assert (code, printed.startswith("Sana.")) == (0, True)
    code, printed = typed("backup", "check")
    assert (code, printed.startswith("al día")) == (0, True)
    monkeypatch.delenv("STRESSVISION_BACKUP_KEY_FILE")
    code, printed = typed("backup", "check")
    assert (code, "no hay clave configurada" in printed) == (1, True)
    assert typed("backup", "make")[0] == 2
    monkeypatch.setenv("STRESSVISION_BACKUP_KEY_FILE", "clave")
    Path("gloria_stress_system.db").write_bytes(b"lost")
    code, printed = typed("restore")
    assert (code, "Restaurada" in printed, "before-restore" in printed) == (0, True, True)
    context = open_context(load_settings())
    with closing(context.database):
        assert enrol(context, "EMP002", "Luis Paredes") == 2


@pytest.mark.usefixtures("filled")
def test_restore_is_refused_while_the_system_runs(typed: Typed) -> None:
    typed("backup", "make")
    own = identify(os.getpid())
    assert own is not None
    api = Component("api", Message("Backend", "Backend"), ("backend_api.py",))
    part = ComponentRecord(component=api, state=ComponentState.RUNNING, process=own, detail=Message("", ""))
    path = record_path(load_settings().run_dir)
    path.parent.mkdir()
    path.write_text(LauncherRecord(launcher=own, components=(part,)).model_dump_json(), encoding="utf-8")
    code, printed = typed("restore")
    assert (code, "está en marcha (api)" in printed) == (2, True)


@pytest.mark.usefixtures("filled")
def test_what_is_kept_and_its_end(typed: Typed) -> None:
    code, printed = typed("rights", "--code", "EMP001", "--output", "salida/datos.html", "--recorded-by", "dra.quispe")
    assert (code, "10 detecciones" in printed) == (0, True)
    page, annex = Path("salida/datos.html"), Path("salida/datos.json")
    assert [path.stat().st_mode & 0o077 for path in (page, annex)] == [0, 0]
    assert "Ana Torres Vega" in page.read_text("utf-8")
    data = json.loads(annex.read_text("utf-8"))
    assert (len(data["detections"]), len(data["faces"][0]["embedding"])) == (10, 128)
    code, printed = typed("retention", "--dry-run")
    assert (code, "30 días" in printed, "No se borró nada" in printed) == (0, True, True)
    assert typed("erase", "--code", "EMP001") == (2, "No se borró nada. Confirme con el código, o use --yes.\n")
    code, printed = typed("erase", "--code", "EMP001", "--yes", "--output", "certificados")
    assert (code, "no queda ninguno" in printed, "EMP001" in printed) == (0, True, False)
    (certificate,) = Path("certificados").glob("*.json")
    assert json.loads(certificate.read_text("utf-8"))["is_complete"]
    assert typed("erase", "--code", "EMP001", "--yes") == (2, "No existe el empleado EMP001.\n")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("datos.json", "el anexo, que termina en .json"),
        ("datos.JSON", "el anexo, que termina en .json"),
        (".", "por ejemplo datos.html"),
        ("ocupado/datos.html", "No se pudo escribir ocupado/datos.html"),
    ],
)
def test_rights_reads_nothing_if_the_output_cannot_be_written(typed: Typed, output: str, reason: str) -> None:
    Path("ocupado").write_text("")
    code, printed = typed("rights", "--code", "EMP001", "--output", output)
    assert (code, reason in printed) == (2, True)
    context = open_context(load_settings())
    with closing(context.database), context.database.read() as connection:
        query = "SELECT count(*) FROM audit_log WHERE action = 'read_own_data'"
        assert connection.exec_driver_sql(query).scalar_one() == 0


@pytest.mark.usefixtures("filled")
def test_erase_deletes_nothing_if_the_certificate_cannot_be_written(typed: Typed) -> None:
    Path("ocupado").write_text("")
    code, printed = typed("erase", "--code", "EMP001", "--yes", "--output", "ocupado/certificados")
    assert (code, "ocupado/certificados" in printed, "No se borró nada" in printed) == (2, True, True)
    assert typed("rights", "--code", "EMP001", "--output", "datos.html")[0] == 0


def test_certificate_is_printed_before_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    certificate = ErasureCertificate(
        certificate_id="c-1", erased_at=utc_now(), erased_by="ana", row_counts={}, places=[], is_complete=True
    )
    with pytest.raises(InvalidInput, match="El borrado está hecho"):
        write_certificate(certificate, Path("no-existe"), "es")
    assert "Certificado de borrado c-1" in capsys.readouterr().out


def users_of(action: str) -> list[str]:
    context = open_context(load_settings())
    with closing(context.database), context.database.read() as connection:
        query = f"SELECT user_id FROM audit_log WHERE action = '{action}'"
        return list(connection.exec_driver_sql(query).scalars())


@pytest.mark.usefixtures("filled")
def test_audit_log_distinguishes_local_users_from_accounts(typed: Typed) -> None:
    own = f"local:{getpass.getuser()}"
    typed("backup", "make")
    (backup,) = Path("backups").glob("*.svb.*")
    kept = shutil.copy2(backup, ".")
    typed("rights", "--code", "EMP001", "--output", "datos.html")
    typed("erase", "--code", "EMP001", "--yes")
    assert [users_of(action) for action in ("read_own_data", "erase")] == [[own], [own]]
    code, printed = typed("restore", "--file", kept)
    assert (code, users_of("read_own_data"), users_of("erase")) == (0, [], [own]), printed
