"""The stills of one enrolment, read from a form into memory: nothing of them may reach the disk."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from stressvision.api.deps import BackendDep
from stressvision.api.problems import UPLOAD_LIMIT
from stressvision.core.errors import InvalidInput, Message
from stressvision.services.people.stills import MOST_STILLS, UploadedStill
from stressvision.wire.people import EnrolmentStatement

UPLOAD_SECONDS = 60.0
"""One that stalls must not keep the others waiting for longer."""

STILLS_FIELD = "stills"


@dataclass(frozen=True)
class Upload:
    stills: tuple[UploadedStill, ...]
    statement: EnrolmentStatement


class _InMemory(MultiPartParser):
    spool_max_size = UPLOAD_LIMIT + 1


async def read_upload(request: Request, backend: BackendDep) -> AsyncIterator[Upload]:
    """One at a time, for as long as it is worked on. Raises InvalidInput, RequestValidationError."""
    async with backend.uploads:
        form = await _read_form(request)
        try:
            yield await _understand(form)
        finally:
            await form.close()


UploadDep = Annotated[Upload, Depends(read_upload)]


def describe_form() -> dict[str, Any]:
    """The request's body for OpenAPI."""
    schema = EnrolmentStatement.model_json_schema()
    still = {"type": "string", "format": "binary"}
    schema["properties"][STILLS_FIELD] = {"type": "array", "items": still, "minItems": 1, "maxItems": MOST_STILLS}
    schema["required"].append(STILLS_FIELD)
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


async def _read_form(request: Request) -> FormData:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise _unreadable()
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            return await _InMemory(request.headers, request.stream(), max_files=MOST_STILLS, max_fields=20).parse()
    except (MultiPartException, ClientDisconnect, UnicodeDecodeError):
        raise _unreadable() from None
    except TimeoutError:
        raise InvalidInput(
            Message(
                es="La carga tardó demasiado y se dejó: repita con fotos más pequeñas.",
                en="The upload took too long and was given up: repeat with smaller pictures.",
            ),
            field=STILLS_FIELD,
        ) from None


async def _understand(form: FormData) -> Upload:
    stills = [value for name, value in form.multi_items() if name == STILLS_FIELD and isinstance(value, UploadFile)]
    stated = {name: value for name, value in form.multi_items() if value not in stills}
    try:
        statement = EnrolmentStatement.model_validate(stated)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
    return Upload(tuple([await _take(still, number) for number, still in enumerate(stills, 1)]), statement)


async def _take(still: UploadFile, number: int) -> UploadedStill:
    """Leaves nothing behind: twice the memory of all pictures would otherwise be held."""
    taken = UploadedStill(_name(still, number), await still.read())
    await still.close()
    return taken


def _name(still: UploadFile, number: int) -> str:
    """A file's name comes from the sender's machine, and only its end is of use."""
    own = (still.filename or "").replace("\\", "/").rpartition("/")[2][-80:]
    return f"{number}: {own}" if own.isprintable() and own else str(number)


def _unreadable() -> InvalidInput:
    return InvalidInput(
        Message(
            es="El cuerpo debe ser un formulario multipart/form-data entero, con las fotos en el campo «stills»; con "
            "curl: -F stills=@foto1.jpg -F stills=@foto2.jpg …",
            en="The body must be a whole multipart/form-data form, with the pictures in the field “stills”; with "
            "curl: -F stills=@photo1.jpg -F stills=@photo2.jpg …",
        ),
        field=STILLS_FIELD,
    )
