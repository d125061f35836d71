"""Argon2 for what people remember and for what devices carry."""

import threading
from functools import cache

from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from stressvision.domain.passwords import normalise

# RFC 9106, section 4, second recommended option: 64 MiB, three passes, four lanes.
_PASSWORDS = Argon2Hasher(time_cost=3, memory_cost=65536, parallelism=4)
# A secret of 256 random bits cannot be guessed at any speed: this costs a few milliseconds, not a tenth of a second.
_SECRETS = Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1)

_AT_ONCE = threading.BoundedSemaphore(2)
"""Who floods the login makes others wait, and does not take the machine's memory."""


def hash_password(password: str) -> str:
    with _AT_ONCE:
        return _PASSWORDS.hash(normalise(password))


def is_password(password: str, stored: str | None) -> bool:
    """Takes as long for an account that does not exist (`stored` None) as for one that does."""
    with _AT_ONCE:
        return _matches(_PASSWORDS, normalise(password), stored or _nobodys()) and stored is not None


def hash_secret(secret: str) -> str:
    return _SECRETS.hash(secret)


def is_secret(secret: str, stored: str) -> bool:
    return _matches(_SECRETS, secret, stored)


def _matches(hasher: Argon2Hasher, given: str, stored: str) -> bool:
    try:
        return hasher.verify(given, stored)
    except UnknownHashError:
        return False


@cache
def _nobodys() -> str:
    return _PASSWORDS.hash("the password of nobody")
