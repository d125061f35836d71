"""Endpoints of logins, accounts and tokens."""

from fastapi import APIRouter
from starlette.requests import HTTPConnection

from stressvision.api.dependencies import ActorDep, ContextDep
from stressvision.api.middleware.authentication import principal_of
from stressvision.core.dashboard_key import HEADER as DASHBOARD_HEADER
from stressvision.core.dashboard_key import is_dashboard, read_dashboard_key
from stressvision.services.auth import accounts, first_account, login, tokens
from stressvision.wire.access import (
    Account,
    AccountList,
    AccountRequest,
    CurrentSession,
    LoggedIn,
    LoginRequest,
    PasswordChange,
    PasswordRequest,
    Token,
    TokenIssued,
    TokenList,
    TokenRequest,
)

router = APIRouter(prefix="/api", tags=["access"])


@router.post("/login")
def log_in(context: ContextDep, actor: ActorDep, request: LoginRequest) -> LoggedIn:
    return login.log_in(context, request.name, request.password, actor)


@router.post("/logout", status_code=204)
def log_out(context: ContextDep, actor: ActorDep, connection: HTTPConnection) -> None:
    principal = principal_of(connection)
    if principal is not None:
        login.log_out(context, principal.token_id, actor)


@router.get("/session")
def read_session(connection: HTTPConnection) -> CurrentSession:
    principal = principal_of(connection)
    if principal is None:
        raise accounts.first_account_missing()
    return CurrentSession.model_validate(principal)


@router.post("/password")
def change_own_password(
    context: ContextDep, actor: ActorDep, connection: HTTPConnection, request: PasswordChange
) -> Account:
    principal = principal_of(connection)
    if principal is None:
        raise accounts.first_account_missing()
    return login.change_own_password(context, principal.name, request, principal.token_id, actor)


@router.get("/accounts")
def list_accounts(context: ContextDep) -> AccountList:
    return accounts.list_accounts(context)


@router.post("/accounts", status_code=201)
def add_account(context: ContextDep, actor: ActorDep, connection: HTTPConnection, request: AccountRequest) -> Account:
    stated = connection.headers.get(DASHBOARD_HEADER)
    if actor.role is None and stated and is_dashboard(stated, read_dashboard_key(context.settings)):
        return first_account.add_first_account(context, request.name, request.role, request.password, actor)
    accounts.require_account(actor)
    return accounts.add_account(context, request.name, request.role, request.password, actor)


@router.post("/accounts/{name}/disable")
def disable_account(context: ContextDep, actor: ActorDep, name: str) -> Account:
    accounts.require_account(actor)
    return accounts.disable_account(context, name, actor)


@router.post("/accounts/{name}/password")
def change_password(context: ContextDep, actor: ActorDep, name: str, request: PasswordRequest) -> Account:
    accounts.require_account(actor)
    return accounts.change_password(context, name, request.password, actor)


@router.get("/tokens")
def list_tokens(context: ContextDep) -> TokenList:
    return tokens.list_tokens(context)


@router.post("/tokens", status_code=201)
def add_token(context: ContextDep, actor: ActorDep, request: TokenRequest) -> TokenIssued:
    return login.add_token(context, request, actor)


@router.post("/tokens/{token_id}/revoke")
def revoke_token(context: ContextDep, actor: ActorDep, token_id: str) -> Token:
    accounts.require_account(actor)
    return tokens.revoke_token(context, token_id, actor)
