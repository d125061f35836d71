"""Help and errors of the command line in the user's language."""

import pytest

from stressvision.core.arguments import Arguments


def build_parser() -> Arguments:
    made = Arguments(prog="programa.py", description="Hace algo.")
    made.add_argument("--port", type=int, help="puerto")
    return made


def test_help_is_spanish(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(["--help"])
    output = capsys.readouterr().out
    assert ended.value.code == 0
    assert output.startswith("uso: programa.py")
    assert "opciones:" in output
    assert "options" not in output
    assert "show" not in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "x"], "--port: no es un número entero: 'x'"),
        (["--nada"], "no se reconoce --nada"),
        (["--port"], "--port: necesita un valor"),
    ],
)
def test_error_is_spanish_and_mentions_help(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"{message}\nVea las opciones con: programa.py --help\n"


def test_help_is_english_on_request(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("STRESSVISION_LANG", "en")
    with pytest.raises(SystemExit):
        build_parser().parse_args(["--nada"])
    assert capsys.readouterr().err.startswith("unrecognized arguments: --nada")
