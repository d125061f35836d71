"""What the routes take: the running backend, who asks, in which language, and the parameters they share.

Coroutines, though none waits: FastAPI would send plain functions through its thread pool, one by one.
"""

from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.requests import HTTPConnection

from stressvision.api.backend import BackendState
from stressvision.api.middleware.authentication import principal_of
from stressvision.core.errors import Language
from stressvision.services.context import Actor, Context
from stressvision.wire.pages import MAX_ID
from stressvision.wire.problems import reader_language
from stressvision.wire.values import Words


async def read_backend(connection: HTTPConnection) -> BackendState:
    backend: BackendState = connection.app.state.backend
    return backend


BackendDep = Annotated[BackendState, Depends(read_backend)]


async def read_context(backend: BackendDep) -> Context:
    return backend.context


async def read_language(connection: HTTPConnection, backend: BackendDep) -> Language:
    return reader_language(connection.headers.get("accept-language"), backend.context.settings.lang)


async def read_actor(connection: HTTPConnection) -> Actor:
    """The account or device whose token was shown; before there are accounts a reader is known by address only."""
    principal = principal_of(connection)
    address: str | None = getattr(connection.state, "address", None)
    return principal.as_actor(address) if principal else Actor(ip_address=address)


ContextDep = Annotated[Context, Depends(read_context)]
LanguageDep = Annotated[Language, Depends(read_language)]
ActorDep = Annotated[Actor, Depends(read_actor)]
RowId = Annotated[int, Path(ge=1, le=MAX_ID)]
EmployeeFilter = Annotated[int | None, Query(ge=1, le=MAX_ID)]
UserId = Annotated[Words | None, Query(min_length=1, max_length=100)]


async def read_named_actor(actor: ActorDep, user_id: UserId = None) -> Actor:
    """Who changes something, as they say of themselves where there is no login."""
    return actor.claiming(user_id)


NamedActorDep = Annotated[Actor, Depends(read_named_actor)]
Cursor = Annotated[str | None, Query(max_length=400, description="The next_cursor of the page before.")]
