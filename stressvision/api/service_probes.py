"""Health of the programs with an address, as the backend finds it."""

from collections.abc import Sequence

import requests

from stressvision.core.config import Settings
from stressvision.core.errors import Language, Message
from stressvision.wire.system import ServiceState

SECONDS = 1.5
_ANSWERS = Message(es="responde", en="answers")
_SILENT = Message(es="no responde en su dirección", en="does not answer at its address")
_FAILS = Message(es="responde con un error ({status})", en="answers with an error ({status})")


def probe_services(settings: Settings, language: Language) -> Sequence[ServiceState]:
    """Return the state of this backend, of ingest and of the dashboard."""
    dashboard = settings.served_at(settings.dashboard_port)
    return (
        ServiceState(name="backend", state="running", detail=_ANSWERS.text(language)),
        _probe("ingest", f"{settings.ingest_base}/health", settings, language),
        _probe("dashboard", f"{dashboard}/_stcore/health", settings, language),
    )


def _probe(name: str, url: str, settings: Settings, language: Language) -> ServiceState:
    with requests.Session() as session:
        session.verify = settings.trusted_ca
        session.trust_env = False
        try:
            status = session.get(url, timeout=SECONDS, allow_redirects=False).status_code
        except requests.RequestException:
            return ServiceState(name=name, state="down", detail=_SILENT.text(language))
    if status != 200:
        return ServiceState(name=name, state="warning", detail=_FAILS.text(language).format(status=status))
    return ServiceState(name=name, state="running", detail=_ANSWERS.text(language))
