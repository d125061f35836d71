"""Argon2 hashes of passwords and of token secrets."""

import threading
from functools import cache

from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from stressvision.domain.auth import normalise_password

# RFC 9106, section 4, second recommended option: 64 MiB, three passes, four lanes.
_PASSWORDS = Argon2Hasher(time_cost=3, memory_cost=65536, parallelism=4)
# A secret of 256 random bits cannot be guessed at any speed: a few milliseconds suffice instead of a tenth of a second.
_SECRETS = Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1)

_CONCURRENT_HASHES = threading.BoundedSemaphore(2)
"""Limits memory to 128 MiB: a flood of logins delays other logins and does not exhaust the machine."""


def hash_password(password: str) -> str:
    """Return the Argon2 hash of a password, about a tenth of a second."""
    with _CONCURRENT_HASHES:
        return _PASSWORDS.hash(normalise_password(password))


def is_password(password: str, stored: str | None) -> bool:
    """Return whether the password matches the stored hash.

    Takes as long for an account that does not exist (`stored` None) as for one that does.
    """
    with _CONCURRENT_HASHES:
        return _matches(_PASSWORDS, normalise_password(password), stored or _dummy_hash()) and stored is not None


def hash_secret(secret: str) -> str:
    """Return the Argon2 hash of a token's random secret, a few milliseconds."""
    return _SECRETS.hash(secret)


def is_secret(secret: str, stored: str) -> bool:
    """Return whether the secret matches the stored hash."""
    return _matches(_SECRETS, secret, stored)


def _matches(hasher: Argon2Hasher, secret: str, stored: str) -> bool:
    try:
        return hasher.verify(secret, stored)
    except UnknownHashError:
        return False


@cache
def _dummy_hash() -> str:
    return _PASSWORDS.hash("the password of no account")
