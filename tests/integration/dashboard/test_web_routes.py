"""The own routes of the dashboard's server: documents, script, pulse and login cookie."""

import asyncio
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from streamlit.file_util import get_static_dir

from stressvision.core.clock import parse_moment, utc_now
from stressvision.core.errors import ConfigurationError, Conflict, ConsentMissing, Language, Message
from stressvision.dashboard.navigation import PAGES
from stressvision.dashboard.server import list_page_paths
from stressvision.dashboard.web.alert_links import AlertLinkPage
from stressvision.dashboard.web.bodies import read_body
from stressvision.dashboard.web.documents import create_not_found, read_page
from stressvision.dashboard.web.kiosk import KioskPage
from stressvision.dashboard.web.pulse import BackendPulse
from stressvision.dashboard.web.routes import Console, ConsoleRoutes
from stressvision.dashboard.web.sessions import SessionCookie, SessionTickets
from stressvision.wire.alerts import AlertLinkState
from stressvision.wire.own import KioskReport

HTML = {"Accept": "text/html"}
OWNED = ("/_stcore/health", "/alertas/_stcore/health", "/static/js/index.js", "/favicon.png", "/component/x")


def client(language: Language = "es") -> tuple[TestClient, SessionTickets]:
    tickets = SessionTickets()
    console = Console(
        page=read_page(Path(get_static_dir()), language, "America/Lima"),
        not_found=create_not_found(language),
        paths=list_page_paths,
        pulse=BackendPulse(lambda: None),
        cookie=SessionCookie(8501, is_encrypted=False),
        tickets=tickets,
        alert_link=AlertLinkPage(language, ZoneInfo("America/Lima"), read_link, use_link, lambda _: "10.1.2.3"),
        kiosk=KioskPage(language, check_kiosk, report_at_kiosk),
    )
    return TestClient(ConsoleRoutes(answer_as_streamlit, console), follow_redirects=False), tickets


def link_state(state: str) -> AlertLinkState:
    at = parse_moment("2026-11-22T15:30:00Z")
    facts = {"alert_id": 12, "timestamp": at, "severity": "high", "destination": "Turno <1>", "expires_at": at}
    return AlertLinkState.model_validate({**facts, "state": state})


def read_link(key: str, address: str) -> AlertLinkState:
    """A backend that knows two keys, and states why it refuses others."""
    assert address == "10.1.2.3"
    if key not in {"good", "used"}:
        raise ConsentMissing(Message(es="El enlace no es válido o venció.", en="The link is invalid or expired."))
    return link_state("used" if key == "used" else "pending")


def use_link(key: str, address: str) -> AlertLinkState:
    if read_link(key, address).state == "used":
        raise Conflict(Message(es="Este enlace ya se usó.", en="This link was used already."))
    return link_state("acknowledged")


def check_kiosk(key: str) -> None:
    if key != "svk_good":
        raise ConsentMissing(Message(es="Este quiosco no está activo.", en="This kiosk is not active."))


def report_at_kiosk(key: str, report: KioskReport) -> None:
    check_kiosk(key)
    if report.code != "204816":
        raise Conflict(Message(es="Ese código no existe.", en="There is no such code."))


async def answer_as_streamlit(scope: Scope, receive: Receive, send: Send) -> None:
    """Streamlit's own page for an address that it does not know, plain text in English for others."""
    owned = scope["path"] in OWNED or scope["method"] == "POST"
    answer: Response = PlainTextResponse("streamlit") if owned else HTMLResponse("<title>Streamlit</title>")
    if scope["path"].endswith("/missing"):
        answer = PlainTextResponse("Not Found", 404)
    await answer(scope, receive, send)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_has_our_document(language: Language) -> None:
    browser, _ = client(language)
    for path in ("/", *(f"/{entry.path}" for entry in PAGES[1:])):
        answer = browser.get(path, headers=HTML)
        assert answer.status_code == 200
        assert f'<html lang="{language}">' in answer.text
        assert "/sv/shell.js" in answer.text
        assert "<title>Streamlit</title>" not in answer.text


