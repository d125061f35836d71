"""Which passwords are taken: long ones that nobody would try first (NIST SP 800-63B-4, section 3.1.1.2)."""

import unicodedata
from itertools import pairwise

from stressvision.core.errors import Message

LEAST = 15
"""Characters, where a password is all that is asked for (the publication's figure). No rule on which characters."""
MOST = 256
_FEWEST_DIFFERENT = 6
_EXPECTED_WORDS = ("stressvision", "stress vision", "gloria", "password", "contraseña", "contrasena")
"""What stands in every list of guesses, and what this place is called."""


def normalise(password: str) -> str:
    """One form for what different keyboards type for the same characters."""
    return unicodedata.normalize("NFKC", password)


def fault_of(password: str, account: str) -> Message | None:
    """Why this password is not taken for the account, or None."""
    given = normalise(password)
    if not LEAST <= len(given) <= MOST:
        return Message(
            es=f"La contraseña debe tener entre {LEAST} y {MOST} caracteres: sirve una frase de varias palabras.",
            en=f"The password needs {LEAST} to {MOST} characters: a phrase of several words will do.",
        )
    rest = given.casefold()
    for word in (*_EXPECTED_WORDS, account.casefold()):
        rest = rest.replace(word, "")
    if len(set(rest)) < _FEWEST_DIFFERENT or _is_sequence(rest):
        return Message(
            es="La contraseña es de las que se prueban primero (repeticiones, secuencias, el nombre de la cuenta o del "
            "sistema): elija otra.",
            en="The password is one of those that are tried first (repetitions, sequences, the name of the account or "
            "of this system): choose another.",
        )
    return None


def _is_sequence(text: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps <= {0, 1} or steps <= {0, -1} or steps <= {1, -9}
