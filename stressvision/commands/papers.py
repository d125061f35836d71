"""`python -m stressvision consent`: the consent text to print and sign."""

import argparse

from stressvision.commands.subcommands import Subparsers, add_parser
from stressvision.core.config import Settings
from stressvision.core.errors import Language, Message
from stressvision.services.people.consent_text import read_consent_text

CONSENT = Message(
    es="muestra el texto de consentimiento en vigor, con los datos de la empresa, para imprimirlo y firmarlo",
    en="print the consent text in force, with the company's facts, to print and sign",
)


def add_commands(commands: Subparsers, language: Language) -> None:
    """Add the subcommands of this module."""
    add_parser(commands, "consent", language, CONSENT).set_defaults(command=print_consent)


def print_consent(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the consent text."""
    del arguments
    print(read_consent_text(settings).text)
    return 0
