"""The page of a link in a message: a GET shows the alert's number, a POST of its button acknowledges the alert."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from stressvision.core.errors import Conflict, ConsentMissing, StressVisionError, Unauthenticated
from stressvision.core.texts import Language
from stressvision.dashboard import texts
from stressvision.dashboard.web.bodies import read_body
from stressvision.dashboard.web.documents import create_alert_page
from stressvision.wire.alerts import AlertLinkState

PATH = "/atender"
KEY = "clave"
LONGEST_BODY = 200
"""Bytes of the form."""
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}

Ask = Callable[[str, str], AlertLinkState]
"""Asks the backend about a link. Arguments: its key, and the browser's address. Raises the client's errors."""


@dataclass(frozen=True)
class AlertLinkPage:
    """The page. `read` changes nothing; `find_address` returns the browser's address of a request."""

    language: Language
    zone: ZoneInfo
    read: Ask
    acknowledge: Ask
    find_address: Callable[[Request], str]

    async def show(self, request: Request) -> Response:
        """Return the page of a link."""
        return await self._answer(self.read, request.query_params.get(KEY, ""), request)

    async def store(self, request: Request) -> Response:
        """Acknowledge the alert of the link in the form."""
        (key,) = parse_qs(await read_body(request, LONGEST_BODY)).get(KEY, [""])[:1]
        return await self._answer(self.acknowledge, key, request)

    async def _answer(self, ask: Ask, key: str, request: Request) -> Response:
        try:
            state = await asyncio.to_thread(partial(ask, key, self.find_address(request)))
        except StressVisionError as error:
            reason = error.message.text(self.language)
            title = texts.alert_links.REFUSED.text(self.language)
            return HTMLResponse(create_alert_page(self.language, title, [reason]), _status(error), _HEADERS)
        return HTMLResponse(self._render(state, key), headers=_HEADERS)

    def _render(self, state: AlertLinkState, key: str) -> str:
        known = texts.alerts.SEVERITIES.get(state.severity or "", texts.alerts.SEVERITY_UNKNOWN)
        facts = texts.alert_links.FACTS.text(self.language).format(
            severity=known.text(self.language), time=f"{state.timestamp.astimezone(self.zone):%d/%m/%Y %H:%M}"
        )
        title = texts.alert_links.TITLES[state.state].text(self.language).format(id=state.alert_id)
        remedy = texts.alert_links.REMEDIES[state.state].text(self.language).format(destination=state.destination)
        link = f"/alertas?alerta={state.alert_id}"
        key = key if state.state == "pending" else ""
        return create_alert_page(self.language, title, [facts, remedy], link=link, action=PATH, field=KEY, key=key)


def _status(error: StressVisionError) -> int:
    if isinstance(error, Unauthenticated | ConsentMissing):
        return 403
    return 409 if isinstance(error, Conflict) else 503
