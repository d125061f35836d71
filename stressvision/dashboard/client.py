"""The client of the REST API: one typed method per request."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Literal, TypeVar

import requests
from pydantic import BaseModel, ValidationError

from stressvision.core.dashboard_key import HEADER as DASHBOARD_HEADER
from stressvision.core.errors import (
    Conflict,
    ConsentMissing,
    InvalidInput,
    NotFound,
    ServerUnreachable,
    StressVisionError,
    Unauthenticated,
    Unavailable,
)
from stressvision.core.texts import Language, Message
from stressvision.wire.access import Account, AuditList, CurrentSession, LoggedIn, LoginRequest, PasswordChange
from stressvision.wire.alerts import (
    AlertChanged,
    AlertDecision,
    AlertDetail,
    AlertLinkState,
    AlertList,
    AlertNote,
    Silence,
    SilenceList,
    SilenceRequest,
)
from stressvision.wire.backend import DeviceList, EmployeeList, EmployeeState, Overview, ServiceCard, Stats
from stressvision.wire.notifications import NoticeQueue
from stressvision.wire.problems import Problem
from stressvision.wire.reports import Report, ReportList
from stressvision.wire.values import WireModel

AlertFilter = Literal["pending", "acknowledged", "resolved", "all"]
AlertSubject = Literal["people", "devices"]

CONNECT_SECONDS = 1.0
HASHING_SECONDS = 15.0
"""For an answer that needs a password: the server lets it wait 10 s for its turn (services/auth/hashing.py)."""

_ERRORS: dict[int, type[StressVisionError]] = {
    401: Unauthenticated,
    403: ConsentMissing,
    404: NotFound,
    409: Conflict,
    422: InvalidInput,
}

Answer = TypeVar("Answer", bound=WireModel)


MOST_KEPT = 64


@dataclass(frozen=True)
class KeptAnswer:
    """An answer that the API confirms by its ETag instead of sending it again."""

    etag: str
    content: bytes


@dataclass(frozen=True)
class BackendClient:
    """The REST API at `base`, with answers in `language`.

    Every method raises ServerUnreachable where no answer arrives within `answer_seconds`, Unavailable where the answer
    cannot be used, and the error that the API reports, with its text: NotFound, Conflict, InvalidInput, ConsentMissing
    or Unauthenticated.
    """

    base: str
    language: Language
    answer_seconds: float = 5.0
    trusted_ca: str | bool = True
    token: str = field(default="", repr=False)
    dashboard_key: str = field(default="", repr=False)
    kept: MutableMapping[tuple[str, ...], KeptAnswer] = field(default_factory=dict, repr=False, compare=False)
    """Answers of this browser session by address, language and token."""

    def service_card(self) -> ServiceCard:
        """Return the name and version of the service, and whether it requires a login."""
        return self._get(ServiceCard, "/")

    def log_in(self, name: str, password: str, address: str) -> LoggedIn:
        """Return a new session. `address`: the browser's, for the limit on failed attempts.

        Raise Unauthenticated, Unavailable.
        """
        request = LoginRequest(name=name, password=password)
        return self.patiently(HASHING_SECONDS)._post(LoggedIn, "/api/login", request, address)

    def session(self) -> CurrentSession:
        """Return the account of the token. Raise Unauthenticated."""
        return self._get(CurrentSession, "/api/session")

    def log_out(self) -> None:
        """Revoke the token of this session."""
        self._send(requests.Request("POST", f"{self.base}/api/logout"))

    def change_password(self, current: str, new: str, address: str) -> Account:
        """Change the password of the logged-in account. `address`: as in log_in. Raise InvalidInput, Unavailable."""
        change = PasswordChange(current_password=current, new_password=new)
        return self.patiently(HASHING_SECONDS)._post(Account, "/api/password", change, address)

    def overview(self) -> Overview:
        """Return the figures of the last hour."""
        return self._get(Overview, "/api/dashboard/overview")

    def stats(self, hours: int) -> Stats:
        """Return the counts of the last `hours`."""
        return self._get(Stats, "/api/dashboard/stats", hours=hours)

    def devices(self) -> DeviceList:
        """Return every known device with its state."""
        return self._get(DeviceList, "/api/devices")

    def employee_state(self, employee_id: int, minutes: int) -> EmployeeState:
        """Return one person's detections of the last `minutes`. The API audits each request."""
        return self._get(EmployeeState, f"/api/employees/{employee_id}/status", minutes=minutes)

    def audit_entries(self, employee_id: int, limit: int) -> AuditList:
        """Return the latest audit entries about one person's data. The API audits each request."""
        return self._get(AuditList, "/api/audit", entity_type="employee", entity_id=employee_id, limit=limit)

    def alerts(self, status: AlertFilter, limit: int, about: AlertSubject = "people") -> AlertList:
        """Return the newest alerts with that status."""
        return self._get(AlertList, "/api/alerts", status=status, limit=limit, about=about)

    def alert(self, alert_id: int) -> AlertDetail:
        """Return one alert with its history. The API audits each request."""
        return self._get(AlertDetail, f"/api/alerts/{alert_id}")

    def alert_link(self, address: str) -> AlertLinkState:
        """Return the state of the link whose key is the token. `address`: as in log_in. Raise ConsentMissing."""
        return self._request(AlertLinkState, self._stating("GET", "/api/alert-link", address))

    def use_alert_link(self, address: str) -> AlertLinkState:
        """Acknowledge the alert of the link whose key is the token. Raise ConsentMissing, Conflict."""
        return self._request(AlertLinkState, self._stating("POST", "/api/alert-link", address))

    def add_note(self, alert_id: int, user_id: str, notes: str) -> AlertDetail:
        """Add a note to an alert and return its detail."""
        return self._post(AlertDetail, f"/api/alerts/{alert_id}/notes", AlertNote(user_id=user_id, notes=notes))

    def silences(self) -> SilenceList:
        """Return the silences in force."""
        return self._get(SilenceList, "/api/silences")

    def begin_silence(self, wanted: SilenceRequest) -> Silence:
        """Create a silence."""
        return self._post(Silence, "/api/silences", wanted)

    def end_silence(self, silence_id: int, user_id: str) -> Silence:
        """End a silence."""
        address = f"{self.base}/api/silences/{silence_id}"
        return self._request(Silence, requests.Request("DELETE", address, params={"user_id": user_id}))

    def notifications(self) -> NoticeQueue:
        """Return the state of the notification queue."""
        return self._get(NoticeQueue, "/api/notifications")

    def acknowledge(self, alert_id: int, user_id: str, version: int | None = None) -> AlertChanged:
        """Acknowledge an alert. Raise Conflict where it is resolved, or was decided on after `version`."""
        decision = AlertDecision(user_id=user_id, version=version)
        return self._post(AlertChanged, f"/api/alerts/{alert_id}/acknowledge", decision)

    def resolve(self, alert_id: int, user_id: str, notes: str | None, version: int | None = None) -> AlertChanged:
        """Resolve an alert. Raise Conflict where it was decided on after `version`."""
        decision = AlertDecision(user_id=user_id, notes=notes, version=version)
        return self._post(AlertChanged, f"/api/alerts/{alert_id}/resolve", decision)

    def employee_page(self, limit: int, page: int, wanted: Mapping[str, str | Sequence[int]]) -> EmployeeList:
        """Return a page of employees. `page`: its number from 0; `wanted`: query parameters that filter."""
        return self._get(EmployeeList, "/api/employees", limit=limit, page=page, **wanted)

    def reports(self, limit: int, cursor: str | None = None, wanted: Mapping[str, str] | None = None) -> ReportList:
        """Return the newest reports without persons and cameras, or those after the cursor of an earlier page.

        `wanted`: query parameters that filter.
        """
        query = {**(wanted or {}), **({"cursor": cursor} if cursor else {})}
        return self._get(ReportList, "/api/reports", limit=limit, brief="true", **query)

    def report(self, report_id: int) -> Report:
        """Return one report as the role may see it. The API audits each request for the persons in it."""
        return self._get(Report, f"/api/reports/{report_id}")

    def report_document(self, place: str, form: Literal["html", "pdf"], *, persons: bool) -> bytes:
        """Return a report (`place`: its id), a day (`daily/2026-11-22`) or a week (`weekly/…`) as a file."""
        query = {"format": form, "persons": str(persons).lower()}
        return self._send(requests.Request("GET", f"{self.base}/api/reports/{place}", params=query)).content

    def call(
        self,
        model: type[Answer],
        method: str,
        path: str,
        body: BaseModel | None = None,
        **query: str | int | Sequence[int],
    ) -> Answer:
        """Return the answer to one request, for the pages whose requests are in modules of their own.

        `path` of accounts: the key of this dashboard is stated, with which the first account may be created.
        """
        headers = {DASHBOARD_HEADER: self.dashboard_key} if path == "/api/accounts" else {}
        data = body.model_dump(mode="json", exclude_unset=True) if body is not None else None
        return self._request(
            model, requests.Request(method, self.base + path, json=data, params=query, headers=headers)
        )

    def upload(
        self, model: type[Answer], path: str, files: Sequence[tuple[str, bytes]], fields: Mapping[str, str]
    ) -> Answer:
        """Return the answer to a form with pictures. `files`: name and content of each still."""
        parts = [("stills", (name, content)) for name, content in files]
        return self._request(model, requests.Request("POST", self.base + path, data=dict(fields), files=parts))

    def patiently(self, seconds: float) -> "BackendClient":
        """Return this client with another time limit. `seconds`: wait for an answer at most."""
        return replace(self, answer_seconds=seconds)

    def fetch(self, path: str, **query: str | int) -> bytes:
        """Return the bytes of a file or picture."""
        return self._send(requests.Request("GET", self.base + path, params=query)).content

    def _get(self, model: type[Answer], path: str, **query: str | int | Sequence[int]) -> Answer:
        request = requests.Request("GET", self.base + path, params=query)
        key = (request.prepare().url or "", self.language, self.token)
        kept = self.kept.get(key)
        if kept is not None:
            request.headers["If-None-Match"] = kept.etag
        response = self._send(request)
        if kept is not None and response.status_code == requests.codes.not_modified:
            return self._read(model, kept.content, response.headers.get("Date"))
        if "ETag" in response.headers:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            self.kept[key] = KeptAnswer(response.headers["ETag"], response.content)
        return self._read(model, response.content)

    def _post(self, model: type[Answer], path: str, body: BaseModel, address: str = "") -> Answer:
        request = self._stating("POST", path, address)
        request.json = body.model_dump(mode="json")
        return self._request(model, request)

    def _stating(self, method: str, path: str, address: str) -> requests.Request:
        """Return a request that states the browser's address."""
        headers = {"X-Forwarded-For": address, DASHBOARD_HEADER: self.dashboard_key} if address else {}
        return requests.Request(method, self.base + path, headers=headers)

    def _request(self, model: type[Answer], request: requests.Request) -> Answer:
        return self._read(model, self._send(request).content)

    def _read(self, model: type[Answer], content: bytes, confirmed: str | None = None) -> Answer:
        """Return the answer. `confirmed`: the Date of the response that confirmed it, which is the overview's time."""
        try:
            answer = model.model_validate_json(content)
        except ValidationError:
            raise not_understood(self.base) from None
        if confirmed is not None and isinstance(answer, Overview):
            return answer.model_copy(update={"timestamp": parsedate_to_datetime(confirmed)})
        return answer

    def _send(self, request: requests.Request) -> requests.Response:
        request.headers["Accept-Language"] = self.language
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        with requests.Session() as session:
            session.verify = self.trusted_ca
            session.trust_env = False  # loopback requests must not pass a proxy of the environment
            try:
                response = session.send(
                    session.prepare_request(request), timeout=(CONNECT_SECONDS, self.answer_seconds)
                )
            except requests.RequestException:
                raise unreachable(self.base) from None
        if not response.ok:
            raise _refusal(response)
        return response


def unreachable(base: str) -> ServerUnreachable:
    """Return the error for an address that does not answer."""
    return ServerUnreachable(
        Message(
            es=f"No hay respuesta en {base}. Avise a quien administra el sistema si no vuelve en unos minutos.",
            en=f"There is no answer at {base}. Inform the administrator of the system if it does not return within "
            "minutes.",
        )
    )


def _refusal(response: requests.Response) -> StressVisionError:
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        return not_understood(response.url.split("/api/")[0])
    kind = _ERRORS.get(response.status_code, Unavailable)
    faults = {fault.field: Message(es=fault.message, en=fault.message) for fault in problem.errors}
    return kind(Message(es=problem.detail, en=problem.detail), faults=faults)


def not_understood(base: str) -> Unavailable:
    """Return the error for an answer that is not the expected model."""
    return Unavailable(
        Message(
            es=f"La respuesta de {base} no es la que este tablero espera. "
            "Quien administra el sistema debe comprobar qué programa usa ese puerto, y su versión.",
            en=f"The answer of {base} is not what this dashboard expects. "
            "The administrator of the system should check which program uses that port, and its version.",
        )
    )
