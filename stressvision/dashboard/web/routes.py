"""Routes of the dashboard's own server beside Streamlit's: documents, the shell's script, the pulse, the cookie."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.datastructures import Headers
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stressvision.dashboard.web import alert_links, kiosk
from stressvision.dashboard.web.alert_links import AlertLinkPage
from stressvision.dashboard.web.bodies import read_body
from stressvision.dashboard.web.documents import SCRIPT_PATH
from stressvision.dashboard.web.kiosk import KioskPage
from stressvision.dashboard.web.pulse import BackendPulse
from stressvision.dashboard.web.sessions import SessionCookie, SessionTickets

PREFIX = "/sv/"
_PATHS = frozenset({alert_links.PATH, kiosk.PATH})
"""Pages of this server beside Streamlit's."""
SCRIPT = Path(__file__).parent / "shell.js"
LONGEST_TICKET = 200
"""Bytes of the body of a request for the cookie."""
_NO_CACHE = {"Cache-Control": "no-cache"}


@dataclass(frozen=True)
class Console:
    """What the routes serve. `paths`: of the pages, the first one is the start page; read at the first request."""

    page: str
    not_found: str
    paths: Callable[[], Sequence[str]]
    pulse: BackendPulse
    cookie: SessionCookie
    tickets: SessionTickets
    alert_link: AlertLinkPage
    kiosk: KioskPage


class ConsoleRoutes:
    """Answer the addresses of the console; everything else is Streamlit's."""

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self._app, self._console = app, console
        link, session = console.alert_link, f"{PREFIX}session"
        router = Router(
            [
                _by_method(SCRIPT_PATH, GET=partial(_send_script)),
                _by_method(f"{PREFIX}pulse", GET=partial(_send_pulse, console)),
                _by_method(session, POST=partial(_store_session, console), DELETE=partial(_clear_session, console)),
                _by_method(alert_links.PATH, GET=link.show, POST=link.store),
                _by_method(kiosk.PATH, GET=console.kiosk.show, POST=console.kiosk.store),
            ],
            redirect_slashes=False,
            default=self._not_found,
        )
        # Streamlit's application has these handlers inside: an HTTPException from here would be a 500.
        self._router = ExceptionMiddleware(router)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp = self._app
        if scope["type"] == "http" and (scope["path"].startswith(PREFIX) or scope["path"] in _PATHS):
            answer = self._router
        elif scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            answer = await self._find_document(scope) or self._pass_on
        await answer(scope, receive, send)

    async def _find_document(self, scope: Scope) -> Response | None:
        """Return the document of a page's address; None for other addresses."""
        path: str = scope["path"].strip("/")
        start, *others = await asyncio.to_thread(self._console.paths)  # the first call imports the pages
        if path == start:
            query = scope["query_string"].decode("latin-1")
            return RedirectResponse(f"/?{query}" if query else "/", 307, _NO_CACHE)
        return HTMLResponse(self._console.page, headers=_NO_CACHE) if not path or path in others else None

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to Streamlit, which answers unknown addresses with its own page or in English."""
        is_unknown = False

        async def send_known(message: Message) -> None:
            nonlocal is_unknown
            if message["type"] == "http.response.start":
                is_page = Headers(scope=message).get("content-type", "").startswith("text/html")
                is_unknown = is_page or message["status"] in {404, 405}
            if not is_unknown:
                await send(message)

        await self._app(scope, receive, send_known)
        if is_unknown:
            await self._not_found(scope, receive, send)

    async def _not_found(self, scope: Scope, receive: Receive, send: Send) -> None:
        await HTMLResponse(self._console.not_found, 404, _NO_CACHE)(scope, receive, send)


def _by_method(path: str, **endpoints: Callable[[Request], Awaitable[Response]]) -> Route:
    """Return one route for all methods of an address, so that a 405 names each of them."""

    async def answer(request: Request) -> Response:
        return await endpoints["GET" if request.method == "HEAD" else request.method](request)

    return Route(path, answer, methods=list(endpoints))


async def _send_script(request: Request) -> Response:
    return FileResponse(SCRIPT, media_type="text/javascript", headers=_NO_CACHE)


async def _send_pulse(console: Console, request: Request) -> Response:
    return JSONResponse({"backend": await console.pulse.read()}, headers={"Cache-Control": "no-store"})


async def _store_session(console: Console, request: Request) -> Response:
    """Exchange a ticket for the cookie."""
    found = console.tickets.redeem(await read_body(request, LONGEST_TICKET))
    if found is None:
        return Response(status_code=403)
    response = Response(status_code=204)
    console.cookie.store(response, *found)
    return response


async def _clear_session(console: Console, request: Request) -> Response:
    response = Response(status_code=204)
    console.cookie.clear(response)
    return response
