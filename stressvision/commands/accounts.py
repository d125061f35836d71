"""`python -m stressvision account` and `token`: accounts and API tokens."""

import argparse
import getpass
import sys

from pydantic import ValidationError

from stressvision.commands.subcommands import Subparsers, add_parser, add_subparsers, get_operator
from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Language, Message
from stressvision.domain.auth import PEOPLE, Role
from stressvision.services.auth import accounts, tokens
from stressvision.services.auth.expiries import peek_expiring
from stressvision.services.auth.first_account import issue_local_tokens
from stressvision.services.context import opened_context
from stressvision.wire.access import LONGEST_DAYS, TokenRequest

ACCOUNT = Message(es="cuentas de personas", en="people's accounts")
ACCOUNT_ADD = Message(
    es="crea una cuenta; la contraseña se pide, nunca va en la orden",
    en="create an account; the password is prompted for, never an argument",
)
ACCOUNT_NAME = Message(es="nombre de la cuenta, por ejemplo dra.quispe", en="the account's name, e.g. dr.quispe")
ACCOUNT_ROLE = Message(
    es="viewer: solo agregados; health: salud ocupacional; admin: cuentas, dispositivos, empleados",
    en="viewer: aggregates only; health: occupational health; admin: accounts, devices, employees",
)
ACCOUNT_LIST = Message(es="muestra las cuentas", en="list the accounts")
ACCOUNT_DISABLE = Message(
    es="desactiva una cuenta y termina sus sesiones", en="disable an account and end its sessions"
)
ACCOUNT_PASSWORD = Message(
    es="cambia la contraseña y termina las sesiones", en="change the password and end the sessions"
)
ACCOUNT_ADDED = Message(es="Cuenta {name} creada ({role}).", en="Account {name} created ({role}).")
LOCAL_TOKENS = Message(
    es="Desde ahora los dispositivos se identifican: los {count} de esta máquina recibieron su token.",
    en="Devices authenticate from now on: the {count} of this machine received their tokens.",
)
ACCOUNT_DISABLED = Message(
    es="Cuenta {name} desactivada; sus sesiones y tokens ya no valen.",
    en="Account {name} disabled; its sessions and tokens are no longer valid.",
)
ACCOUNT_CHANGED = Message(
    es="Contraseña de {name} cambiada; sus sesiones y tokens ya no valen.",
    en="Password of {name} changed; its sessions and tokens are no longer valid.",
)
ACCOUNT_IS_DISABLED = Message(es="desactivada", en="disabled")
PASSWORD_PROMPT = Message(es="Contraseña para {name}: ", en="Password for {name}: ")
PASSWORD_AGAIN_PROMPT = Message(es="Otra vez: ", en="Again: ")
TOKEN = Message(es="tokens de dispositivos y programas", en="tokens of devices and programs")
TOKEN_ADD = Message(es="crea un token y lo muestra esta única vez", en="create a token and show it once")
TOKEN_DEVICE = Message(es="dispositivo que lo usará", en="device that will use it")
TOKEN_ACCOUNT = Message(
    es="cuenta en cuyo nombre un programa lo usará", en="account on whose behalf a program will use it"
)
TOKEN_DAYS = Message(es="días que vale (por omisión 365)", en="days it is valid (default 365)")
TOKEN_LIST = Message(es="muestra los tokens, sin su secreto", en="list the tokens, without their secrets")
TOKEN_REVOKE = Message(
    es="revoca un token: deja de valer en 5 segundos", en="revoke a token: it becomes invalid within 5 seconds"
)
TOKEN_EXPIRING = Message(
    es="solo los que vencen en 30 días o vencieron hace poco, en una línea; código 1 si los hay",
    en="only those that expire within 30 days or did recently, in one line; exit code 1 where there are any",
)
TOKENS_EXPIRE = Message(
    es="vencen pronto, o vencieron: {tokens}. Cree otros con python -m stressvision token add --device DISPOSITIVO",
    en="expire soon, or did: {tokens}. Create others with python -m stressvision token add --device DEVICE",
)
NO_TOKEN_EXPIRES = Message(es="ninguno vence en 30 días", en="none expires within 30 days")
TOKEN_ID = Message(es="identificador que muestra token list", en="id shown by token list")
TOKEN_ADDED = Message(
    es="Token {id}, válido hasta {day}. No se volverá a mostrar. En el dispositivo va en "
    "STRESSVISION_DEVICE_TOKEN_FILE o STRESSVISION_DEVICE_TOKEN.",
    en="Token {id}, valid until {day}. It will not be shown again. On the device it goes into "
    "STRESSVISION_DEVICE_TOKEN_FILE or STRESSVISION_DEVICE_TOKEN.",
)
TOKEN_REVOKED = Message(es="Token {id} revocado.", en="Token {id} revoked.")
TOKEN_IS_REVOKED = Message(es="revocado", en="revoked")


