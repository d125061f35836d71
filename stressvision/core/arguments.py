"""Command-line arguments whose help and faults are said in the user's language."""

import argparse
from typing import NoReturn

from stressvision.core.program import EXIT_REFUSED, spoken_language

# argparse speaks English only; these are the parts of its sentences that a person can run into.
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


class Arguments(argparse.ArgumentParser):
    """An argument parser that speaks Spanish, or English where STRESSVISION_LANG says so."""

    def __init__(self, *, prog: str | None = None, description: str | None = None) -> None:
        super().__init__(prog=prog, description=description, add_help=False, allow_abbrev=False)
        self._speaks_spanish = spoken_language() == "es"
        self._positionals.title, self._optionals.title = (
            ("argumentos", "opciones")
            if self._speaks_spanish
            else (
                "arguments",
                "options",
            )
        )
        told = "muestra esta ayuda y termina" if self._speaks_spanish else "show this help and exit"
        self.add_argument("-h", "--help", action="help", help=told)

    def format_usage(self) -> str:
        return self._said(super().format_usage())

    def format_help(self) -> str:
        return self._said(super().format_help())

    def error(self, message: str) -> NoReturn:
        """Says what is wrong and how to ask for help; ends with exit code 2."""
        if self._speaks_spanish:
            for english, spanish in _SPANISH:
                message = message.replace(english, spanish)
            hint = f"Vea las opciones con: {self.prog} --help"
        else:
            hint = f"See the options with: {self.prog} --help"
        self.exit(EXIT_REFUSED, f"{message}\n{hint}\n")

    def _said(self, text: str) -> str:
        return text.replace("usage:", "uso:", 1) if self._speaks_spanish else text
