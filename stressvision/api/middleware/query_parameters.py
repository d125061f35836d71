"""Rejection of unknown query parameters: a misspelt filter would return every person's data."""

import difflib

from fastapi import params
from fastapi.dependencies.utils import get_flat_params
from starlette.requests import HTTPConnection

from stressvision.core.errors import InvalidInput, Message


async def reject_unknown_parameters(connection: HTTPConnection) -> None:
    """Raise InvalidInput naming the first unknown parameter, and the known ones. A dependency of every route."""
    if not connection.scope["query_string"]:
        return
    fields = get_flat_params(connection.scope["route"].dependant)
    known = sorted(field.alias for field in fields if isinstance(field.field_info, params.Query))
    unknown = next((name for name in connection.query_params if name not in known), None)
    if unknown is not None:
        raise _unknown_parameter(unknown, known)


def _unknown_parameter(name: str, known: list[str]) -> InvalidInput:
    nearest = difflib.get_close_matches(name, known, n=1)
    if nearest:
        hint = Message(es=f"¿Quiso decir {nearest[0]}?", en=f"Did you mean {nearest[0]}?")
    elif known:
        names = ", ".join(known)
        hint = Message(es=f"Aquí se admiten: {names}.", en=f"Accepted here: {names}.")
    else:
        hint = Message(es="Aquí no se admite ninguno.", en="None is accepted here.")
    return InvalidInput(
        Message(es=f"No existe el parámetro «{name}». {hint.es}", en=f"There is no parameter “{name}”. {hint.en}"),
        field=name,
    )
