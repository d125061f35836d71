"""What the dashboard says in the terminal."""

from stressvision.core.errors import Message

SERVING = Message("Tablero en {url} (Ctrl-C para terminar)", "Dashboard at {url} (Ctrl-C to end)")
USAGE = Message(
    "Tablero de Stress Vision. Se configura con STRESSVISION_DASHBOARD_PORT y STRESSVISION_API_URL.",
    "The Stress Vision dashboard. Set STRESSVISION_DASHBOARD_PORT and STRESSVISION_API_URL to configure it.",
)
