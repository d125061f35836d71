"""Rules of authentication: roles, acceptable passwords, and the wait after failed logins."""

import unicodedata
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from stressvision.core.errors import Message


class Role(StrEnum):
    """A set of permissions, each as small as the work needs."""

    DEVICE = "device"
    """A camera device: posts detections under its own device id and reads the gallery of recognisable faces."""
    VIEWER = "viewer"
    """Plant management: aggregates only, no data of single persons."""
    HEALTH = "health"
    """Occupational health: persons, alerts, exports."""
    ADMIN = "admin"
    """Administration: accounts, devices, employee records and consent; no measurements, of persons or of groups."""


PEOPLE = frozenset({Role.VIEWER, Role.HEALTH, Role.ADMIN})
"""Roles of personal accounts; a device has a token and no account."""


def sees_persons(role: Role | None) -> bool:
    """Return whether responses and events for this role include measurements of single persons.

    None means that no account exists, so that no login is required.
    """
    return role in {None, Role.HEALTH}


def sees_groups(role: Role | None) -> bool:
    """Return whether responses for this role include figures about groups of people."""
    return sees_persons(role) or role is Role.VIEWER


PASSWORD_MIN_LENGTH = 15
"""Characters, for a password as the only factor (NIST SP 800-63B-4, section 3.1.1.2). No rule on character kinds."""
PASSWORD_MAX_LENGTH = 256
_MIN_DIFFERENT_CHARACTERS = 6
_GUESSABLE_WORDS = ("stressvision", "stress vision", "gloria", "password", "contraseña", "contrasena")
"""Words that every list of guesses contains, and the names of this product and company."""


def normalise_password(password: str) -> str:
    """Return the NFKC form, so that different keyboards produce equal passwords."""
    return unicodedata.normalize("NFKC", password)


def find_password_fault(password: str, account: str) -> Message | None:
    """Return the reason why the account may not use this password, or None if it may."""
    normalised = normalise_password(password)
    if not PASSWORD_MIN_LENGTH <= len(normalised) <= PASSWORD_MAX_LENGTH:
        return Message(
            es=f"La contraseña debe tener entre {PASSWORD_MIN_LENGTH} y {PASSWORD_MAX_LENGTH} caracteres: sirve una "
            "frase de varias palabras.",
            en=f"The password must have {PASSWORD_MIN_LENGTH} to {PASSWORD_MAX_LENGTH} characters: use a phrase of "
            "several words.",
        )
    rest = normalised.casefold()
    for word in (*_GUESSABLE_WORDS, account.casefold()):
        rest = rest.replace(word, "")
    if len(set(rest)) < _MIN_DIFFERENT_CHARACTERS or _is_sequence(rest):
        return Message(
            es="La contraseña es de las que se prueban primero (repeticiones, secuencias, el nombre de la cuenta o del "
            "sistema): elija otra.",
            en="The password is easy to guess (repetitions, sequences, the name of the account or of this system): "
            "choose another.",
        )
    return None


def _is_sequence(text: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps <= {0, 1} or steps <= {0, -1} or steps <= {1, -9}


FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
"""Leaves an attacker 96 guesses a day, and locks the doctor out for a quarter of an hour at most."""
FAILURES_KEPT_FOR = timedelta(days=1)


class LockoutScope(StrEnum):
    """The failures that count together."""

    PAIR = "pair"
    """One address at one account."""
    ACCOUNT = "account"
    """Any address at one account."""
    ADDRESS = "address"
    """One address at any account."""


FREE_FAILURES = {LockoutScope.PAIR: 5, LockoutScope.ACCOUNT: 30, LockoutScope.ADDRESS: 50}
"""Failures without a wait. One address is stopped soon; locking an account for everyone takes several addresses."""


def compute_lockout_wait(scope: LockoutScope, failures: int) -> timedelta:
    """Return the wait after the last of `failures` until the next attempt is accepted; it doubles with each failure."""
    excess = failures - FREE_FAILURES[scope]
    if excess < 0:
        return timedelta()
    return min(FIRST_WAIT * (1 << min(excess, 16)), LONGEST_WAIT)
