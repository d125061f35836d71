"""The own routes of the dashboard's server: documents, script, pulse and login cookie."""

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from streamlit.file_util import get_static_dir

from stressvision.core.clock import utc_now
from stressvision.core.errors import ConfigurationError, Language
from stressvision.dashboard.navigation import PAGES
from stressvision.dashboard.server import list_page_paths
from stressvision.dashboard.web.documents import create_not_found, read_page
from stressvision.dashboard.web.pulse import BackendPulse
from stressvision.dashboard.web.routes import Console, ConsoleRoutes
from stressvision.dashboard.web.sessions import SessionCookie, SessionTickets

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
    )
    return TestClient(ConsoleRoutes(answer_as_streamlit, console), follow_redirects=False), tickets


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


def test_another_page_of_streamlit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<html></html>", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        read_page(tmp_path, "es", "America/Lima")