def test_start_page_has_one_address() -> None:
    browser, _ = client()
    answer = browser.get("/resumen?desde=correo", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (307, "/?desde=correo")


@pytest.mark.parametrize(
    "path", ["/no/existe", "/foo.php", "/alertas.html", "/static/no.js", "/_stcore/no", "/media/missing", "/sv/other"]
)
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_unknown_address_is_answered_in_the_language(path: str, accept: str) -> None:
    for language, sentence in (("es", "Esta dirección no existe"), ("en", "This address does not exist")):
        answer = client(language)[0].get(path, headers={"Accept": accept})  # type: ignore[arg-type]
        assert answer.status_code == 404
        assert sentence in answer.text
        assert f'<html lang="{language}">' in answer.text
        assert '<a href="/">' in answer.text


def test_other_requests_are_streamlits() -> None:
    browser, _ = client()
    for path in OWNED:
        assert browser.get(path, headers={"Accept": "*/*"}).text == "streamlit"
    assert browser.post("/alertas").text == "streamlit"


def test_script_and_pulse() -> None:
    browser, _ = client()
    assert "sv-texts" in browser.get("/sv/shell.js").text
    assert browser.get("/sv/pulse").json() == {"backend": "ok"}
    assert browser.get("/sv/other").status_code == 404


def test_ticket_becomes_a_cookie_and_logout_removes_it() -> None:
    browser, tickets = client()
    ticket = tickets.issue("the-token", utc_now() + timedelta(hours=1))
    assert browser.post("/sv/session", content="x" * 300).status_code == 413
    assert browser.post("/sv/session", content="unknown").status_code == 403
    assert not browser.cookies
    assert browser.post("/sv/session", content=ticket).status_code == 204
    assert browser.cookies["stressvision_session_8501"] == "the-token"
    assert browser.delete("/sv/session").status_code == 204
    assert not browser.cookies


def test_link_of_a_message_asks_before_it_acknowledges() -> None:
    browser, _ = client()
    shown = browser.get("/atender?clave=good")
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert "¿Atender la alerta n.º 12?" in shown.text
    assert "Severidad alta · 22/11/2026 10:30, hora de planta" in shown.text
    assert "«Turno &lt;1&gt;»" in shown.text, "names are escaped"
    assert '<form method="post" action="/atender"><input type="hidden" name="clave" value="good">' in shown.text
    done = browser.post("/atender", data={"clave": "good"})
    assert (done.status_code, "La alerta n.º 12 está atendida" in done.text) == (200, True)
    assert "<form" not in done.text
    assert 'href="/alertas?alerta=12"' in done.text


def test_link_of_a_message_that_does_not_work_says_why() -> None:
    browser, _ = client()
    for address in ("/atender", "/atender?clave=other"):
        refused = browser.get(address)
        assert refused.status_code == 403
        assert "El enlace no es válido o venció." in refused.text
        assert "<form" not in refused.text
    assert "Este enlace ya se usó" in browser.get("/atender?clave=used").text
    again = browser.post("/atender", data={"clave": "used"})
    assert (again.status_code, "Este enlace ya se usó." in again.text) == (409, True)
    assert browser.post("/atender", content="clave=" + "x" * 300).status_code == 413
    assert "Acknowledge alert no. 12?" in client("en")[0].get("/atender?clave=good").text


def test_kiosk_stores_an_answer_and_returns_to_its_form() -> None:
    browser, _ = client()
    shown = browser.get("/quiosco?clave=svk_good")
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert (shown.text.count('type="radio"'), "20000" in shown.text) == (14, True), "an idle form is reset"
    answer = {"clave": "svk_good", "code": "204816", "sleepiness": "7"}
    done = browser.post("/quiosco", data=answer)
    assert "Gracias: quedó guardado" in done.text
    assert 'content="6;url=/quiosco?clave=svk_good"' in done.text
    assert "204816" not in done.text
    wrong = browser.post("/quiosco", data={**answer, "code": "111111"})
    assert (wrong.status_code, "Ese código no existe." in wrong.text) == (409, True)
    for typed in ({"code": "12"}, {"code": "204816", "sleepiness": "12"}):
        assert browser.post("/quiosco", data={"clave": "svk_good", **typed}).status_code == 422
    odd = browser.post("/quiosco", data={"clave": "a&x=\"'><b>;url=//evil", "code": "12"})
    assert 'url=/quiosco?clave=a%26x%3D%22%27%3E%3Cb%3E%3Burl%3D%2F%2Fevil"' in odd.text
    closed = browser.get("/quiosco")
    assert (closed.status_code, "Este quiosco no está disponible" in closed.text) == (403, True)
    assert browser.post("/quiosco", content="x" * 500).status_code == 413


def test_another_page_of_streamlit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<html></html>", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        read_page(tmp_path, "es", "America/Lima")


def application() -> TestClient:
    """The routes as middleware of an application, as in Streamlit's, whose own handlers are inside of it."""
    console = client()[0].app._console  # type: ignore[attr-defined]
    app = Starlette(routes=[Mount("/", answer_as_streamlit)], middleware=[Middleware(ConsoleRoutes, console=console)])
    return TestClient(app, follow_redirects=False)


ADDRESSES = {
    "/sv/shell.js": {"GET"},
    "/sv/pulse": {"GET"},
    "/sv/session": {"POST", "DELETE"},
    "/atender": {"GET", "POST"},
    "/quiosco": {"GET", "POST"},
}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
@pytest.mark.parametrize(("path", "known"), ADDRESSES.items())
def test_wrong_method_is_a_405_that_names_the_right_ones(path: str, known: set[str], method: str) -> None:
    answer = application().request(method, path)
    if method in known | ({"HEAD"} if "GET" in known else set()):
        assert answer.status_code < 500
        assert answer.status_code != 405
    else:
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == known


@pytest.mark.parametrize(
    "path",
    ["/sv/", "/sv/session/", "/sv/%00", "/sv//session", "/sv/%2e%2e/x", f"/sv/{'a' * 9000}", "/sv/ñ"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_odd_address_of_our_own_is_not_found(path: str, method: str) -> None:
    assert application().request(method, path).status_code == 404


@pytest.mark.parametrize("path", ["/sv/session", "/atender", "/quiosco"])
def test_body_has_a_limit_of_size_and_time(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert application().post(path, content=b"a" * 10_000).status_code == 413
    asked = {"type": "http", "method": "POST", "path": path, "headers": []}

    async def wait() -> None:
        async def never() -> dict[str, object]:
            await asyncio.sleep(60)
            return {}

        with pytest.raises(HTTPException) as refused:
            await read_body(Request(asked, never), 200, 0.01)
        assert refused.value.status_code == 408

        async def left() -> dict[str, object]:
            return {"type": "http.disconnect"}

        with pytest.raises(HTTPException) as gone:
            await read_body(Request(asked, left), 200)
        assert gone.value.status_code == 400

    asyncio.run(wait())
