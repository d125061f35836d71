"""Host names, headers and limits of Streamlit's server, which it has no settings for."""

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import net_util
from streamlit.web.server.starlette import starlette_app
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from stressvision.core.config import LOOPBACK_HOSTS, Settings
from stressvision.dashboard.web.documents import create_refusal

UPLOAD_MEGABYTES = 10
"""Of one file and of one message."""
MOST_SOCKETS = 200
"""Open pages of all browsers: each is a session in memory."""
_HSTS = "max-age=31536000"
_CONTENT_POLICY = (
    # Names and notes are shown as Markdown in places: a picture in one may be loaded from here alone, and from the
    # device's live preview, which answers this machine only. Streamlit's camera field reads its picture from a data
    # address.
    "img-src 'self' data: blob: http://localhost:* http://127.0.0.1:*; connect-src 'self' data:; "
    "font-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def install_web_policy(settings: Settings, *inner: Middleware) -> None:
    """Add the policy, and the middleware `inner` behind it, to Streamlit's server in this process before it starts.

    Streamlit compares a foreign Origin with this machine's public address, for which it asks a server on the internet:
    that request and the trust in the answer are removed. Names of this machine come from the settings alone.
    """
    net_util.get_external_ip = _no_address
    net_util.get_internal_ip = _no_address
    create_middleware = starlette_app.create_streamlit_middleware

    def create_with_policy() -> list[Middleware]:
        refusal = create_refusal(settings.lang)
        policy = Middleware(WebPolicy, is_encrypted=settings.tls_certificate is not None, refusal=refusal)
        return [policy, *inner, *create_middleware()]

    starlette_app.create_streamlit_middleware = create_with_policy


def list_options(settings: Settings) -> list[str]:
    """Return Streamlit's options for its own names and for the size of uploads and messages."""
    names = [*(f"[{host}]" if ":" in host else host for host in LOOPBACK_HOSTS), *settings.allowed_hosts]
    return [
        # The literal form of an IPv6 address has brackets in a Host header; Streamlit compares without them.
        *(f"--server.allowedHosts={name}" for name in (*names, "::1")),
        *(f"--server.corsAllowedOrigins=https://{name}" for name in settings.allowed_hosts),
        f"--server.maxUploadSize={UPLOAD_MEGABYTES}",
    ]


class WebPolicy:
    """Refuse requests for other hosts, from other sites' pages, and too many connections; add protective headers."""

    def __init__(
        self,
        app: ASGIApp,
        is_encrypted: bool = False,
        is_known: Callable[[str | None], bool] = is_host_allowed,
        refusal: str = "",
        most_sockets: int = MOST_SOCKETS,
    ) -> None:
        self._most_sockets, self._sockets = most_sockets, 0
        self._app, self._is_known, self._refusal = app, is_known, refusal
        self._headers = {**_HEADERS, **({"Strict-Transport-Security": _HSTS} if is_encrypted else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._is_known(headers.get("host")) or self._is_foreign(scope, headers):
            if scope["type"] == "http":
                await HTMLResponse(self._refusal, 403, self._headers)(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return

        if scope["type"] == "websocket":
            await self._serve_socket(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_protected)

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a page's connection, unless too many are open: the browser tries again later."""
        if self._sockets >= self._most_sockets:
            await send({"type": "websocket.close", "code": 1013})
            return
        self._sockets += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._sockets -= 1

    def _is_foreign(self, scope: Scope, headers: Headers) -> bool:
        """Return whether a page of another site loads this; links to the dashboard are opened from messages."""
        site = headers.get("sec-fetch-site")
        if site is None:  # an older browser states the page of a POST and of a WebSocket in Origin alone
            origin = headers.get("origin")
            return origin is not None and not self._is_known(origin.partition("://")[2])
        if site in {"same-origin", "none"}:
            return False
        is_link = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        return not is_link or scope.get("method") != "GET"  # a form of another site navigates with POST


def _no_address() -> None:
    return None
