"""`python backend_api.py`: the backend under uvicorn."""

import signal
import socket
from contextlib import closing, suppress

import structlog
import uvicorn
from starlette.types import ASGIApp

from stressvision.api.app import create_app
from stressvision.core.arguments import Arguments
from stressvision.core.certificates import load_certificate
from stressvision.core.config import Settings, load_settings
from stressvision.core.logs import configure_logs
from stressvision.core.ports import require_free_port
from stressvision.core.program import raise_file_limit, run_program, share_heap
from stressvision.http.connection_limits import KEEP_ALIVE_SECONDS, LOOP, LimitedProtocol
from stressvision.services.auth.accounts import require_administrator
from stressvision.services.context import open_context

GRACE_SECONDS = 1
"""Time for running requests to end when the backend is stopped."""

SEND_BUFFER = 256 * 1024
"""Bytes the kernel buffers for one client; by default it buffers megabytes before a slow client is noticed."""

UNREAD_LIMIT_MS = 30_000
"""The kernel closes a connection whose peer reads nothing for this long; a dropped client would otherwise stay."""

MESSAGE_LIMIT = 64 * 1024
"""Largest message of a WebSocket client, in bytes; a ping has 15."""

log = structlog.get_logger()


def main() -> int:
    """Serve until SIGINT or SIGTERM; close WebSockets and answer running requests before returning."""
    return run_program(_serve)


def _serve() -> int:
    parser = Arguments(
        prog="backend_api.py",
        description="Backend de Stress Vision: API REST, WebSocket y documentación en /api/docs.",
    )
    parser.add_argument("--port", dest="api_port", type=int, help="puerto (por omisión 8000)")
    settings = load_settings(**vars(parser.parse_args()))
    configure_logs(settings, "backend")
    load_certificate(settings)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # uvicorn raises the signal that stopped it again once everything is closed.
    with suppress(KeyboardInterrupt), closing(_listen(settings)) as listener:
        share_heap()
        raise_file_limit()
        context = open_context(settings)
        with closing(context.database):
            require_administrator(context)
            server = create_server(create_app(context), settings)
            log.info("listening", address=settings.api_base)
            server.run(sockets=[listener])
    log.info("stopped")
    return 0


def create_server(app: ASGIApp, settings: Settings | None = None) -> uvicorn.Server:
    """Create the uvicorn server. Its address comes from the sockets passed to `run`, its certificate from settings."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            loop=LOOP,
            http=LimitedProtocol,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            ws_max_size=MESSAGE_LIMIT,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            ssl_certfile=settings.tls_certificate if settings else None,
            ssl_keyfile=settings.tls_key if settings else None,
        )
    )


def _listen(settings: Settings) -> socket.socket:
    require_free_port(settings.host, settings.api_port, "STRESSVISION_API_PORT")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server((settings.host, settings.api_port), family=family, backlog=1024)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    # asyncio sets it only if the listener shows that it is TCP.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_LIMIT_MS)
    return listener
