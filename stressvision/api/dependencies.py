"""Dependencies and parameter types that the routes share.

The dependencies are coroutines although none awaits: FastAPI runs plain functions in its thread pool, one by one.
"""

from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import Field
from starlette.requests import HTTPConnection

from stressvision.api.backend import BackendState
from stressvision.api.middleware.authentication import principal_of
from stressvision.core.errors import Language
from stressvision.http.authentication import actor_of
from stressvision.http.problems import reader_language
from stressvision.services.context import Actor, Context
from stressvision.wire.values import MAX_ID, MAX_REFERENCE, Words


async def get_backend(connection: HTTPConnection) -> BackendState:
    """Return the state of the running backend."""
    backend: BackendState = connection.app.state.backend
    return backend


BackendDep = Annotated[BackendState, Depends(get_backend)]


async def get_context(backend: BackendDep) -> Context:
    """Return the services' context."""
    return backend.context


async def get_language(connection: HTTPConnection, backend: BackendDep) -> Language:
    """Return the language of the Accept-Language header."""
    return reader_language(connection.headers.get("accept-language"), backend.context.settings.lang)


async def get_actor(connection: HTTPConnection) -> Actor:
    """Return the authenticated account or device; without a login, an actor known by its address only."""
    address: str | None = getattr(connection.state, "address", None)
    return actor_of(principal_of(connection), address)


ContextDep = Annotated[Context, Depends(get_context)]
LanguageDep = Annotated[Language, Depends(get_language)]
ActorDep = Annotated[Actor, Depends(get_actor)]
RowId = Annotated[int, Path(ge=1, le=MAX_ID)]
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
EmployeeFilter = Annotated[int | None, Query(ge=1, le=MAX_REFERENCE)]
UserId = Annotated[Words | None, Query(min_length=1, max_length=100)]
Cursor = Annotated[str | None, Query(max_length=400, description="The next_cursor of the page before.")]

PageNumber = Annotated[int, Query(ge=0, le=100_000, description="Number of the page, from 0.")]

Date = Annotated[str | None, Query(max_length=40, description="ISO 8601; without an offset it is UTC.")]

Word = Annotated[str | None, Query(min_length=1, max_length=100)]


async def get_named_actor(actor: ActorDep, user_id: UserId = None) -> Actor:
    """Return the author of a change: the authenticated account, otherwise the name in `user_id`."""
    return actor.claiming(user_id)


NamedActorDep = Annotated[Actor, Depends(get_named_actor)]
