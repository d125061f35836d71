"""Accounts, tokens, logins and the audit log over HTTP."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from stressvision.domain.auth import PASSWORD_MAX_LENGTH, Role
from stressvision.wire.values import DeviceId, Moment, WireModel

ACCOUNT_NAME = r"^[a-z0-9][a-z0-9._-]{1,63}$"
LONGEST_DAYS = 3660

PersonRole = Literal[Role.VIEWER, Role.HEALTH, Role.ADMIN]


class LoginRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={"example": {"name": "dra.quispe", "password": "cuatro palabras que recuerdo"}},
    )

    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=PASSWORD_MAX_LENGTH)


class LoggedIn(WireModel):
    """`token` goes into the header `Authorization: Bearer …`, never into an address."""

    token: str
    name: str
    role: Role
    expires_at: Moment


class AccountRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: str = Field(pattern=ACCOUNT_NAME)
    role: PersonRole
    password: str = Field(min_length=1, max_length=PASSWORD_MAX_LENGTH)


class PasswordRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    password: str = Field(min_length=1, max_length=PASSWORD_MAX_LENGTH)


class PasswordChange(BaseModel):
    """One's own."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "example": {"current_password": "cuatro palabras que recuerdo", "new_password": "una frase larga y propia"}
        },
    )

    current_password: str = Field(min_length=1, max_length=PASSWORD_MAX_LENGTH)
    new_password: str = Field(min_length=1, max_length=PASSWORD_MAX_LENGTH)


class Account(WireModel):
    id: int
    name: str
    role: Role
    created_by: str | None
    created_at: Moment
    password_changed_at: Moment
    disabled_at: Moment | None


class AccountList(WireModel):
    accounts: list[Account]
    total: int


class TokenRequest(BaseModel):
    """For a device, or for an account that a program uses. `days`: how long it is valid."""

    model_config = ConfigDict(extra="forbid")

    device_id: DeviceId | None = None
    account: str | None = Field(default=None, pattern=ACCOUNT_NAME)
    days: int = Field(default=365, ge=1, le=LONGEST_DAYS)


class Token(WireModel):
    """Never the secret: only its hash is kept."""

    token_id: str
    device_id: str | None
    account: str | None
    created_by: str | None
    created_at: Moment
    expires_at: Moment
    revoked_at: Moment | None


class TokenList(WireModel):
    tokens: list[Token]
    total: int


class TokenIssued(WireModel):
    """`token` is shown this once."""

    token: str
    issued: Token


class AuditEntry(WireModel):
    id: int
    timestamp: Moment
    user_id: str | None
    action: str | None
    entity_type: str | None
    entity_id: int | None
    ip_address: str | None
    details: Any
    hash: str | None


class AuditList(WireModel):
    """Newest first; `total` counts every match."""

    entries: list[AuditEntry]
    total: int
