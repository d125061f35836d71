"""The enrolment form: stills and consent statement, read into memory and never written to disk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from stressvision.api.backend import BackendState
from stressvision.api.dependencies import ActorDep, BackendDep
from stressvision.api.error_handlers import UPLOAD_LIMIT
from stressvision.api.expensive_work import Kind
from stressvision.core.errors import InvalidInput, Message
from stressvision.services.context import Actor
from stressvision.services.people.still_verdicts import MOST_STILLS, UploadedStill
from stressvision.wire.people import EnrolmentStatement

UPLOAD_SECONDS = 60.0
"""Time limit of an upload: a stalled one blocks the others."""

STILLS_FIELD = "stills"
MOST_FILES = 100
"""More than are accepted, so that the refusal can state how many came; the body is limited in any case."""


@dataclass(frozen=True)
class EnrolmentForm:
    """A parsed form."""

    stills: tuple[UploadedStill, ...]
    statement: EnrolmentStatement


class _InMemoryParser(MultiPartParser):
    """Parser whose spool is larger than any accepted upload, so that no file is created."""

    spool_max_size = UPLOAD_LIMIT + 1


async def read_enrolment_form(request: Request, backend: BackendDep, actor: ActorDep) -> AsyncIterator[EnrolmentForm]:
    """Yield the parsed form; the next request waits until the route ends.

    A dependency: the turn is held as long as the stills are in memory. Raises InvalidInput, RequestValidationError and
    TooManyAttempts.
    """
    async with _hold_form(request, backend, actor) as form:
        yield await _parse_form(form)


async def read_stills_form(
    request: Request, backend: BackendDep, actor: ActorDep
) -> AsyncIterator[tuple[UploadedStill, ...]]:
    """Yield the pictures of a form without a statement; otherwise as read_enrolment_form."""
    async with _hold_form(request, backend, actor) as form:
        yield await _read_stills(form)


EnrolmentFormDep = Annotated[EnrolmentForm, Depends(read_enrolment_form)]
StillsDep = Annotated[tuple[UploadedStill, ...], Depends(read_stills_form)]


@asynccontextmanager
async def _hold_form(request: Request, backend: BackendState, actor: Actor) -> AsyncIterator[FormData]:
    slot = await run_in_threadpool(backend.expensive.acquire, Kind.ENROLMENT, actor.role)
    try:
        form = await _read_form(request)
        try:
            yield form
        finally:
            await form.close()
    finally:
        slot.release()


def describe_form() -> dict[str, Any]:
    """Return the request body for the OpenAPI document."""
    schema = EnrolmentStatement.model_json_schema()
    schema["properties"][STILLS_FIELD] = _stills_schema()
    schema["required"].append(STILLS_FIELD)
    return _describe_body(schema)


def describe_stills() -> dict[str, Any]:
    """Return the request body of pictures alone for the OpenAPI document."""
    return _describe_body(
        {"type": "object", "properties": {STILLS_FIELD: _stills_schema()}, "required": [STILLS_FIELD]}
    )


def _stills_schema() -> dict[str, Any]:
    still = {"type": "string", "format": "binary"}
    return {"type": "array", "items": still, "minItems": 1, "maxItems": MOST_STILLS}


def _describe_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


async def _read_form(request: Request) -> FormData:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise _invalid_form()
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            return await _InMemoryParser(request.headers, request.stream(), max_files=MOST_FILES, max_fields=20).parse()
    except (MultiPartException, ClientDisconnect, UnicodeDecodeError):
        raise _invalid_form() from None
    except TimeoutError:
        raise InvalidInput(
            Message(
                es="La carga tardó demasiado y se canceló: repita con fotos más pequeñas.",
                en="The upload took too long and was cancelled: repeat with smaller pictures.",
            ),
            field=STILLS_FIELD,
        ) from None


async def _parse_form(form: FormData) -> EnrolmentForm:
    fields = {name: value for name, value in form.multi_items() if not _is_still(name, value)}
    try:
        statement = EnrolmentStatement.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
    return EnrolmentForm(await _read_stills(form), statement)


async def _read_stills(form: FormData) -> tuple[UploadedStill, ...]:
    stills = [value for name, value in form.multi_items() if _is_still(name, value) and isinstance(value, UploadFile)]
    return tuple([await _read_still(still, number) for number, still in enumerate(stills, 1)])


def _is_still(name: str, value: UploadFile | str) -> bool:
    return name == STILLS_FIELD and isinstance(value, UploadFile)


async def _read_still(still: UploadFile, number: int) -> UploadedStill:
    """Read and close one file; keeping it open would hold every picture in memory twice."""
    picture = UploadedStill(_display_name(still, number), await still.read())
    await still.close()
    return picture


def _display_name(still: UploadFile, number: int) -> str:
    """Return number and file name: the last 80 characters of the sender's, without folders, if printable."""
    name = (still.filename or "").replace("\\", "/").rpartition("/")[2][-80:]
    return f"{number}: {name}" if name.isprintable() and name else str(number)


def _invalid_form() -> InvalidInput:
    return InvalidInput(
        Message(
            es="El cuerpo debe ser un formulario multipart/form-data entero, con las fotos en el campo «stills»; con "
            "curl: -F stills=@foto1.jpg -F stills=@foto2.jpg …",
            en="The body must be a whole multipart/form-data form, with the pictures in the field “stills”; with "
            "curl: -F stills=@photo1.jpg -F stills=@photo2.jpg …",
        ),
        field=STILLS_FIELD,
    )
