"""Accounts: who may come in, as what."""

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
from stressvision.db.queries import accounts as rows
from stressvision.domain.passwords import fault_of
from stressvision.domain.roles import PEOPLE, Role
from stressvision.services.audit import record
from stressvision.services.auth.hashing import hash_password
from stressvision.services.context import Actor, Context
from stressvision.wire.access import ACCOUNT_NAME, Account, AccountList


def add_account(context: Context, name: str, role: Role, password: str, actor: Actor) -> Account:
    """Raises InvalidInput (name, role, password) and Conflict where the name is taken, also by a disabled account."""
    _require_name(name)
    if role not in PEOPLE:
        raise InvalidInput(
            Message(
                es="Una cuenta es viewer, health o admin; un dispositivo recibe un token: token add --device ID.",
                en="An account is viewer, health or admin; a device gets a token: token add --device ID.",
            ),
            field="role",
        )
    require_password(password, name)
    hashed = hash_password(password)
    now = context.clock()
    with context.database.write() as connection:
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
    with context.database.read() as connection:
        found = [Account.model_validate(row) for row in rows.select_accounts(connection)]
    return AccountList(accounts=found, total=len(found))


def disable_account(context: Context, name: str, actor: Actor) -> Account:
    """Ends its sessions and tokens too. Raises NotFound, and Conflict for the last administrator."""
    now = context.clock()
    with context.database.write() as connection:
        account = existing_account(connection, name)
        if account.disabled_at is None:
            _keep_an_administrator(connection, name)
            rows.disable_account(connection, account.id, now)
            rows.revoke_tokens_of(connection, account.id, now)
            record(connection, context, actor, "account_disabled", "account", account.id)
        return Account.model_validate(rows.find_account(connection, name))


def change_password(context: Context, name: str, password: str, actor: Actor) -> Account:
    """Ends its sessions and tokens. Raises NotFound, and InvalidInput where the password is not taken."""
    require_password(password, name)
    hashed = hash_password(password)
    now = context.clock()
    with context.database.write() as connection:
        account = existing_account(connection, name)
        rows.set_password(connection, account.id, hashed, now)
        rows.revoke_tokens_of(connection, account.id, now)
        record(connection, context, actor, "password_changed", "account", account.id)
        return Account.model_validate(rows.find_account(connection, name))


def require_password(password: str, name: str, *, field: str = "password") -> None:
    """Raises InvalidInput where it is not taken for this account. `field`: which input it is."""
    fault = fault_of(password, name)
    if fault is not None:
        raise InvalidInput(fault, field=field)


def require_account(actor: Actor) -> None:
    """Raises Forbidden while nobody has to log in: who creates the first account then decides who may."""
    if actor.role is None:
        raise nobody_in_charge()


def nobody_in_charge() -> Forbidden:
    return Forbidden(
        Message(
            es="La primera cuenta se crea en esta máquina con: python -m stressvision account add NOMBRE --role admin",
            en="The first account is created on this machine with: python -m stressvision account add NAME "
            "--role admin",
        )
    )


def existing_account(connection: Connection, name: str) -> rows.AccountRow:
    """Raises NotFound."""
    account = rows.find_account(connection, name)
    if account is None:
        raise NotFound(Message(es=f"No existe la cuenta {name}.", en=f"There is no account {name}."))
    return account


def require_administrator(context: Context) -> None:
    """Raises ConfigurationError where others than this machine's users could come in and nobody is in charge."""
    if not context.settings.is_exposed:
        return
    with context.database.read() as connection:
        if _administrators(connection):
            return
    raise ConfigurationError(
        Message(
            es="Para atender fuera de esta máquina hace falta una cuenta de administrador. Créela con: "
            "python -m stressvision account add NOMBRE --role admin",
            en="To serve beyond this machine an administrator's account is needed. Create it with: "
            "python -m stressvision account add NAME --role admin",
        ),
        field=exposing_setting(context.settings),
    )


def exposing_setting(settings: Settings) -> str:
    return "STRESSVISION_PROXY" if settings.proxy else "STRESSVISION_HOST"


def _administrators(connection: Connection) -> set[str]:
    found = rows.select_accounts(connection)
    return {account.name for account in found if account.role == Role.ADMIN and account.disabled_at is None}


def _keep_an_administrator(connection: Connection, name: str) -> None:
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
