"""Sealed files of versions 0.2 and 0.3: read where their own authentication holds, never written."""

import hashlib
import json
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from stressvision.core.errors import ConfigurationError, InvalidInput
from stressvision.db.backup.keys import BackupKey
from stressvision.db.backup.sealed_files import is_sealed_with_key, read_sealed, read_sealed_header

MAGIC = b"stressvision sealed 1\n"
SECRET, SALT = bytes(range(32)), bytes(16)
KEY = BackupKey("AGE-SECRET-KEY-14GXGD3MXHUF6ELLT4UMHHHPH8XYA4V2Y32PPKDC4UAAMEDVGW4XSW6Y9P6", SECRET)


def write_sealed(path: Path, header: object, data: bytes, *, is_encrypted: bool) -> None:
    """Write a file in two blocks as version 0.3 did."""
    salt = SALT.hex() if is_encrypted else ""
    text = json.dumps({"content": header, "salt": salt}, sort_keys=True).encode()
    packed = zlib.compress(data, 1)
    blocks = [packed[: len(packed) // 2], packed[len(packed) // 2 :]]
    cipher = AESGCM(HKDF(algorithm=SHA256(), length=32, salt=SALT, info=MAGIC).derive(SECRET))
    with path.open("wb") as file:
        file.write(MAGIC + len(text).to_bytes(4, "big") + text)
        for number, block in enumerate(blocks):
            identifier = number.to_bytes(11, "big") + bytes([number == len(blocks) - 1])
            key = hashlib.blake2b(text).digest()
            checked = block + hashlib.blake2b(identifier + block, digest_size=16, key=key).digest()
            sealed = cipher.encrypt(identifier, block, text) if is_encrypted else checked
            file.write(len(sealed).to_bytes(4, "big") + sealed)


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_file_is_read_completely_or_refused(tmp_path: Path, key: BackupKey | None) -> None:
    path = tmp_path / "a.svb"
    content = bytes(3 * 2**20) + b"EMP001"
    write_sealed(path, {"kind": "whole"}, content, is_encrypted=key is not None)
    assert is_sealed_with_key(path) == (key is not None)
    assert read_sealed_header(path, key) == {"kind": "whole"}
    assert b"".join(read_sealed(path, key)) == content
    whole = path.read_bytes()
    for place in range(0, len(whole), 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises((InvalidInput, ConfigurationError)):
            b"".join(read_sealed(path, key))
    path.write_bytes(whole[:-40])
    with pytest.raises(InvalidInput):
        b"".join(read_sealed(path, key))


def test_file_without_the_configured_key_s_authentication_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.svb"
    write_sealed(path, {}, b"x", is_encrypted=False)
    with pytest.raises(ConfigurationError, match="no está cifrada"):
        read_sealed_header(path, KEY)
    write_sealed(path, {}, b"x", is_encrypted=True)
    with pytest.raises(ConfigurationError, match="cifrada"):
        read_sealed_header(path, None)
    for other in (BackupKey(KEY.identity), BackupKey(KEY.identity, bytes(32))):
        with pytest.raises(InvalidInput):
            read_sealed_header(path, other)


def test_nested_or_huge_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.svb"
    nested = b"[" * 100_000 + b'"salt": ""}'
    for text in (nested, b" " * 2**20 + b'"salt": ""}', b'{"salt": "zz"}', b'"salt": ""}'):
        path.write_bytes(MAGIC + len(text).to_bytes(4, "big") + text)
        with pytest.raises(InvalidInput):
            read_sealed_header(path, None)
