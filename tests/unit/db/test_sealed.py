"""Sealed files: read back completely, or refused."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stressvision.core.errors import ConfigurationError, InvalidInput
from stressvision.db.backup.sealed import (
    BLOCK,
    new_key,
    read_key,
    read_seal,
    read_sealed,
    write_sealed,
)

KEYS = [None, bytes(range(32))]


def opened(path: Path, key: bytes | None) -> bytes:
    return b"".join(read_sealed(path, key))


@pytest.mark.parametrize("key", KEYS, ids=["plain", "encrypted"])
def test_content_of_any_size_is_read_back(tmp_path: Path, key: bytes | None) -> None:
    path = tmp_path / "a.svb"
    noise = bytes(number * 2654435761 >> 13 & 255 for number in range(BLOCK // 4)) * 10
    for pieces in ([], [b""], [b"EMP001"], [noise, b"end"]):
        write_sealed(path, {"kind": "whole"}, pieces, key)
        assert opened(path, key) == b"".join(pieces)
        assert read_seal(path).content == {"kind": "whole"}
        assert read_seal(path).is_encrypted == (key is not None)
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]


def test_content_cannot_be_read_without_the_key(tmp_path: Path) -> None:
    path = tmp_path / "a.svb"
    write_sealed(path, {}, [b"EMP001"], KEYS[1])
    assert b"EMP001" not in path.read_bytes()
    with pytest.raises(ConfigurationError, match="STRESSVISION_BACKUP_KEY_FILE"):
        opened(path, None)
    with pytest.raises(InvalidInput, match="clave es otra"):
        opened(path, bytes(32))


@pytest.mark.parametrize("key", KEYS, ids=["plain", "encrypted"])
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_changed_bit_is_detected(tmp_path: Path, key: bytes | None, place: float, bit: int) -> None:
    path = tmp_path / "a.svb"
    write_sealed(path, {"rows": {"alerts": 3}}, [b"x" * 5000], key)
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises((InvalidInput, ConfigurationError)):
        opened(path, key)


@pytest.mark.parametrize("key", KEYS, ids=["plain", "encrypted"])
def test_truncated_file_is_detected(tmp_path: Path, key: bytes | None) -> None:
    path = tmp_path / "a.svb"
    noise = bytes(number * 2654435761 >> 13 & 255 for number in range(BLOCK // 4)) * 10
    write_sealed(path, {}, [noise[: BLOCK // 8]] * 30, key)
    whole = path.read_bytes()
    for length in (0, 10, 40, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(InvalidInput):
            opened(path, key)


def test_invalid_key_file_is_refused_with_instructions(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(new_key(), encoding="ascii")
    assert len(read_key(path) or b"") == 32
    path.write_text("secreto", encoding="ascii")
    for wrong in (path, tmp_path / "missing"):
        with pytest.raises(ConfigurationError, match="backup key"):
            read_key(wrong)
    assert read_key(None) is None
