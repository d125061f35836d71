"""Backup files: read back completely, or refused; readable with ordinary tools."""

import gzip
import hashlib
import json
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stressvision.core.errors import ConfigurationError, InvalidInput
from stressvision.db.backup.backup_files import (
    ENCRYPTED,
    PLAIN,
    BackupKind,
    Digested,
    Manifest,
    read_content,
    read_manifest,
    write_backup_file,
)
from stressvision.db.backup.keys import BackupKey, new_key, read_key, seal

IDENTITY = "AGE-SECRET-KEY-14GXGD3MXHUF6ELLT4UMHHHPH8XYA4V2Y32PPKDC4UAAMEDVGW4XSW6Y9P6"
KEYS = [None, BackupKey(IDENTITY)]
MANIFEST = Manifest("planta", BackupKind.WHOLE, "c", 1, 0, 0, "", "2026-11-28T12:00:00.000Z", {"alerts": 3})
NOISE = bytes(number * 2654435761 >> 13 & 255 for number in range(2**18)) * 10


def digested(content: bytes) -> Digested:
    return Digested([content[:7], content[7:]], len(content), hashlib.sha256(content).hexdigest())


def written(folder: Path, content: bytes, key: BackupKey | None) -> Path:
    path = folder / f"planta{ENCRYPTED if key else PLAIN}"
    sealed = write_backup_file(path, MANIFEST, digested(content), key)
    assert read_manifest(path, key) == sealed
    return path


def opened(path: Path, key: BackupKey | None) -> bytes:
    return b"".join(read_content(path, key))


def encrypt(path: Path, content: bytes) -> Path:
    recipient = pyrage.x25519.Identity.from_str(IDENTITY).to_public()
    path.write_bytes(pyrage.encrypt(content, [recipient]))
    return path


@pytest.mark.parametrize("key", KEYS, ids=["plain", "encrypted"])
def test_content_of_any_size_is_read_back(tmp_path: Path, key: BackupKey | None) -> None:
    for content in (b"", b"EMP001", b"\n\nEMP001\n", NOISE, bytes(5 * 2**20)):
        path = written(tmp_path, content, key)
        assert opened(path, key) == content
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]


def test_file_opens_with_age_and_gunzip(tmp_path: Path) -> None:
    path = written(tmp_path, NOISE, KEYS[1])
    packed = pyrage.decrypt(path.read_bytes(), [pyrage.x25519.Identity.from_str(IDENTITY)])
    line, _, content = gzip.decompress(packed).partition(b"\n")
    assert content == NOISE
    assert json.loads(line.partition(b" ")[2])["rows"] == {"alerts": 3}


def test_content_cannot_be_read_without_the_key(tmp_path: Path) -> None:
    path = written(tmp_path, b"EMP001", KEYS[1])
    assert b"EMP001" not in path.read_bytes()
    with pytest.raises(ConfigurationError, match="STRESSVISION_BACKUP_KEY_FILE"):
        opened(path, None)
    with pytest.raises(InvalidInput, match="clave es otra"):
        opened(path, BackupKey(str(pyrage.x25519.Identity.generate())))


def test_unencrypted_file_is_refused_with_a_key(tmp_path: Path) -> None:
    """Whatever its name says."""
    path = written(tmp_path, b"EMP001", None)
    with pytest.raises(ConfigurationError, match="no está cifrada"):
        opened(path, KEYS[1])
    with pytest.raises(InvalidInput):
        opened(path.rename(tmp_path / f"planta{ENCRYPTED}"), KEYS[1])


def test_file_encrypted_to_the_public_key_by_someone_else_is_refused(tmp_path: Path) -> None:
    """age alone authenticates nothing to holders of the public key: the seal of the manifest does."""
    line = gzip.decompress(pyrage.decrypt(written(tmp_path, b"x", KEYS[1]).read_bytes(), [_identity()])).split(b"\n")[0]
    manifest = line.partition(b" ")[2]
    checksum = seal(None, b"manifest", manifest).encode()
    for forged in (checksum + b" " + manifest + b"\nx", line + b"\ny", line + b"\nxx", line + b"\n", manifest + b"\nx"):
        path = encrypt(tmp_path / f"forged{ENCRYPTED}", gzip.compress(forged))
        with pytest.raises(InvalidInput):
            opened(path, KEYS[1])


def _identity() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.from_str(IDENTITY)


