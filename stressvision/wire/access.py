"""Messages about accounts, tokens, logins and the audit log."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from stressvision.domain.auth import PASSWORD_MAX_LENGTH, Role
from stressvision.wire.values import DeviceId, Moment, WireModel

ACCOUNT_NAME = r"^[a-z0-9][a-z0-9._-]{1,63}$"
LONGEST_DAYS = 3660

PersonRole = Literal[Role.VIEWER, Role.HEALTH, Role.ADMIN]


class LoginRequest(BaseModel):
    """Body of POST /api/login."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={"example": {"name": "dra.quispe", "password": "cuatro palabras que recuerdo"}},
    )

    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=PASSWORD_MAX_LENGTH)


class LoggedIn(WireModel):
    """Answer to a login. Send `token` in the header `Authorization: Bearer …`, never in a URL."""

    token: str
    name: str
    role: Role
    expires_at: Moment


class CurrentSession(WireModel):
    """The account of the token that is sent, for a client that kept only the token."""

    name: str
    role: Role
    expires_at: Moment


class AccountRequest(BaseModel):
    """Body of POST /api/accounts."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: str = Field(pattern=ACCOUNT_NAME)
    role: PersonRole
    password: str = Field(min_length=1, max_length=PASSWORD_MAX_LENGTH)


class PasswordRequest(BaseModel):
    """A new password for another account, set by an administrator."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    password: str = Field(min_length=1, max_length=PASSWORD_MAX_LENGTH)


class PasswordChange(BaseModel):
    """Body of POST /api/password: change the password of the authenticated account."""

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
    """One account of a person."""

    id: int
    name: str
    role: Role
    created_by: str | None
    created_at: Moment
    password_changed_at: Moment
    disabled_at: Moment | None


class AccountList(WireModel):
    """All accounts."""

    accounts: list[Account]
    total: int


class TokenRequest(BaseModel):
    """Token for a device, or for an account that a program uses. `days`: validity.

    `password`: the account's own, required unless it is the caller's: the holder of the token acts as that person.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    device_id: DeviceId | None = None
    account: str | None = Field(default=None, pattern=ACCOUNT_NAME)
    days: int = Field(default=365, ge=1, le=LONGEST_DAYS)
    password: str | None = Field(default=None, min_length=1, max_length=PASSWORD_MAX_LENGTH)


class Token(WireModel):
    """An issued token, without its secret: only the hash is stored."""

    token_id: str
    device_id: str | None
    account: str | None
    created_by: str | None
    created_at: Moment
    expires_at: Moment
    revoked_at: Moment | None


class TokenList(WireModel):
    """All issued tokens."""

    tokens: list[Token]
    total: int


class TokenIssued(WireModel):
    """Answer to a token request. `token` is shown only once."""

    token: str
    issued: Token


class AuditEntry(WireModel):
    """One row of audit_log. `id` and `hash`: null for roles that may not see measurements."""

    id: int | None
    timestamp: Moment
    user_id: str | None
    action: str | None
    entity_type: str | None
    entity_id: int | None
    ip_address: str | None
    details: Any
    hash: str | None


class AuditList(WireModel):
    """Audit entries, newest first; `total` counts every match.

    `withheld`: the caller's role may not see measurements; rows that they cause are left out, and of reads the person.
    """

    entries: list[AuditEntry]
    total: int
    withheld: bool = False
