"""Hashes of passwords (Argon2, one bounded queue) and of the random secrets of tokens (SHA-256)."""

import hashlib
import hmac
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from stressvision.core.errors import Message, TooManyAttempts
from stressvision.domain.auth import normalise_password

# RFC 9106, section 4, second recommended option: 64 MiB, three passes, four lanes.
_PASSWORDS = Argon2Hasher(time_cost=3, memory_cost=65536, parallelism=4)
# Of tokens that versions up to 0.4.0 issued; verified once, and then replaced.
_SLOW_SECRETS = Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1)
_SLOW_SECRETS_AT_ONCE = threading.BoundedSemaphore(2)
_FAST = "sha256$"

RUNNING = 2
"""Passwords hashed at a time, which limits the memory to 128 MiB."""
WAITING = 8
"""Requests that wait for it; each keeps one of the 40 threads of the server."""
WAITING_BY_NETWORK = 4
"""Of one address (IPv6: /64), so that one cannot occupy the queue alone."""
WAIT_SECONDS = 10.0
"""Longest wait, after which the request is refused too."""
RETRY_SECONDS = 2


class HashingQueue:
    """Bounds the password hashes of one process. Thread-safe."""

    def __init__(self, wait_seconds: float = WAIT_SECONDS) -> None:
        self._wait_seconds = wait_seconds
        self._change = threading.Condition()
        self._running = 0
        self._waiting: Counter[str] = Counter()
        self._refused = 0
        self._held = threading.local()

    @contextmanager
    def turn(self, network: str = "") -> Iterator[None]:
        """Hold a turn during the block; a block inside it needs no second one.

        Raises TooManyAttempts where too many wait, or the wait is too long. `network`: of the client.
        """
        if getattr(self._held, "is_held", False):
            yield
            return
        self._acquire(network)
        self._held.is_held = True
        try:
            yield
        finally:
            self._held.is_held = False
            with self._change:
                self._running -= 1
                self._change.notify()

    @property
    def running(self) -> int:
        """Number of turns held."""
        return self._running

    @property
    def waiting(self) -> int:
        """Number of requests that wait."""
        return sum(tuple(self._waiting.values()))

    @property
    def refused(self) -> int:
        """Number of requests refused since the start."""
        return self._refused

    def _acquire(self, network: str) -> None:
        with self._change:
            if self._running >= RUNNING:
                if self.waiting >= WAITING or self._waiting[network] >= WAITING_BY_NETWORK:
                    raise self._refuse()
                self._waiting[network] += 1
                try:
                    is_free = self._change.wait_for(lambda: self._running < RUNNING, self._wait_seconds)
                finally:
                    self._waiting[network] -= 1
                    if not self._waiting[network]:
                        del self._waiting[network]
                if not is_free:
                    raise self._refuse()
            self._running += 1

    def _refuse(self) -> TooManyAttempts:
        self._refused += 1
        return TooManyAttempts(
            Message(
                es="Hay demasiados inicios de sesión a la vez. Espere unos segundos y repita.",
                en="There are too many logins at once. Wait some seconds and try again.",
            ),
            retry_seconds=RETRY_SECONDS,
        )


PASSWORD_QUEUE = HashingQueue()
"""The queue of this process."""


def hash_password(password: str) -> str:
    """Return the Argon2 hash of a password, about a tenth of a second. Raises TooManyAttempts."""
    with PASSWORD_QUEUE.turn():
        return _PASSWORDS.hash(normalise_password(password))


def is_password(password: str, stored: str | None) -> bool:
    """Return whether the password matches the stored hash. Raises TooManyAttempts.

    Takes as long for an account that does not exist (`stored` None) as for one that does.
    """
    with PASSWORD_QUEUE.turn():
        return _matches(_PASSWORDS, normalise_password(password), stored or _dummy_hash()) and stored is not None


def hash_secret(secret: str) -> str:
    """Return the hash of a token's secret. Its 256 random bits cannot be guessed at any speed: one digest suffices."""
    return _FAST + hashlib.sha256(secret.encode()).hexdigest()


def is_secret(secret: str, stored: str) -> bool:
    """Return whether the secret matches the stored hash, also one of Argon2."""
    if is_fast_hash(stored):
        return hmac.compare_digest(hash_secret(secret).encode(), stored.encode())
    with _SLOW_SECRETS_AT_ONCE:
        return _matches(_SLOW_SECRETS, secret, stored)


def is_fast_hash(stored: str) -> bool:
    """Return whether a stored hash of a secret has the present form."""
    return stored.startswith(_FAST)


def _matches(hasher: Argon2Hasher, secret: str, stored: str) -> bool:
    try:
        return hasher.verify(secret, stored)
    except UnknownHashError:
        return False


@cache
def _dummy_hash() -> str:
    return _PASSWORDS.hash("the password of no account")
