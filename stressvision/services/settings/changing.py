"""Reading and changing of the settings that may be stored in the database; every change is audited."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from stressvision.core.config import PREFIX, Settings
from stressvision.core.errors import Conflict, InvalidInput, Message
from stressvision.core.notice_routes import NoticeRoute
from stressvision.core.settings.installation import Policy
from stressvision.core.settings.types import Note
from stressvision.core.validation import describe_error
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.auth.accounts import AccountRow
from stressvision.db.queries.stored_settings import (
    StoredSetting,
    delete_setting,
    select_stored_settings,
    store_setting,
)
from stressvision.domain.notifications import find_address_fault
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.credentials import require_unchanged
from stressvision.services.stored_settings import (
    SECRET,
    STORABLE,
    StorableSetting,
    fixed_settings,
    read_value,
    validate_value,
)
from stressvision.wire.settings import SettingKind, SettingList, SettingState, describe

LEAST_AUDIT_DAYS = 365
"""Shortest term that the console can set: otherwise an administrator could delete the record of what they did."""


NOT_AGREED = Message(
    es="El destino recibe lo que su cuenta puede ver: hace falta la contraseña actual de esa cuenta en password, "
    "escrita por su titular (/api/notifications/routes).",
    en="The recipient gets what its account may see: the current password of that account is needed in password, typed "
    "by its person (/api/notifications/routes).",
)


def list_settings(context: Context) -> SettingList:
    """Return every storable setting with its value in force and where it comes from."""
    context.refresh_settings()
    fixed = fixed_settings(context.environment or context.settings)
    with context.database.read() as connection:
        stored = {row.name: row for row in select_stored_settings(connection)}
    return SettingList(
        settings=[
            _describe_setting(setting, context.settings, stored.get(setting.name), is_fixed=setting.name in fixed)
            for setting in STORABLE.values()
        ]
    )


def change_settings(
    context: Context, wanted: Mapping[str, object], actor: Actor, *, consenting: AccountRow | None = None
) -> SettingList:
    """Store values, or delete them for None, and return the settings; all or none are stored.

    `consenting`: the account whose person agreed, by password, that new or changed destinations name it.

    Raises:
        InvalidInput: A name is not a storable setting, a value is not valid, or a destination names an account that
            did not agree.
        Conflict: The environment sets one of them.
        Unauthenticated: The account that agreed was changed meanwhile.
    """
    context.refresh_settings()
    typed = check_values(context, wanted)
    before = {name: _summarise(getattr(context.settings, name)) for name in typed}
    checked = {name: None if wanted[name] is None else _to_json(name, value) for name, value in typed.items()}
    with context.database.write() as connection:
        _require_consent(connection, typed.get("notify_routes", ()), consenting)
        for name, value in checked.items():
            if value is None:
                delete_setting(connection, name)
            else:
                store_setting(connection, StoredSetting(name, json.dumps(value), actor.user_id, context.clock()))
        changes = {name: _change(name, before[name], _summarise(typed[name])) for name in typed}
        record(connection, context, actor, "settings_changed", "settings", None, changes)
    context.refresh_settings()
    return list_settings(context)


def _require_consent(connection: Connection, routes: Sequence[NoticeRoute], consenting: AccountRow | None) -> None:
    """Raise InvalidInput where a destination is new or changed and the account that it names did not agree."""
    if consenting is not None:
        require_unchanged(connection, consenting)
    if not any(route.account for route in routes):
        return
    stored = [row.value for row in select_stored_settings(connection) if row.name == "notify_routes"]
    value = read_value(stored[0]) if stored else None
    known = value if isinstance(value, list) else []
    agreed = None if consenting is None else consenting.name
    if any(route.account not in (None, agreed) and route.reveal() not in known for route in routes):
        raise InvalidInput(NOT_AGREED, field="password")


def require_changeable(context: Context, name: str) -> None:
    """Raise InvalidInput where the setting cannot be stored, and Conflict where the environment sets it."""
    if name not in STORABLE:
        raise InvalidInput(
            Message(
                es=f"El ajuste «{name}» no se cambia aquí: está en el entorno (docs/ajustes.md).",
                en=f"The setting “{name}” cannot be changed here: it belongs to the environment (docs/settings.md).",
            ),
            field=name,
        )
    if name in fixed_settings(context.environment or context.settings):
        variable = PREFIX + name.upper()
        raise Conflict(
            Message(
                es=f"Lo fija la variable {variable} en el servidor: quítela de ahí para cambiarlo aquí.",
                en=f"The variable {variable} on the server sets it: remove it there to change it here.",
            ),
            field=name,
        )


def check_values(context: Context, wanted: Mapping[str, object]) -> dict[str, Any]:
    """Return values in their types by name; None becomes the default. Raise as change_settings does."""
    return {name: _check(context, name, value) for name, value in wanted.items()}


def _check(context: Context, name: str, value: object) -> Any:
    require_changeable(context, name)
    if value is None:
        return STORABLE[name].model.model_fields[name].get_default(call_default_factory=True)
    try:
        typed = validate_value(name, value)
    except ValidationError as error:
        fault = error.errors()[0]
        reason = Message(es=f"{describe_error(fault, 'es')}.", en=f"{describe_error(fault, 'en')}.")
        raise InvalidInput(reason, field=name) from None
    if name == "retention_audit_days" and 0 < typed < LEAST_AUDIT_DAYS:
        raise InvalidInput(
            Message(
                es=f"Desde aquí la auditoría se conserva {LEAST_AUDIT_DAYS} días como mínimo (0: siempre).",
                en=f"From here the audit log is kept for {LEAST_AUDIT_DAYS} days at least (0: forever).",
            ),
            field=name,
        )
    if name in SECRET:
        for item in typed:
            address = item.address if isinstance(item, NoticeRoute) else item
            require_storable_address(address.get_secret_value(), name)
    return typed


def require_storable_address(address: str, field: str) -> None:
    """Raise InvalidInput for an address of notifications that the console may neither store nor test."""
    fault = find_address_fault(address)
    if fault is not None:
        raise InvalidInput(fault, field=field)


def _to_json(name: str, typed: Any) -> object:
    if name in SECRET:
        return [item.reveal() if isinstance(item, NoticeRoute) else item.get_secret_value() for item in typed]
    return describe(typed)


def _change(name: str, before: object, after: object) -> dict[str, object]:
    """Return what the audit log records; of addresses only that they changed."""
    return {"changed": True} if name == "notify_urls" else {"from": before, "to": after}


def _summarise(value: Any) -> object:
    """Return a setting's value for the audit log; of destinations, the filters without the address."""
    routes = [item for item in value if isinstance(item, NoticeRoute)] if isinstance(value, tuple) else []
    return [route.describe() for route in routes] if routes else describe(value)


