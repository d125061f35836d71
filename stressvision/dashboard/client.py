"""The backend as the dashboard sees it: one typed call for each question."""

from dataclasses import dataclass, field
from typing import Literal, TypeVar

import requests
from pydantic import BaseModel, ValidationError

from stressvision.core.errors import (
    Conflict,
    ConsentMissing,
    InvalidInput,
    Language,
    Message,
    NotFound,
    ServerUnreachable,
    StressVisionError,
    Unauthenticated,
    Unavailable,
)
from stressvision.wire.access import Account, AuditList, LoggedIn, LoginRequest, PasswordChange
from stressvision.wire.alerts import (
    AlertChanged,
    AlertDecision,
    AlertDetail,
    AlertList,
    AlertNote,
    Silence,
    SilenceList,
    SilenceRequest,
)
from stressvision.wire.backend import DeviceList, EmployeeList, EmployeeState, Overview, ServiceCard, Stats
from stressvision.wire.notifications import NoticeQueue
from stressvision.wire.problems import Problem
from stressvision.wire.reports import ReportList
from stressvision.wire.values import WireModel

AlertFilter = Literal["pending", "acknowledged", "resolved", "all"]
AlertSubject = Literal["people", "devices"]

CONNECT_SECONDS = 1.0

_ERRORS: dict[int, type[StressVisionError]] = {
    401: Unauthenticated,
    403: ConsentMissing,
    404: NotFound,
    409: Conflict,
    422: InvalidInput,
}

Answer = TypeVar("Answer", bound=WireModel)


@dataclass(frozen=True)
class BackendClient:
    """The REST API at `base`, answering in `language`.

    Every method raises ServerUnreachable where nobody answers within `answer_seconds`, Unavailable where the answer is
    of no use, and the error the backend named (NotFound, Conflict, InvalidInput, ConsentMissing) with its own words.
    """

    base: str
    language: Language
    answer_seconds: float = 5.0
    trusted_ca: str | bool = True
    token: str = field(default="", repr=False)

    def card(self) -> ServiceCard:
        return self._get(ServiceCard, "/")

    def log_in(self, name: str, password: str, address: str) -> LoggedIn:
        """`address`: the browser's, for the backend's count of failures. Raises Unauthenticated, Unavailable."""
        return self._post(LoggedIn, "/api/login", LoginRequest(name=name, password=password), address)

    def log_out(self) -> None:
        self._send(requests.Request("POST", f"{self.base}/api/logout"))

    def change_password(self, current: str, new: str, address: str) -> Account:
        """Of whoever is logged in. `address`: as in log_in. Raises InvalidInput, Unavailable."""
        change = PasswordChange(current_password=current, new_password=new)
        return self._post(Account, "/api/password", change, address)

    def overview(self) -> Overview:
        return self._get(Overview, "/api/dashboard/overview")

    def stats(self, hours: int) -> Stats:
        return self._get(Stats, "/api/dashboard/stats", hours=hours)

    def devices(self) -> DeviceList:
        return self._get(DeviceList, "/api/devices")

    def employees(self) -> EmployeeList:
        return self._get(EmployeeList, "/api/employees")

    def employee_state(self, employee_id: int, minutes: int) -> EmployeeState:
        """What was seen of one person. The backend records each of these look-ups."""
        return self._get(EmployeeState, f"/api/employees/{employee_id}/status", minutes=minutes)

    def audit_entries(self, employee_id: int, limit: int) -> AuditList:
        """Who looked at or changed one person's data. The backend records each of these look-ups."""
        return self._get(AuditList, "/api/audit", entity_type="employee", entity_id=employee_id, limit=limit)

    def alerts(self, status: AlertFilter, limit: int, about: AlertSubject = "people") -> AlertList:
        return self._get(AlertList, "/api/alerts", status=status, limit=limit, about=about)

    def alert(self, alert_id: int) -> AlertDetail:
        """One alert with its history. The backend records each of these look-ups."""
        return self._get(AlertDetail, f"/api/alerts/{alert_id}")

    def note(self, alert_id: int, user_id: str, notes: str) -> AlertDetail:
        return self._post(AlertDetail, f"/api/alerts/{alert_id}/notes", AlertNote(user_id=user_id, notes=notes))

    def silences(self) -> SilenceList:
        """Those in force."""
        return self._get(SilenceList, "/api/silences")

    def begin_silence(self, wanted: SilenceRequest) -> Silence:
        return self._post(Silence, "/api/silences", wanted)

    def end_silence(self, silence_id: int, user_id: str) -> Silence:
        address = f"{self.base}/api/silences/{silence_id}"
        return self._ask(Silence, requests.Request("DELETE", address, params={"user_id": user_id}))

    def notifications(self) -> NoticeQueue:
        return self._get(NoticeQueue, "/api/notifications")

    def acknowledge(self, alert_id: int, user_id: str) -> AlertChanged:
        return self._post(AlertChanged, f"/api/alerts/{alert_id}/acknowledge", AlertDecision(user_id=user_id))

    def resolve(self, alert_id: int, user_id: str, notes: str | None) -> AlertChanged:
        decision = AlertDecision(user_id=user_id, notes=notes)
        return self._post(AlertChanged, f"/api/alerts/{alert_id}/resolve", decision)

    def reports(self, limit: int) -> ReportList:
        return self._get(ReportList, "/api/reports", limit=limit)

    def paper(self, place: str, form: Literal["html", "pdf"], *, persons: bool) -> bytes:
        """A report (`place`: its id), a day (`daily/2026-11-22`) or a week (`weekly/…`) as a file."""
        query = {"format": form, "persons": str(persons).lower()}
        return self._send(requests.Request("GET", f"{self.base}/api/reports/{place}", params=query)).content

    def _get(self, kind: type[Answer], path: str, **query: str | int) -> Answer:
        return self._ask(kind, requests.Request("GET", self.base + path, params=query))

    def _post(self, kind: type[Answer], path: str, body: BaseModel, address: str = "") -> Answer:
        headers = {"X-Forwarded-For": address} if address else {}
        data = body.model_dump(mode="json")
        return self._ask(kind, requests.Request("POST", self.base + path, json=data, headers=headers))

    def _ask(self, kind: type[Answer], request: requests.Request) -> Answer:
        response = self._send(request)
        try:
            return kind.model_validate_json(response.content)
        except ValidationError:
            raise not_understood(self.base) from None

    def _send(self, request: requests.Request) -> requests.Response:
        request.headers["Accept-Language"] = self.language
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        with requests.Session() as session:
            session.verify = self.trusted_ca
            session.trust_env = False  # a proxy of the environment must not see what goes over loopback
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
    return ServerUnreachable(
        Message(
            es=f"No hay respuesta en {base}. Compruebe que el backend está en marcha: opción 4 de "
            "«python start_complete_system.py», o «python backend_api.py».",
            en=f"There is no answer at {base}. Check that the backend is running: option 4 of "
            "“python start_complete_system.py”, or “python backend_api.py”.",
        )
    )


def _refusal(response: requests.Response) -> StressVisionError:
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        return not_understood(response.url.split("/api/")[0])
    kind = _ERRORS.get(response.status_code, Unavailable)
    return kind(Message(es=problem.detail, en=problem.detail))


def not_understood(base: str) -> Unavailable:
    return Unavailable(
        Message(
            es=f"Lo que responde {base} no es lo que este tablero espera. "
            "Compruebe que en ese puerto está el backend y que ambos son de la misma versión.",
            en=f"What {base} answers is not what this dashboard expects. "
            "Check that the backend is on that port and that both are of the same version.",
        )
    )
