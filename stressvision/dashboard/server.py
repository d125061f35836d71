"""The entry point: Python starts Streamlit's server, and Streamlit runs the same script for every page."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.middleware import Middleware
from starlette.requests import Request
from streamlit.file_util import get_static_dir
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web import cli

from stressvision.core.arguments import Arguments
from stressvision.core.certificates import load_certificate
from stressvision.core.config import PROJECT_ROOT, Settings, load_settings
from stressvision.core.dashboard_key import read_dashboard_key
from stressvision.core.files import require_utf8
from stressvision.core.ports import require_free_port
from stressvision.core.program import run_program
from stressvision.dashboard import texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.web.alert_links import AlertLinkPage
from stressvision.dashboard.web.documents import create_not_found, read_page
from stressvision.dashboard.web.kiosk import KioskPage
from stressvision.dashboard.web.policy import install_web_policy, list_options
from stressvision.dashboard.web.pulse import CHECK_SECONDS, BackendPulse
from stressvision.dashboard.web.routes import Console, ConsoleRoutes
from stressvision.dashboard.web.sessions import TICKETS, SessionCookie
from stressvision.http.request_policy import client_address
from stressvision.wire.alerts import AlertLinkState
from stressvision.wire.own import Kiosk, KioskAnswer, KioskReport

SCRIPT = PROJECT_ROOT / "main.py"


def main() -> None:
    """Render the page when run by Streamlit; start the server when run by Python."""
    if get_script_run_ctx(suppress_warning=True) is None:
        sys.exit(run_program(partial(serve, sys.argv[1:])))
    # Imported here: the pages' caches warn when they are created before Streamlit's runtime.
    from stressvision.dashboard.app import draw

    draw()


def serve(arguments: Sequence[str]) -> int:
    """Run Streamlit's server in this process, on the configured address and port, until a signal ends it."""
    settings = load_settings()
    Arguments(description=texts.common.USAGE.text(settings.lang)).parse_args(arguments)
    require_utf8(Path.cwd())
    require_free_port(settings.host, settings.dashboard_port, "STRESSVISION_DASHBOARD_PORT")
    load_certificate(settings)
    url = settings.served_at(settings.dashboard_port)
    print(texts.common.SERVING.text(settings.lang).format(url=url), flush=True)  # noqa: T201  for the terminal
    install_web_policy(settings, Middleware(ConsoleRoutes, console=create_console(settings)))
    cli.main(
        [
            "run",
            str(SCRIPT),
            f"--server.address={settings.host}",
            f"--server.port={settings.dashboard_port}",
            "--server.headless=true",
            "--logger.hideWelcomeMessage=true",
            *list_options(settings),
            *_beyond_this_machine(settings),
        ]
    )
    return 0


def create_console(settings: Settings) -> Console:
    """Return what the dashboard's own routes serve."""
    backend = BackendClient(
        settings.api_base, settings.lang, answer_seconds=CHECK_SECONDS, trusted_ca=settings.trusted_ca
    )
    return Console(
        page=read_page(Path(get_static_dir()), settings.lang, settings.time_zone),
        not_found=create_not_found(settings.lang),
        paths=list_page_paths,
        pulse=BackendPulse(backend.service_card),
        cookie=SessionCookie.of(settings),
        tickets=TICKETS,
        alert_link=create_alert_link_page(settings),
        kiosk=create_kiosk_page(settings),
    )


def create_kiosk_page(settings: Settings) -> KioskPage:
    """Return the page of kiosks."""
    backend = BackendClient(settings.api_base, settings.lang, trusted_ca=settings.trusted_ca)

    def check(key: str) -> Kiosk:
        return replace(backend, token=key).call(Kiosk, "GET", "/api/kiosk")

    def report(key: str, answer: KioskReport) -> KioskAnswer:
        return replace(backend, token=key).call(KioskAnswer, "POST", "/api/kiosk/reports", answer)

    return KioskPage(settings.lang, check, report)


def create_alert_link_page(settings: Settings) -> AlertLinkPage:
    """Return the page of links in messages."""
    backend = BackendClient(
        settings.api_base, settings.lang, trusted_ca=settings.trusted_ca, dashboard_key=read_dashboard_key(settings)
    )

    def read(key: str, address: str) -> AlertLinkState:
        return replace(backend, token=key).alert_link(address)

    def acknowledge(key: str, address: str) -> AlertLinkState:
        return replace(backend, token=key).use_alert_link(address)

    def find_address(request: Request) -> str:
        peer = request.client.host if request.client else None
        return client_address(peer, request.headers.get("x-forwarded-for"), settings) or ""

    return AlertLinkPage(settings.lang, ZoneInfo(settings.time_zone), read, acknowledge, find_address)


@cache
def list_page_paths() -> tuple[str, ...]:
    """Return the paths of the pages, the start page first."""
    # Imported here, at the first request: the pages' caches warn when they are created before Streamlit's runtime.
    from stressvision.dashboard.navigation import PAGES

    return tuple(entry.path for entry in PAGES)


def _beyond_this_machine(settings: Settings) -> list[str]:
    """Return Streamlit's options for TLS and for the host name from which it accepts WebSockets."""
    options = [f"--browser.serverAddress={settings.allowed_hosts[0]}"] if settings.allowed_hosts else []
    if settings.tls_certificate and settings.tls_key:
        options += [
            f"--server.sslCertFile={settings.tls_certificate.resolve()}",
            f"--server.sslKeyFile={settings.tls_key.resolve()}",
        ]
    return options