def _describe_setting(
    setting: StorableSetting, settings: Settings, stored: StoredSetting | None, *, is_fixed: bool
) -> SettingState:
    field = setting.model.model_fields[setting.name]
    is_secret = setting.name in SECRET
    is_stored = stored is not None and not is_fixed
    return SettingState(
        name=setting.name,
        group=str(setting.group),
        variable=PREFIX + setting.name.upper(),
        kind=_kind(setting.name, field),
        value=None if is_secret else describe(getattr(settings, setting.name)),
        default=None if is_secret else describe(field.get_default(call_default_factory=True)),
        minimum=_bound(field, "ge", "gt"),
        maximum=_bound(field, "le", "lt"),
        choices=_choices(field.annotation),
        unit=next((item.unit for item in field.metadata if isinstance(item, Note) and item.unit), None),
        source="environment" if is_fixed else "stored" if is_stored else "default",
        is_live=setting.is_live,
        changed_by=stored.recorded_by if stored is not None and is_stored else None,
        changed_at=stored.recorded_at if stored is not None and is_stored else None,
    )


def _kind(name: str, field: FieldInfo) -> SettingKind:
    annotation: Any = field.annotation
    if name in SECRET:
        return "addresses" if name == "notify_urls" else "routes"
    if get_origin(annotation) is tuple:
        return "choices" if _choices(annotation) else "integers"
    if _choices(annotation):
        return "choice"
    kinds: dict[object, SettingKind] = {int: "integer", float: "number"}
    return kinds.get(annotation, "text")


def _choices(annotation: Any) -> list[str] | None:
    if isinstance(annotation, type) and issubclass(annotation, Policy):
        return [str(policy) for policy in Policy]
    if get_origin(annotation) is tuple:
        return _choices(get_args(annotation)[0])
    return [str(choice) for choice in get_args(annotation)] if get_origin(annotation) is Literal else None


def _bound(field: FieldInfo, *names: str) -> float | None:
    """Return the first limit of these names among the field's bounds."""
    limits = (getattr(item, name, None) for item in field.metadata for name in names)
    return next((float(limit) for limit in limits if limit is not None), None)
