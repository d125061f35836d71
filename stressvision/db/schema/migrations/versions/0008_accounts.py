"""Accounts, access tokens, and the count of failed logins."""

from alembic import op

revision = "0008"
down_revision = "0007"

_FORM = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]"

_TABLES = (
    """CREATE TABLE accounts (
         id {key}, name TEXT NOT NULL, role TEXT NOT NULL, password_hash TEXT NOT NULL, created_by TEXT,
         created_at {moment} DEFAULT {now} NOT NULL, password_changed_at {moment} NOT NULL, disabled_at {moment},
         {own_key_accounts} CONSTRAINT uq_accounts_name UNIQUE (name) {forms})""",
    """CREATE TABLE access_tokens (
         id {key}, token_id TEXT NOT NULL, secret_hash TEXT NOT NULL, account_id INTEGER, device_id TEXT,
         purpose TEXT NOT NULL, created_by TEXT, created_at {moment} DEFAULT {now} NOT NULL,
         expires_at {moment} NOT NULL, revoked_at {moment},
         {own_key_access_tokens} CONSTRAINT uq_access_tokens_token_id UNIQUE (token_id),
         CONSTRAINT fk_access_tokens_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) {forms})""",
    """CREATE TABLE login_failures (
         subject TEXT NOT NULL, failures INTEGER NOT NULL, last_at {moment} NOT NULL,
         CONSTRAINT pk_login_failures PRIMARY KEY (subject) {forms})""",
)
_MOMENTS = {
    "accounts": ("created_at", "password_changed_at", "disabled_at"),
    "access_tokens": ("created_at", "expires_at", "revoked_at"),
    "login_failures": ("last_at",),
}
_INDEX = "CREATE INDEX ix_access_tokens_account_id ON access_tokens (account_id)"


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement, (table, moments) in zip(_TABLES, _MOMENTS.items(), strict=True):
        op.execute(statement.format(**(_POSTGRESQL if is_postgresql else {**_SQLITE, "forms": _forms(table, moments)})))
    op.execute(_INDEX)


_SQLITE = {
    "key": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT",
    "moment": "TEXT",
    "now": "(strftime('%Y-%m-%d %H:%M:%f', 'now'))",
    "own_key_accounts": "",
    "own_key_access_tokens": "",
}
_POSTGRESQL = {
    "key": "SERIAL NOT NULL",
    "moment": "TIMESTAMP WITH TIME ZONE",
    "now": "clock_timestamp()",
    "own_key_accounts": "CONSTRAINT pk_accounts PRIMARY KEY (id),",
    "own_key_access_tokens": "CONSTRAINT pk_access_tokens PRIMARY KEY (id),",
    "forms": "",
}


def _forms(table: str, moments: tuple[str, ...]) -> str:
    return "".join(f", CONSTRAINT ck_{table}_{name}_form CHECK ({name} GLOB '{_FORM}')" for name in moments)
