"""The command `python -m stressvision enrol`."""

import getpass
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from stressvision.core.config import PROJECT_ROOT
from tests.programs.running import program

STILLS = PROJECT_ROOT / "demo" / "enrol"


def command(folder: Path, *arguments: str) -> tuple[int, str]:
    with program("-m", *arguments, folder=folder, settings={}) as running:
        code = running.wait(60)
        return code, running.output


def query(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "gloria_stress_system.db")) as connection:
        return connection.execute(sql).fetchall()


def enrol(folder: Path, code: str, photos: Path, *more: str) -> tuple[int, str]:
    return command(folder, "enrol", "--code", code, "--name", "Ana Torres Vega", "--photos", str(photos), *more)


def test_enrol_stores_embeddings_and_consent(tmp_path: Path) -> None:
    code, output = enrol(tmp_path, "EMP001", STILLS / "EMP001", "--recorded-by", "operador")
    assert code == 0, output
    assert "EMP001 Ana Torres Vega" in output
    ((quality, consent, embedding),) = query(
        tmp_path, "SELECT face_encoding_quality, consent_given, json_array_length(face_embedding) FROM employees"
    )
    assert isinstance(quality, float)
    assert 0.3 < quality <= 1
    assert (consent, embedding) == (1, 128)
    assert query(tmp_path, "SELECT given, text_version, length(text_sha256), recorded_by FROM consents") == [
        (1, "2026-11", 64, "operador")
    ]
    assert query(tmp_path, "SELECT count(*) FROM face_samples") == [(5,)]


def test_person_already_enrolled_is_refused(tmp_path: Path) -> None:
    assert enrol(tmp_path, "EMP001", STILLS / "EMP001")[0] == 0
    code, output = enrol(tmp_path, "EMP009", STILLS / "EMP001")
    assert (code, "EMP001" in output, "--allow-similar" in output) == (2, True, True)
    assert query(tmp_path, "SELECT count(*) FROM employees") == [(1,)]
    assert query(tmp_path, "SELECT recorded_by FROM consents") == [(f"local:{getpass.getuser()}",)]
    assert enrol(tmp_path, "EMP001", STILLS / "EMP001")[0] == 0
    assert enrol(tmp_path, "EMP009", STILLS / "EMP001", "--allow-similar")[0] == 0


@pytest.mark.parametrize(
    ("more", "expected"),
    [(("--name", " "), "--name: es demasiado corto"), (("--department", "Línea\n2"), "--department: no debe tener")],
)
def test_invalid_fields_are_refused_before_reading_stills(tmp_path: Path, more: tuple[str, ...], expected: str) -> None:
    code, output = enrol(tmp_path, "EMP001", tmp_path / "none", *more)
    assert (code, expected in output) == (2, True), output


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "fotos"
    shutil.copytree(STILLS / "EMP001", folder)
    return folder


def test_still_without_a_face_is_named(tmp_path: Path, photos: Path) -> None:
    cv2.imwrite(str(photos / "pared.png"), np.full((480, 640, 3), 127, np.uint8))
    code, output = enrol(tmp_path, "EMP001", photos)
    assert (code, "pared.png: no se ve ninguna cara" in output) == (2, True)


def test_still_with_two_faces_is_named(tmp_path: Path, photos: Path) -> None:
    both = np.hstack([np.asarray(cv2.imread(str(STILLS / code / "1.jpg"))) for code in ("EMP001", "EMP002")])
    cv2.imwrite(str(photos / "dos.jpg"), both)
    code, output = enrol(tmp_path, "EMP001", photos)
    assert (code, "dos.jpg: se ven 2 caras" in output) == (2, True)


def test_still_of_another_person_is_named(tmp_path: Path, photos: Path) -> None:
    shutil.copy(STILLS / "EMP002" / "1.jpg", photos / "otro.jpg")
    code, output = enrol(tmp_path, "EMP001", photos)
    assert (code, "otro.jpg" in output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("EMP001", "no-existe"), "No existe la carpeta"),
        (("EMP001", "."), "0 fotos"),
        (("emp 1", "."), "EMP001"),
    ],
)
def test_invalid_enrolment_is_refused_without_a_traceback(
    tmp_path: Path, arguments: tuple[str, str], expected: str
) -> None:
    code, output = enrol(tmp_path, arguments[0], tmp_path / arguments[1])
    assert (code, expected in output, "Traceback" in output) == (2, True, False)


def test_demo_and_real_people_are_never_mixed(tmp_path: Path) -> None:
    code, output = command(tmp_path, "prepare", "--demo")
    assert (code, "4 personas sintéticas" in output) == (0, True)
    assert query(tmp_path, "SELECT count(*), min(is_demo) FROM employees") == [(4, 1)]
    assert enrol(tmp_path, "EMP050", STILLS / "EMP001")[0] == 2
    assert command(tmp_path, "demo", "--remove")[0] == 0
    assert query(tmp_path, "SELECT count(*) FROM employees") == [(0,)]
    assert enrol(tmp_path, "EMP050", STILLS / "EMP001")[0] == 0
    code, output = command(tmp_path, "prepare", "--demo")
    assert (code, "empleados reales" in output) == (2, True)
    assert command(tmp_path, "demo", "--remove")[0] == 2


def test_withdraw_erases_the_embeddings(tmp_path: Path) -> None:
    enrol(tmp_path, "EMP001", STILLS / "EMP001")
    assert command(tmp_path, "withdraw", "--code", "EMP001")[0] == 0
    assert query(tmp_path, "SELECT consent_given, face_embedding FROM employees") == [(0, None)]
    assert query(tmp_path, "SELECT count(*) FROM face_samples") == [(0,)]
    assert command(tmp_path, "withdraw", "--code", "EMP777")[0] == 2


def test_help_is_in_spanish_or_english(tmp_path: Path) -> None:
    for language, word in (("es", "inscribe a una persona"), ("en", "enrol a person")):
        with program("-m", "--help", folder=tmp_path, settings={"STRESSVISION_LANG": language}) as running:
            assert running.wait() == 0
            assert word in running.output
