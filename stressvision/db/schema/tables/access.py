"""Accounts, access tokens and failed logins."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from stressvision.db.schema.tables.columns import key, metadata, moment, stamp

accounts = Table(
    "accounts",
    metadata,
    key(),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_by", Text),
    stamp(),
    moment("password_changed_at", required=True),
    moment("disabled_at"),
    sqlite_autoincrement=True,
)
"""An account is disabled, never deleted: the audit log names it."""

access_tokens = Table(
    "access_tokens",
    metadata,
    key(),
    Column("token_id", Text, nullable=False, unique=True),
    Column("secret_hash", Text, nullable=False),
    Column("account_id", Integer, ForeignKey("accounts.id")),
    Column("device_id", Text),
    Column("purpose", Text, nullable=False),
    Column("created_by", Text),
    stamp(),
    moment("expires_at", required=True),
    moment("revoked_at"),
    Index("ix_access_tokens_account_id", "account_id"),
    sqlite_autoincrement=True,
)
"""A token belongs either to an account or to a device. Only the Argon2 hash of its secret is stored."""

login_failures = Table(
    "login_failures",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    moment("last_at", required=True),
)
"""`subject`: a hash of the name or address, because the text typed as a name may have been a password."""
