"""`python server_simulator.py`: the ingest server under waitress."""

import signal

import structlog
import waitress

from stressvision.arguments import Arguments
from stressvision.config import load_settings
from stressvision.door import run_program
from stressvision.ingest.application import create_application
from stressvision.logs import configure_logs
from stressvision.ports import require_free_port
from stressvision.services.context import open_context

THREADS = 16
"""Also how many detections can share one commit."""

log = structlog.get_logger()


def main() -> int:
    """Serves until SIGINT or SIGTERM; requests under way are answered first."""
    return run_program(_serve)


def _serve() -> int:
    parser = Arguments(
        prog="server_simulator.py", description="Servidor de ingesta de Stress Vision: recibe las detecciones."
    )
    parser.add_argument("--port", dest="ingest_port", type=int, help="puerto (por omisión 5000)")
    settings = load_settings(**vars(parser.parse_args()))
    configure_logs(settings, "ingest")
    require_free_port(settings.host, settings.ingest_port, "STRESSVISION_INGEST_PORT")
    context = open_context(settings)
    server = waitress.create_server(
        create_application(context), host=settings.host, port=settings.ingest_port, threads=THREADS, ident=None
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    log.info("listening", address=f"http://{settings.host}:{settings.ingest_port}")
    # waitress ends its loop on KeyboardInterrupt and lets its threads finish what they hold.
    server.run()
    context.database.close()
    log.info("stopped")
    return 0