def add_commands(commands: Subparsers, language: Language) -> None:
    """Add the subcommands of this module."""
    account = add_parser(commands, "account", language, ACCOUNT)
    actions = add_subparsers(account, language)
    adding = add_parser(actions, "add", language, ACCOUNT_ADD)
    adding.add_argument("name", help=ACCOUNT_NAME.text(language))
    adding.add_argument(
        "--role", required=True, choices=sorted(str(role) for role in PEOPLE), help=ACCOUNT_ROLE.text(language)
    )
    adding.set_defaults(command=add_account)
    listing = add_parser(actions, "list", language, ACCOUNT_LIST)
    listing.set_defaults(command=list_accounts)
    for name, summary, function in (
        ("disable", ACCOUNT_DISABLE, disable_account),
        ("password", ACCOUNT_PASSWORD, change_password),
    ):
        changing = add_parser(actions, name, language, summary)
        changing.add_argument("name", help=ACCOUNT_NAME.text(language))
        changing.set_defaults(command=function)

    token = add_parser(commands, "token", language, TOKEN)
    actions = add_subparsers(token, language)
    adding = add_parser(actions, "add", language, TOKEN_ADD)
    owner = adding.add_mutually_exclusive_group(required=True)
    owner.add_argument("--device", metavar="ID", help=TOKEN_DEVICE.text(language))
    owner.add_argument("--account", metavar="NAME", help=TOKEN_ACCOUNT.text(language))
    adding.add_argument("--days", type=int, default=365, metavar="N", help=TOKEN_DAYS.text(language))
    adding.set_defaults(command=add_token)
    listing = add_parser(actions, "list", language, TOKEN_LIST)
    listing.add_argument("--expiring", action="store_true", help=TOKEN_EXPIRING.text(language))
    listing.set_defaults(command=list_tokens)
    revoking = add_parser(actions, "revoke", language, TOKEN_REVOKE)
    revoking.add_argument("token_id", metavar="ID", help=TOKEN_ID.text(language))
    revoking.set_defaults(command=revoke_token)


def add_account(settings: Settings, arguments: argparse.Namespace) -> int:
    """Create an account with a password that is prompted for."""
    password = _prompt_password(settings, arguments.name)
    with opened_context(settings) as context:
        is_first = not accounts.list_accounts(context).accounts
        added = accounts.add_account(context, arguments.name, Role(arguments.role), password, get_operator())
        devices = issue_local_tokens(context, get_operator()) if is_first else 0
    print(ACCOUNT_ADDED.text(settings.lang).format(name=added.name, role=added.role))
    if devices:
        print(LOCAL_TOKENS.text(settings.lang).format(count=devices))
    return 0


def list_accounts(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the accounts."""
    with opened_context(settings) as context:
        listed = accounts.list_accounts(context).accounts
    for account in listed:
        ended = ACCOUNT_IS_DISABLED.text(settings.lang) if account.disabled_at else ""
        print(f"{account.name}  {account.role}  {account.created_at:%Y-%m-%d}  {ended}".rstrip())
    return 0


def disable_account(settings: Settings, arguments: argparse.Namespace) -> int:
    """Disable an account and end its sessions."""
    with opened_context(settings) as context:
        accounts.disable_account(context, arguments.name, get_operator())
    print(ACCOUNT_DISABLED.text(settings.lang).format(name=arguments.name))
    return 0


def change_password(settings: Settings, arguments: argparse.Namespace) -> int:
    """Replace the password of an account and end its sessions."""
    password = _prompt_password(settings, arguments.name)
    with opened_context(settings) as context:
        accounts.change_password(context, arguments.name, password, get_operator())
    print(ACCOUNT_CHANGED.text(settings.lang).format(name=arguments.name))
    return 0


def add_token(settings: Settings, arguments: argparse.Namespace) -> int:
    """Create a token; only the token is printed to standard output, so that it can be redirected to a file."""
    try:
        request = TokenRequest(device_id=arguments.device, account=arguments.account, days=arguments.days)
    except ValidationError:
        raise InvalidInput(
            Message(
                es=f"--days va de 1 a {LONGEST_DAYS}; --device lleva letras, cifras, punto, guion o guion bajo, como "
                "pi-01.",
                en=f"--days goes from 1 to {LONGEST_DAYS}; --device has letters, digits, dots, hyphens or underscores, "
                "as in pi-01.",
            ),
            field="device",
        ) from None
    with opened_context(settings) as context:
        issued = tokens.add_token(context, request, get_operator())
    notice = TOKEN_ADDED.text(settings.lang)
    print(notice.format(id=issued.issued.token_id, day=f"{issued.issued.expires_at:%Y-%m-%d}"), file=sys.stderr)
    print(issued.token)
    return 0


def list_tokens(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the tokens, without their secrets."""
    if arguments.expiring:
        found = [
            f"{token.device_id or token.token_id} ({token.expires_at:%Y-%m-%d})" for token in peek_expiring(settings)
        ]
        template = TOKENS_EXPIRE if found else NO_TOKEN_EXPIRES
        print(template.text(settings.lang).format(tokens=", ".join(found)))
        return 1 if found else 0
    with opened_context(settings) as context:
        listed = tokens.list_tokens(context).tokens
    for token in listed:
        ended = TOKEN_IS_REVOKED.text(settings.lang) if token.revoked_at else ""
        owner = token.account or token.device_id
        print(f"{token.token_id}  {owner}  {token.expires_at:%Y-%m-%d}  {ended}".rstrip())
    return 0


def revoke_token(settings: Settings, arguments: argparse.Namespace) -> int:
    """Revoke a token."""
    with opened_context(settings) as context:
        tokens.revoke_token(context, arguments.token_id, get_operator())
    print(TOKEN_REVOKED.text(settings.lang).format(id=arguments.token_id))
    return 0


def _prompt_password(settings: Settings, name: str) -> str:
    """Prompt for the password, twice at a terminal; read one line of standard input otherwise.

    Raises:
        InvalidInput: If the two passwords differ.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass(PASSWORD_PROMPT.text(settings.lang).format(name=name))
    if getpass.getpass(PASSWORD_AGAIN_PROMPT.text(settings.lang)) != password:
        raise InvalidInput(
            Message(
                es="Las dos contraseñas no coinciden: repita la orden.",
                en="The two passwords differ: repeat the command.",
            ),
            field="password",
        )
    return password
