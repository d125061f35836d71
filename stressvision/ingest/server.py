"""`python server_simulator.py`: the ingest server under waitress, or under uvicorn where it has a certificate."""

import signal
from contextlib import suppress

import structlog
from flask import Flask

from stressvision.core.arguments import Arguments
from stressvision.core.certificates import load_certificate
from stressvision.core.config import Settings, load_settings
from stressvision.core.errors import Unavailable
from stressvision.core.logs import configure_logs
from stressvision.core.ports import require_free_port
from stressvision.core.program import raise_file_limit, run_program, share_heap
from stressvision.ingest.application import create_application
from stressvision.ingest.connections import create_limited_server, wrap
from stressvision.services.audit import record_repetitions
from stressvision.services.auth.accounts import require_administrator
from stressvision.services.context import open_context
from stressvision.services.settings.following import SettingsFollower

GRACE_SECONDS = 1
"""Time for running requests to end when the encrypted server is stopped."""

log = structlog.get_logger()


def main() -> int:
    """Serve until SIGINT or SIGTERM; answer running requests before returning."""
    return run_program(_serve)


def _serve() -> int:
    parser = Arguments(
        prog="server_simulator.py", description="Servidor de ingesta de Stress Vision: recibe las detecciones."
    )
    parser.add_argument("--port", dest="ingest_port", type=int, help="puerto (por omisión 5000)")
    settings = load_settings(**vars(parser.parse_args()))
    configure_logs(settings, "ingest")
    require_free_port(settings.host, settings.ingest_port, "STRESSVISION_INGEST_PORT")
    load_certificate(settings)
    share_heap()
    raise_file_limit()
    context = open_context(settings)
    require_administrator(context)
    application = create_application(context)
    follower = SettingsFollower(context)
    follower.start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    log.info("listening", address=settings.served_at(settings.ingest_port))
    if settings.tls_certificate:
        _serve_encrypted(application, settings)
    else:
        # waitress ends its loop on KeyboardInterrupt and lets its threads finish their requests.
        create_limited_server(application, settings).run()
    follower.stop()
    with suppress(Unavailable):
        record_repetitions(context, is_ending=True)
    context.database.close()
    log.info("stopped")
    return 0


def _serve_encrypted(application: Flask, settings: Settings) -> None:
    """Serve under uvicorn, because waitress has no TLS."""
    # Imported here: without a certificate their 7 MB are not needed.
    import uvicorn

    from stressvision.http.connection_limits import KEEP_ALIVE_SECONDS, LOOP, LimitedProtocol

    with suppress(KeyboardInterrupt):
        uvicorn.Server(
            uvicorn.Config(
                wrap(application),
                http=LimitedProtocol,
                ws="none",  # ingest has no WebSocket, and an upgraded connection leaves the limits
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                host=settings.host,
                port=settings.ingest_port,
                loop=LOOP,
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
                ssl_certfile=settings.tls_certificate,
                ssl_keyfile=settings.tls_key,
            )
        ).run()