@pytest.mark.parametrize("key", KEYS, ids=["plain", "encrypted"])
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_changed_bit_is_detected_or_changes_nothing(
    tmp_path: Path, key: BackupKey | None, place: float, bit: int
) -> None:
    """gzip's header has bits without meaning (the time, the system): there, the content is still the one written."""
    path = written(tmp_path, b"x" * 5000, key)
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(content)
    try:
        assert key is None
        assert opened(path, key) == b"x" * 5000
    except (InvalidInput, AssertionError):
        with pytest.raises(InvalidInput):
            opened(path, key)


@pytest.mark.parametrize("key", KEYS, ids=["plain", "encrypted"])
def test_truncated_or_extended_file_is_detected(tmp_path: Path, key: BackupKey | None) -> None:
    path = written(tmp_path, NOISE, key)
    whole = path.read_bytes()
    for length in (0, 10, 40, 200, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(InvalidInput):
            opened(path, key)
    path.write_bytes(whole + b"\0")
    with pytest.raises(InvalidInput):
        opened(path, key)


def test_huge_or_nested_headers_are_refused_before_they_are_parsed(tmp_path: Path) -> None:
    nested = b"[" * 100_000 + b"]" * 100_000
    for line in (b"0" * 2**20, b"0" * 64 + b" " + nested, nested):
        path = tmp_path / f"a{PLAIN}"
        path.write_bytes(gzip.compress(line + b"\nx"))
        with pytest.raises(InvalidInput):
            read_manifest(path, None)
        with pytest.raises(InvalidInput):
            read_manifest(encrypt(tmp_path / f"a{ENCRYPTED}", gzip.compress(line + b"\nx")), KEYS[1])
    checked = seal(None, b"manifest", nested).encode() + b" " + nested
    path.write_bytes(gzip.compress(checked + b"\nx"))
    with pytest.raises(InvalidInput):
        read_manifest(path, None)
    long = tmp_path / f"b{ENCRYPTED}"
    long.write_bytes(b"age-encryption.org/v1\n" + b"-> X25519 a\nb\n" * 2**16 + b"\n--- x\n")
    with pytest.raises(InvalidInput):
        read_manifest(long, KEYS[1])


def test_bomb_is_read_in_small_pieces_and_refused_beyond_its_length(tmp_path: Path) -> None:
    """A gigabyte of zeros in a megabyte, under the manifest of a small backup."""
    path = written(tmp_path, b"x", None)
    line = gzip.decompress(path.read_bytes()).split(b"\n")[0]
    pack, packed = zlib.compressobj(9, zlib.DEFLATED, 31), BytesIO()
    packed.write(pack.compress(line + b"\n"))
    for _ in range(64):
        packed.write(pack.compress(bytes(2**24)))
    packed.write(pack.flush())
    path.write_bytes(packed.getvalue())
    pieces = read_content(path, None)
    with pytest.raises(InvalidInput):
        next(pieces)


def test_manifest_of_another_content_is_refused(tmp_path: Path) -> None:
    path = tmp_path / f"a{ENCRYPTED}"
    write_backup_file(path, MANIFEST, replace(digested(b"one"), pieces=[b"two"]), KEYS[1])
    with pytest.raises(InvalidInput):
        opened(path, KEYS[1])


def test_invalid_key_file_is_refused_with_instructions(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(new_key(), encoding="ascii")
    key = read_key(path)
    assert key is not None
    assert key.identity not in repr(key)
    for text in ("secreto", "", IDENTITY[:-1], IDENTITY[:-1] + "Q", f"{IDENTITY}\n{IDENTITY}", "AAAA"):
        path.write_text(text, encoding="ascii")
        with pytest.raises(ConfigurationError, match="backup key"):
            read_key(path)
    with pytest.raises(ConfigurationError, match="backup key"):
        read_key(tmp_path / "missing")
    assert read_key(None) is None


def test_key_of_an_earlier_version_has_an_age_identity_and_can_be_kept_in_a_new_file(tmp_path: Path) -> None:
    earlier, path = tmp_path / "earlier", tmp_path / "key"
    earlier.write_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", encoding="ascii")
    key = read_key(earlier)
    assert key is not None
    assert key.sealed_key == bytes(range(32))
    assert str(pyrage.x25519.Identity.from_str(key.identity)) == key.identity
    path.write_text(new_key(earlier=earlier), encoding="ascii")
    assert read_key(path) == key
    backup = written(tmp_path, b"x", key)
    assert opened(backup, read_key(path)) == b"x"
