"""The command `python -m stressvision enrol`."""

import getpass
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from stressvision.commands.command_line import main
from stressvision.core.config import PROJECT_ROOT
from stressvision.domain.consent import CONSENT_VERSION
from tests.integration.conftest import query as rows_of
from tests.programs.running import program

STILLS = PROJECT_ROOT / "demo" / "enrol"


def run_process(folder: Path, *arguments: str) -> tuple[int, str]:
    with program("-m", *arguments, folder=folder, settings={}) as running:
        code = running.wait(60)
        return code, running.output


def command(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run a command within this process, which takes a second less; the stills are measured in one of their own."""
    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(output):
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["stressvision", *arguments])
        try:
            code: object = main()
        except SystemExit as ended:
            code = ended.code
    return int(str(code)), output.getvalue()


def query(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    return rows_of(f"sqlite:///{folder}/gloria_stress_system.db", sql)


def enrolment(code: str, photos: Path, *more: str) -> tuple[str, ...]:
    return ("enrol", "--code", code, "--name", "Ana Torres Vega", "--photos", str(photos), *more)


def enrol(folder: Path, code: str, photos: Path, *more: str) -> tuple[int, str]:
    return command(folder, *enrolment(code, photos, *more))


def test_enrol_stores_embeddings_and_consent(tmp_path: Path) -> None:
    code, output = run_process(tmp_path, *enrolment("EMP001", STILLS / "EMP001", "--recorded-by", "operador"))
    assert code == 0, output
    assert "EMP001 Ana Torres Vega" in output
    ((quality, consent, embedding),) = query(
        tmp_path, "SELECT face_encoding_quality, consent_given, json_array_length(face_embedding) FROM employees"
    )
    assert isinstance(quality, float)
    assert 0.3 < quality <= 1
    assert (consent, embedding) == (1, 128)
    assert query(tmp_path, "SELECT given, text_version, length(text_sha256), recorded_by FROM consents") == [
        (1, CONSENT_VERSION, 64, "operador")
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
    assert (code, "dos.jpg: se ve más de una cara" in output) == (2, True)


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


def add_folder(photos: Path) -> None:
    (photos / "old.jpg").mkdir()


def add_empty_file(photos: Path) -> None:
    (photos / "old.jpg").touch()


def add_text(photos: Path) -> None:
    (photos / "old.jpg").write_text("no es una imagen")


def add_huge_picture(photos: Path) -> None:
    """A small file of 64 megapixels."""
    cv2.imwrite(str(photos / "old.jpg"), np.zeros((8000, 8000, 3), np.uint8))


def add_pipe(photos: Path) -> None:
    os.mkfifo(photos / "old.jpg")


def add_dangling_link(photos: Path) -> None:
    (photos / "old.jpg").symlink_to("nothing.jpg")


@pytest.mark.parametrize("add", [add_folder, add_empty_file, add_text, add_huge_picture, add_pipe, add_dangling_link])
def test_odd_entry_of_the_folder_is_named(tmp_path: Path, photos: Path, add: Callable[[Path], None]) -> None:
    add(photos)
    code, output = enrol(tmp_path, "EMP001", photos)
    assert (code, "old.jpg" in output, "Traceback" in output) == (2, True, False), output
    assert query(tmp_path, "SELECT count(*) FROM employees") == [(0,)]


def test_hidden_companion_files_are_ignored(tmp_path: Path, photos: Path) -> None:
    (photos / "._1.jpg").write_bytes(b"\x00\x05\x16\x07Mac OS X")
    code, output = enrol(tmp_path, "EMP001", photos)
    assert code == 0, output


def test_file_name_that_is_not_utf8_is_printed_escaped(tmp_path: Path, photos: Path) -> None:
    (photos / "1.jpg").rename(photos / os.fsdecode(b"ma\xf1ana.jpg"))
    (photos / os.fsdecode(b"vac\xeda.jpg")).touch()
    code, output = run_process(tmp_path, *enrolment("EMP001", photos))
    assert (code, "a.jpg" in output, "Traceback" in output) == (2, True, False), output


def test_copies_of_one_photograph_count_once(tmp_path: Path, photos: Path) -> None:
    picture = np.asarray(cv2.imread(str(photos / "1.jpg")))
    for number in (2, 3, 4, 5):
        cv2.imwrite(str(photos / f"{number}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 70 + number])
    code, output = enrol(tmp_path, "EMP001", photos)
    assert (code, "Sirven 1 fotos" in output, output.count("es copia de otra foto")) == (2, True, 4), output


def test_blurred_stills_are_refused_as_by_the_api(tmp_path: Path, photos: Path) -> None:
    for path in photos.glob("*.jpg"):
        cv2.imwrite(str(path), cv2.GaussianBlur(np.asarray(cv2.imread(str(path))), (0, 0), 14))
    code, output = enrol(tmp_path, "EMP001", photos)
    assert (code, "borrosa" in output) == (2, True), output


def test_known_code_passes_to_another_person_only_if_stated(tmp_path: Path) -> None:
    assert enrol(tmp_path, "EMP001", STILLS / "EMP001")[0] == 0
    pedro = ("enrol", "--code", "EMP001", "--name", "Pedro Ruiz", "--photos")
    code, output = command(tmp_path, *pedro, str(STILLS / "EMP002"))
    assert (code, "EMP001 es de Ana Torres Vega" in output) == (2, True), output
    code, output = enrol(tmp_path, "EMP001", STILLS / "EMP002")
    assert (code, "no parecen de la persona inscrita" in output) == (2, True), output
    assert query(tmp_path, "SELECT full_name FROM employees") == [("Ana Torres Vega",)]
    assert command(tmp_path, *pedro, str(STILLS / "EMP002"), "--replace")[0] == 0
    assert query(tmp_path, "SELECT full_name FROM employees") == [("Pedro Ruiz",)]


def test_similar_people_are_enrolled_with_a_warning(tmp_path: Path) -> None:
    assert enrol(tmp_path, "EMP001", STILLS / "EMP001")[0] == 0
    code, output = enrol(tmp_path, "EMP009", STILLS / "EMP001", "--allow-similar")
    assert (code, "no reconocer a ninguno de los dos" in output) == (0, True), output


@pytest.mark.parametrize("employee_code", ["T101", "12345", "P-0012", "EMP001"])
def test_codes_that_plants_use_are_accepted(tmp_path: Path, employee_code: str) -> None:
    assert enrol(tmp_path, employee_code, STILLS / "EMP001")[0] == 0
    assert query(tmp_path, "SELECT employee_code FROM employees") == [(employee_code,)]


def test_console_that_cannot_show_a_letter_escapes_it(tmp_path: Path) -> None:
    arguments = ("-m", "enrol", "--code", "EMP001", "--name", "Łukasz", "--photos", str(STILLS / "EMP001"))
    with program(*arguments, folder=tmp_path, settings={"PYTHONIOENCODING": "cp1252"}) as running:
        assert running.wait(60) == 0
        assert "\\u0141ukasz" in running.output


def test_modules_in_the_users_folder_are_not_imported(tmp_path: Path) -> None:
    (tmp_path / "email.py").write_text("raise SystemExit('the user's own file was run')")
    code, output = run_process(tmp_path, "prepare")
    assert (code, "own file" in output) == (0, False), output


def test_closed_pipe_ends_a_program_quietly(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    line = f"{sys.executable} -m stressvision --help | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert done.stdout.strip() in {"0", "141"}, "0 if everything was written before the reader closed the pipe"


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


def test_help_is_in_spanish_or_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for language, word in (("es", "inscribe a una persona"), ("en", "enrol a person")):
        monkeypatch.setenv("STRESSVISION_LANG", language)
        code, output = command(tmp_path, "--help")
        assert (code, word in output) == (0, True)
