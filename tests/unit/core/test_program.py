"""How a program ends when its standard streams are closed, full or at their end, and when the user's text is odd."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stressvision.core.config import PROJECT_ROOT

SCRIPT = """
import sys
from stressvision.core.program import run_program
def main():
    {body}
    return 0
sys.exit(run_program(main))
"""


def run(body: str, redirection: str, folder: Path) -> tuple[int, str]:
    """Run `body` in a program with its streams redirected by a shell; return its code and standard error."""
    command = f'exec "$0" -c "$1" {redirection}'
    environ = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    done = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable, SCRIPT.format(body=body)],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a shell and /dev/full")


@pytest.mark.parametrize("body", ["print('a')", "print('a', flush=True)", "print('a' * 100_000)"])
def test_output_that_cannot_be_written_ends_with_a_sentence(tmp_path: Path, body: str) -> None:
    code, error = run(body, ">/dev/full </dev/null", tmp_path)
    assert code == 2
    assert error.startswith("La salida no se pudo escribir: No space left")
    assert "Traceback" not in error


@pytest.mark.parametrize("redirection", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_are_no_error_and_no_file_takes_their_place(tmp_path: Path, redirection: str) -> None:
    body = "f = open('kept', 'w'); print('noise', flush=True); print(sys.stdin.isatty(), file=sys.stderr); f.close()"
    code, error = run(body, redirection, tmp_path)
    assert (code, "Traceback" in error) == (0, False)
    assert (tmp_path / "kept").read_text() == ""


def test_end_of_the_input_at_a_question_ends_with_a_sentence(tmp_path: Path) -> None:
    code, error = run("input()", "</dev/null", tmp_path)
    assert (code, error) == (2, "La entrada terminó antes de la respuesta.\n")


def test_other_errors_of_the_system_are_not_taken_for_the_output(tmp_path: Path) -> None:
    code, error = run("open('absent')", "</dev/null", tmp_path)
    assert code == 1
    assert "FileNotFoundError" in error
