"""The hash chain of the audit log: each row's hash covers its content and the hash of the row before it."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stressvision.core.clock import to_stored

BEGINNING = "0" * 64
"""Previous hash of the first row."""
TRIMMED = "audit_trimmed"
"""Action of the row that records up to where the log was shortened, and the hash on which the rest continues."""


@dataclass(frozen=True)
class Entry:
    """Content of one row. `details` is any JSON value."""

    timestamp: datetime
    user_id: str | None
    action: str | None
    entity_type: str | None
    entity_id: int | None
    ip_address: str | None
    details: object


@dataclass(frozen=True)
class Link:
    """A stored row with the hash of the row before it and its own."""

    id: int
    entry: Entry
    previous_hash: str | None
    hash: str | None


class Fault(StrEnum):
    """A break of the chain."""

    CHANGED = "changed"
    """The row's content does not match its hash."""
    DISPLACED = "displaced"
    """The row does not follow the one before it: a row between them was removed, added or moved."""


@dataclass(frozen=True)
class ChainFault:
    """A fault, and the id of the row in which it was found."""

    id: int
    fault: Fault


@dataclass(frozen=True)
class AuditHead:
    """The newest row. Noted outside the database, it shows later whether the end of the log was removed."""

    id: int
    hash: str


def link_hash(previous_hash: str, entry: Entry) -> str:
    """Return the SHA-256, in hex, of the previous row's hash and the row's content as canonical JSON."""
    content = [
        previous_hash,
        to_stored(entry.timestamp),
        entry.user_id,
        entry.action,
        entry.entity_type,
        entry.entity_id,
        entry.ip_address,
        entry.details,
    ]
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=repr)
    # Rows written by other programs may contain invalid Unicode; these are hashed too.
    return hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()


def find_faults(links: Iterable[Link], anchor: str) -> Iterator[ChainFault]:
    """Yield a fault for every changed or displaced row.

    Args:
        links: Rows in the order of their ids.
        anchor: Hash of the row before the first one that is kept.
    """
    expected = anchor
    for link in links:
        if link.previous_hash != expected:
            yield ChainFault(link.id, Fault.DISPLACED)
        if link.hash != link_hash(link.previous_hash or "", link.entry):
            yield ChainFault(link.id, Fault.CHANGED)
        expected = link.hash or ""
