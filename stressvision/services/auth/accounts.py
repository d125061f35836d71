"""Accounts: create, list and disable them, and change their passwords."""

import re

from stressvision.core.config import Settings
from stressvision.core.errors import (
    ConfigurationError,
    Conflict,
    Forbidden,
    InvalidInput,
    Message,
    NotFound,
)
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.auth import accounts as rows
from stressvision.domain.auth import PEOPLE, Role, find_password_fault
from stressvision.services.audit import record
from stressvision.services.auth.hashing import hash_password
from stressvision.services.context import Actor, Context
from stressvision.services.credentials import require_credential
from stressvision.wire.access import ACCOUNT_NAME, Account, AccountList


def add_account(
    context: Context, name: str, role: Role, password: str, actor: Actor, *, is_first: bool = False
) -> Account:
    """Create an account and return it. `is_first`: only where there is no account.

    Raises:
        InvalidInput: The name, role or password is not acceptable.
        Conflict: The name is taken, also by a disabled account, or there is an account and this should be the first.
        Unauthenticated: The caller's credential ended meanwhile.
    """
    _require_name(name)
    if role not in PEOPLE:
        raise InvalidInput(
            Message(
                es="Una cuenta es viewer, health o admin; un dispositivo recibe un token: token add --device ID.",
                en="The role of an account is viewer, health or admin; a device uses a token: token add --device ID.",
            ),
            field="role",
        )
    require_password(password, name)
    hashed = hash_password(password)
    now = context.clock()
    with context.database.write() as connection:
        require_credential(connection, context, actor)
        if is_first and rows.has_accounts(connection):
            raise Conflict(Message(es="Ya hay cuentas: inicie sesión.", en="There are accounts already: log in."))
        if rows.find_account(connection, name) is not None:
            raise Conflict(Message(es=f"La cuenta {name} ya existe.", en=f"Account {name} already exists."))
        new = rows.NewAccount(
            name=name,
            role=str(role),
            password_hash=hashed,
            created_by=actor.user_id,
            created_at=now,
            password_changed_at=now,
        )
        account_id = rows.insert_account(connection, new)
        record(connection, context, actor, "account_added", "account", account_id, {"role": str(role)})
        return Account.model_validate(rows.find_account(connection, name))


def list_accounts(context: Context) -> AccountList:
    """Return all accounts, disabled ones included."""
    with context.database.read() as connection:
        found = [Account.model_validate(row) for row in rows.select_accounts(connection)]
    return AccountList(accounts=found, total=len(found))


def disable_account(context: Context, name: str, actor: Actor) -> Account:
    """Disable an account and revoke its sessions and tokens; repeating it changes nothing.

    Raises:
        NotFound: There is no such account.
        Conflict: It is the last administrator.
        Unauthenticated: The caller's credential ended meanwhile.
    """
    now = context.clock()
    with context.database.write() as connection:
        require_credential(connection, context, actor)
        account = get_account(connection, name)
        if account.disabled_at is None:
            _require_other_administrator(connection, name)
            rows.disable_account(connection, account.id, now)
            rows.revoke_tokens_of(connection, account.id, now)
            record(connection, context, actor, "account_disabled", "account", account.id)
        return Account.model_validate(rows.find_account(connection, name))


def change_password(context: Context, name: str, password: str, actor: Actor) -> Account:
    """Set an account's password and revoke its sessions and tokens.

    Raises:
        NotFound: There is no such account.
        InvalidInput: The password is not acceptable.
        Unauthenticated: The caller's credential ended meanwhile.
    """
    require_password(password, name)
    hashed = hash_password(password)
    now = context.clock()
    with context.database.write() as connection:
        require_credential(connection, context, actor)
        account = get_account(connection, name)
        rows.set_password(connection, account.id, hashed, now)
        rows.revoke_tokens_of(connection, account.id, now)
        record(connection, context, actor, "password_changed", "account", account.id)
        return Account.model_validate(rows.find_account(connection, name))


def require_password(password: str, name: str, *, field: str = "password") -> None:
    """Raise InvalidInput where the account may not use this password. `field`: name of the input."""
    fault = find_password_fault(password, name)
    if fault is not None:
        raise InvalidInput(fault, field=field)


def require_account(actor: Actor) -> None:
    """Raise Forbidden while no account exists: the first one may only be created on this machine."""
    if actor.role is None:
        raise first_account_missing()


def first_account_missing() -> Forbidden:
    """Return the error that explains how the first account is created."""
    return Forbidden(
        Message(
            es="La primera cuenta se crea en esta máquina con: python -m stressvision account add NOMBRE --role admin",
            en="The first account is created on this machine with: python -m stressvision account add NAME "
            "--role admin",
        )
    )


def get_account(connection: Connection, name: str) -> rows.AccountRow:
    """Return the row of an account. Raises NotFound."""
    account = rows.find_account(connection, name)
    if account is None:
        raise NotFound(Message(es=f"No existe la cuenta {name}.", en=f"There is no account {name}."))
    return account


def require_administrator(context: Context) -> None:
    """Raise ConfigurationError where the servers accept remote clients and no administrator exists."""
    if not context.settings.is_exposed:
        return
    with context.database.read() as connection:
        if _administrators(connection):
            return
    raise ConfigurationError(
        Message(
            es="Para atender fuera de esta máquina hace falta una cuenta de administrador. Créela con: "
            "python -m stressvision account add NOMBRE --role admin",
            en="Remote access requires an administrator's account. Create it with: "
            "python -m stressvision account add NAME --role admin",
        ),
        field=exposing_setting(context.settings),
    )


def exposing_setting(settings: Settings) -> str:
    """Return the name of the setting that opens the servers to remote clients."""
    return "STRESSVISION_PROXY" if settings.proxy else "STRESSVISION_HOST"


def _administrators(connection: Connection) -> set[str]:
    found = rows.select_accounts(connection)
    return {account.name for account in found if account.role == Role.ADMIN and account.disabled_at is None}


def _require_other_administrator(connection: Connection, name: str) -> None:
    if _administrators(connection) == {name}:
        raise Conflict(
            Message(
                es=f"{name} es la única cuenta de administrador: cree otra antes.",
                en=f"{name} is the only administrator's account: create another first.",
            )
        )


def _require_name(name: str) -> None:
    if not re.fullmatch(ACCOUNT_NAME, name):
        raise InvalidInput(
            Message(
                es="El nombre de una cuenta lleva de 2 a 64 minúsculas, cifras, punto, guion o guion bajo, como "
                "dra.quispe.",
                en="An account's name has 2 to 64 lower-case letters, digits, dots, hyphens or underscores, as in "
                "dra.quispe.",
            ),
            field="name",
        )
