"""The chain of the audit log: each row vouches for its own words and for the row before it."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stressvision.core.clock import to_stored

BEGINNING = "0" * 64
"""What stands where the first row's predecessor would."""
TRIMMED = "audit_trimmed"
"""The action of the row that says up to where the log was shortened, and with which hash the rest goes on."""


@dataclass(frozen=True)
class Entry:
    """What one row says. `details` is whatever JSON can hold."""

    timestamp: datetime
    user_id: str | None
    action: str | None
    entity_type: str | None
    entity_id: int | None
    ip_address: str | None
    details: object


@dataclass(frozen=True)
class Link:
    """A row as it is stored, with the hash of the row before it and its own."""

    id: int
    entry: Entry
    previous_hash: str | None
    hash: str | None


class Fault(StrEnum):
    CHANGED = "changed"
    """The row's words are not those that its hash was taken of."""
    DISPLACED = "displaced"
    """The row does not follow the one before it: one between them was removed, added or moved."""


@dataclass(frozen=True)
class ChainFault:
    id: int
    fault: Fault


@dataclass(frozen=True)
class Head:
    """The newest row. Noted elsewhere, it shows later whether the end of the log was cut off."""

    id: int
    hash: str


def link_hash(previous_hash: str, entry: Entry) -> str:
    """SHA-256, in hex, over the previous row's hash and the row's words as canonical JSON."""
    words = [
        previous_hash,
        to_stored(entry.timestamp),
        entry.user_id,
        entry.action,
        entry.entity_type,
        entry.entity_id,
        entry.ip_address,
        entry.details,
    ]
    canonical = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # A row written by another program may hold what is not valid Unicode: it is hashed all the same.
    return hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()


def find_faults(links: Iterable[Link], anchor: str) -> Iterator[ChainFault]:
    """Every row, in the order of their ids, that is not what it was or where it was.

    `anchor`: the hash of the row before the first one that is kept.
    """
    expected = anchor
    for link in links:
        if link.previous_hash != expected:
            yield ChainFault(link.id, Fault.DISPLACED)
        if link.hash != link_hash(link.previous_hash or "", link.entry):
            yield ChainFault(link.id, Fault.CHANGED)
        expected = link.hash or ""
