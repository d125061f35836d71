"""Backup keys: an age identity, and the seal that only its holder can compute."""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from stressvision.core.errors import ConfigurationError, Message

KEY_BYTES = 32
_LARGEST_FILE = 64 * 1024
_IDENTITY = re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]{58}")
_SEALED_KEY = "# stressvision-sealed-key: "
"""Comment line of an age identity file with the key of backups made by versions 0.2 and 0.3."""
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_PREFIX = "age-secret-key-"


@dataclass(frozen=True)
class BackupKey:
    """A configured key. `identity`: the age identity; `sealed_key`: key of backups made by versions 0.2 and 0.3."""

    identity: str = field(repr=False)
    sealed_key: bytes | None = field(default=None, repr=False)

    def seal(self, purpose: bytes, data: bytes) -> str:
        """Return the HMAC-SHA256 of the data, in hexadecimal.

        age does not authenticate the sender to holders of the public key alone; this seal requires the identity.
        """
        key = hmac.digest(self.identity.encode(), b"stressvision backup seal 1", hashlib.sha256)
        return hmac.new(key, purpose + b"\0" + data, hashlib.sha256).hexdigest()


def seal(key: BackupKey | None, purpose: bytes, data: bytes) -> str:
    """Return the seal of the data: authenticated with a key, a checksum without one."""
    return key.seal(purpose, data) if key else hashlib.sha256(purpose + b"\0" + data).hexdigest()


def new_key(*, earlier: Path | None = None) -> str:
    """Return the text of a new key file, which `age -d -i` reads too.

    Args:
        earlier: A key file of version 0.2 or 0.3, whose identity and sealed key the new file holds.

    Raises:
        ConfigurationError: The earlier key cannot be read.
    """
    from pyrage import x25519

    key = read_key(earlier) or BackupKey(str(x25519.Identity.generate()))
    lines = [f"# created: {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"]
    if key.sealed_key:
        lines.append(_SEALED_KEY + base64.b64encode(key.sealed_key).decode())
    return "\n".join([*lines, key.identity])


def read_key(path: Path | None) -> BackupKey | None:
    """Return the key in the file (None for no file). Raises ConfigurationError where it is missing or invalid.

    A key file of versions 0.2 and 0.3 (32 bytes in base64) stays valid: its age identity is derived from it.
    """
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            lines = file.read(_LARGEST_FILE).decode("ascii").splitlines()
        key = _parse(tuple(line.strip() for line in lines if line.strip()))
    except (OSError, UnicodeDecodeError, binascii.Error):
        key = None
    if key is None:
        raise ConfigurationError(
            Message(
                es=f"{path} no es un archivo de clave válido. Cree una clave con «python -m stressvision backup key "
                "--output ARCHIVO» y guárdela también fuera de este equipo.",
                en=f"{path} is not a valid key file. Create a key with “python -m stressvision backup key --output "
                "FILE” and keep it outside this machine too.",
            ),
            field="STRESSVISION_BACKUP_KEY_FILE",
        )
    return key


def _parse(lines: tuple[str, ...]) -> BackupKey | None:
    sealed_keys = [line.removeprefix(_SEALED_KEY) for line in lines if line.startswith(_SEALED_KEY)]
    content = [line for line in lines if not line.startswith("#")]
    if len(content) != 1:
        return None
    if _IDENTITY.fullmatch(content[0]) and _is_identity(content[0]):
        return BackupKey(content[0], _decode(sealed_keys[0]) if sealed_keys else None)
    sealed_key = _decode(content[0])
    return BackupKey(_derive_identity(sealed_key), sealed_key) if sealed_key else None


def _is_identity(text: str) -> bool:
    from pyrage import IdentityError, x25519

    try:
        x25519.Identity.from_str(text)
    except IdentityError:
        return False
    return True


def _decode(text: str) -> bytes | None:
    key = base64.b64decode(text, validate=True)
    return key if len(key) == KEY_BYTES else None


def _derive_identity(key: bytes) -> str:
    secret = hmac.digest(key, b"stressvision age identity 1", hashlib.sha256)
    bits = int.from_bytes(secret, "big") << 4
    values = [bits >> 5 * place & 31 for place in reversed(range(52))]
    prefix = [*(ord(letter) >> 5 for letter in _PREFIX), 0, *(ord(letter) & 31 for letter in _PREFIX)]
    checksum = _bech32_checksum([*prefix, *values, *[0] * 6])
    values += [checksum >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{_PREFIX}1{''.join(_BECH32[value] for value in values)}".upper()


def _bech32_checksum(values: list[int]) -> int:
    """Return the checksum of BIP 173."""
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            checksum ^= generator if top >> place & 1 else 0
    return checksum ^ 1
