"""Texts of the dashboard program in the terminal."""

from stressvision.core.errors import Message

SERVING = Message(es="Tablero en {url} (Ctrl-C para terminar)", en="Dashboard at {url} (Ctrl-C to end)")
USAGE = Message(
    es="Tablero de Stress Vision. Se configura con STRESSVISION_DASHBOARD_PORT y STRESSVISION_API_URL.",
    en="The Stress Vision dashboard. Set STRESSVISION_DASHBOARD_PORT and STRESSVISION_API_URL to configure it.",
)
