"""Command-line arguments with help and errors in the user's language."""

import argparse
from typing import NoReturn

from stressvision.core.program import EXIT_REFUSED
from stressvision.core.texts import Message, detect_language

# argparse has English texts only; these are the parts of its errors that a user can cause.
_SPANISH = (
    ("the following arguments are required: ", "falta "),
    ("unrecognized arguments: ", "no se reconoce "),
    ("one of the arguments ", "hace falta uno de "),
    (" is required", ""),
    ("expected one argument", "necesita un valor"),
    ("expected at least one argument", "necesita al menos un valor"),
    ("invalid int value: ", "no es un número entero: "),
    ("invalid float value: ", "no es un número: "),
    ("invalid choice: ", "no es una de las opciones: "),
    ("choose from ", "elija entre "),
    ("not allowed with argument ", "no va junto con "),
    ("argument ", ""),
)
_POSITIONALS = Message(es="argumentos", en="arguments")
_OPTIONS = Message(es="opciones", en="options")
_HELP = Message(es="muestra esta ayuda y termina", en="show this help and exit")
_HINT = Message(es="Vea las opciones con: {prog} --help", en="See the options with: {prog} --help")


class Arguments(argparse.ArgumentParser):
    """An argument parser in Spanish, or in English where STRESSVISION_LANG asks for it."""

    def __init__(self, *, prog: str | None = None, description: str | None = None) -> None:
        super().__init__(prog=prog, description=description, add_help=False, allow_abbrev=False)
        self._language = detect_language()
        self._positionals.title = _POSITIONALS.text(self._language)
        self._optionals.title = _OPTIONS.text(self._language)
        self.add_argument("-h", "--help", action="help", help=_HELP.text(self._language))

    def format_usage(self) -> str:
        """Return the usage line, translated."""
        return self._translate_usage(super().format_usage())

    def format_help(self) -> str:
        """Return the help, translated."""
        return self._translate_usage(super().format_help())

    def error(self, message: str) -> NoReturn:
        """Print the error and how to get help, and exit with code 2."""
        if self._language == "es":
            for english, spanish in _SPANISH:
                message = message.replace(english, spanish)
        self.exit(EXIT_REFUSED, f"{message}\n{_HINT.text(self._language).format(prog=self.prog)}\n")

    def _translate_usage(self, text: str) -> str:
        return text.replace("usage:", "uso:", 1) if self._language == "es" else text
