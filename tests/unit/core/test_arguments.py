"""Help and faults of the command line, in the user's language."""

import pytest

from stressvision.core.arguments import Arguments


def parser() -> Arguments:
    made = Arguments(prog="programa.py", description="Hace algo.")
    made.add_argument("--port", type=int, help="puerto")
    return made


def test_help_is_spanish_throughout(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert said.startswith("uso: programa.py")
    assert "opciones:" in said
    assert "options" not in said
    assert "show" not in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "x"], "--port: no es un número entero: 'x'"),
        (["--nada"], "no se reconoce --nada"),
        (["--port"], "--port: necesita un valor"),
    ],
)
def test_a_fault_says_what_and_how_to_ask_for_help(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"{said}\nVea las opciones con: programa.py --help\n"


def test_english_on_request(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("STRESSVISION_LANG", "en")
    with pytest.raises(SystemExit):
        parser().parse_args(["--nada"])
    assert capsys.readouterr().err.startswith("unrecognized arguments: --nada")
