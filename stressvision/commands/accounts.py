"""`python -m stressvision account` and `token`: who may come in, and with what."""

import argparse
import getpass
import sys

from pydantic import ValidationError

from stressvision.commands.arguments import Commands, Say, operator
from stressvision.commands.texts import TEXTS
from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Message
from stressvision.domain.auth import PEOPLE, Role
from stressvision.services.auth import accounts, tokens
from stressvision.services.context import opened_context
from stressvision.wire.access import LONGEST_DAYS, TokenRequest


def add_commands(commands: Commands, say: Say) -> None:
    account = commands.add_parser("account", help=say("account"), description=say("account"))
    actions = account.add_subparsers(required=True, metavar=say("command"))
    adding = actions.add_parser("add", help=say("account_add"), description=say("account_add"))
    adding.add_argument("name", help=say("account_name"))
    adding.add_argument("--role", required=True, choices=sorted(str(role) for role in PEOPLE), help=say("account_role"))
    adding.set_defaults(command=add_account)
    listing = actions.add_parser("list", help=say("account_list"), description=say("account_list"))
    listing.set_defaults(command=list_accounts)
    for name, function in (("disable", disable_account), ("password", change_password)):
        changing = actions.add_parser(name, help=say(f"account_{name}"), description=say(f"account_{name}"))
        changing.add_argument("name", help=say("account_name"))
        changing.set_defaults(command=function)

    token = commands.add_parser("token", help=say("token"), description=say("token"))
    actions = token.add_subparsers(required=True, metavar=say("command"))
    adding = actions.add_parser("add", help=say("token_add"), description=say("token_add"))
    whose = adding.add_mutually_exclusive_group(required=True)
    whose.add_argument("--device", metavar="ID", help=say("token_device"))
    whose.add_argument("--account", metavar="NAME", help=say("token_account"))
    adding.add_argument("--days", type=int, default=365, metavar="N", help=say("token_days"))
    adding.set_defaults(command=add_token)
    listing = actions.add_parser("list", help=say("token_list"), description=say("token_list"))
    listing.set_defaults(command=list_tokens)
    revoking = actions.add_parser("revoke", help=say("token_revoke"), description=say("token_revoke"))
    revoking.add_argument("token_id", metavar="ID", help=say("token_id"))
    revoking.set_defaults(command=revoke_token)


def add_account(settings: Settings, arguments: argparse.Namespace) -> int:
    password = _ask_password(settings, arguments.name)
    with opened_context(settings) as context:
        added = accounts.add_account(context, arguments.name, Role(arguments.role), password, operator())
    print(TEXTS["account_added"].text(settings.lang).format(name=added.name, role=added.role))
    return 0


def list_accounts(settings: Settings, arguments: argparse.Namespace) -> int:
    with opened_context(settings) as context:
        found = accounts.list_accounts(context).accounts
    for account in found:
        ended = TEXTS["disabled"].text(settings.lang) if account.disabled_at else ""
        print(f"{account.name}  {account.role}  {account.created_at:%Y-%m-%d}  {ended}".rstrip())
    return 0


def disable_account(settings: Settings, arguments: argparse.Namespace) -> int:
    with opened_context(settings) as context:
        accounts.disable_account(context, arguments.name, operator())
    print(TEXTS["account_disabled"].text(settings.lang).format(name=arguments.name))
    return 0


def change_password(settings: Settings, arguments: argparse.Namespace) -> int:
    password = _ask_password(settings, arguments.name)
    with opened_context(settings) as context:
        accounts.change_password(context, arguments.name, password, operator())
    print(TEXTS["account_changed"].text(settings.lang).format(name=arguments.name))
    return 0


def add_token(settings: Settings, arguments: argparse.Namespace) -> int:
    """The token alone goes to standard output, so that it can go straight into the device's file."""
    try:
        wanted = TokenRequest(device_id=arguments.device, account=arguments.account, days=arguments.days)
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
        issued = tokens.add_token(context, wanted, operator())
    told = TEXTS["token_added"].text(settings.lang)
    print(told.format(id=issued.issued.token_id, day=f"{issued.issued.expires_at:%Y-%m-%d}"), file=sys.stderr)
    print(issued.token)
    return 0


def list_tokens(settings: Settings, arguments: argparse.Namespace) -> int:
    with opened_context(settings) as context:
        found = tokens.list_tokens(context).tokens
    for token in found:
        ended = TEXTS["revoked"].text(settings.lang) if token.revoked_at else ""
        whose = token.account or token.device_id
        print(f"{token.token_id}  {whose}  {token.expires_at:%Y-%m-%d}  {ended}".rstrip())
    return 0


def revoke_token(settings: Settings, arguments: argparse.Namespace) -> int:
    with opened_context(settings) as context:
        tokens.revoke_token(context, arguments.token_id, operator())
    print(TEXTS["token_revoked"].text(settings.lang).format(id=arguments.token_id))
    return 0


def _ask_password(settings: Settings, name: str) -> str:
    """Twice at a terminal; one line where there is none. Raises InvalidInput where the two differ."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass(TEXTS["ask_password"].text(settings.lang).format(name=name))
    if getpass.getpass(TEXTS["ask_again"].text(settings.lang)) != password:
        raise InvalidInput(
            Message(
                es="Las dos contraseñas no coinciden: repita la orden.",
                en="The two passwords differ: repeat the command.",
            ),
            field="password",
        )
    return password
