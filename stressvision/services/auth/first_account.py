"""The first account, created in the dashboard of this machine, with tokens for the devices that run here already."""

import structlog

from stressvision.core.errors import InvalidInput, Message
from stressvision.core.files import local_token_file, make_private_folder, write_private
from stressvision.db.queries.detections.devices import select_devices
from stressvision.domain.auth import Role
from stressvision.services.audit import record
from stressvision.services.auth.accounts import add_account
from stressvision.services.auth.tokens import TOKEN_DAYS, issue_token
from stressvision.services.context import Actor, Context
from stressvision.wire.access import Account

log = structlog.get_logger()


def add_first_account(context: Context, name: str, role: Role, password: str, actor: Actor) -> Account:
    """Create the first account, an administrator's, and a token for each known device.

    Without accounts only this machine is served, so that every device that has reported runs here: its token is written
    where its program looks for one after the server has refused it. Otherwise every camera would go dark.

    Raises:
        InvalidInput: The name or password is not acceptable, or the role is not `admin`.
        Conflict: There is an account already.
    """
    if role is not Role.ADMIN:
        raise InvalidInput(
            Message(
                es="La primera cuenta es de administración: después cree las demás.",
                en="The first account is an administrator's: create the others afterwards.",
            ),
            field="role",
        )
    account = add_account(context, name, role, password, actor, is_first=True)
    issue_local_tokens(context, actor)
    return account


def issue_local_tokens(context: Context, actor: Actor) -> int:
    """Issue a token to each known device, into its file in the run folder, and return their number."""
    with context.database.write() as connection:
        known = select_devices(connection)
        for device in known:
            parts = issue_token(
                connection,
                context,
                actor,
                purpose="access",
                valid=TOKEN_DAYS,
                account_id=None,
                device_id=device.device_id,
            )
            details = {"token_id": parts.token_id, "device_id": device.device_id}
            record(connection, context, actor, "token_added", "token", None, details)
            path = local_token_file(context.settings.run_dir, device.device_id)
            try:
                make_private_folder(path.parent)
                write_private(path, parts.text)
            except OSError as error:
                log.warning("device token not written", device=device.device_id, reason=error.strerror)
        return len(known)
