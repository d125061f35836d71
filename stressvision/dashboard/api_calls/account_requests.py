"""Requests of the page of accounts and tokens."""

from typing import Any

from stressvision.dashboard.client import HASHING_SECONDS, BackendClient
from stressvision.domain.auth import Role
from stressvision.wire.access import (
    Account,
    AccountList,
    AccountRequest,
    PasswordRequest,
    Token,
    TokenIssued,
    TokenList,
    TokenRequest,
)


def list_accounts(backend: BackendClient) -> AccountList:
    """Return all accounts."""
    return backend.call(AccountList, "GET", "/api/accounts")


def add_account(backend: BackendClient, name: str, role: Role, password: str) -> Account:
    """Create an account; the first one must be an administrator's. Raise InvalidInput, Conflict."""
    values: dict[str, Any] = {"name": name, "role": role, "password": password}
    request = AccountRequest.model_construct(None, **values)
    return backend.patiently(HASHING_SECONDS).call(Account, "POST", "/api/accounts", request)


def disable_account(backend: BackendClient, name: str) -> Account:
    """Disable an account. Raise Conflict for the last administrator."""
    return backend.call(Account, "POST", f"/api/accounts/{name}/disable")


def set_password(backend: BackendClient, name: str, password: str) -> Account:
    """Set another account's password."""
    request = PasswordRequest.model_construct(password=password)
    return backend.patiently(HASHING_SECONDS).call(Account, "POST", f"/api/accounts/{name}/password", request)


def list_tokens(backend: BackendClient) -> TokenList:
    """Return the tokens of devices and programs."""
    return backend.call(TokenList, "GET", "/api/tokens")


def add_device_token(backend: BackendClient, device_id: str, days: int) -> TokenIssued:
    """Create a device's token, which is returned only here."""
    request = TokenRequest.model_construct(
        _fields_set={"device_id", "days"}, device_id=device_id, account=None, days=days, password=None
    )
    return backend.patiently(HASHING_SECONDS).call(TokenIssued, "POST", "/api/tokens", request)


def revoke_token(backend: BackendClient, token_id: str) -> Token:
    """Revoke a token."""
    return backend.call(Token, "POST", f"/api/tokens/{token_id}/revoke")
