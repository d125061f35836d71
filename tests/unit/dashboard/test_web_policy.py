"""The policy before Streamlit: host names, pages of other sites, headers, and no question to a server outside."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect
from streamlit import net_util
from streamlit.web.server.starlette import starlette_app

from stressvision.core.config import Settings
from stressvision.dashboard.web.documents import create_refusal
from stressvision.dashboard.web.policy import WebPolicy, install_web_policy

OWN = "panel.example"
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def is_own(host: str | None) -> bool:
    return host == OWN


def browser(*, is_encrypted: bool = False) -> TestClient:
    app = WebPolicy(PlainTextResponse("page"), is_encrypted, is_own)
    return TestClient(app, base_url=f"http://{OWN}")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "rebound.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({**LINK, "Sec-Fetch-Dest": "iframe"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403),
        ({"Origin": f"https://{OWN}"}, 200),
        ({"Origin": "https://other.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
def test_only_own_names_and_pages_are_served(headers: dict[str, str], status: int) -> None:
    for method in ("GET", "POST"):
        assert browser().request(method, "/sv/session", headers=headers).status_code == status


def test_other_name_is_refused_in_the_language() -> None:
    app = WebPolicy(PlainTextResponse("page"), is_known=is_own, refusal=create_refusal("es"))
    answer = TestClient(app, base_url="http://192.168.1.20").get("/", headers={"Accept": "text/html"})
    assert answer.status_code == 403
    assert "El tablero no responde a este nombre" in answer.text
    assert "192.168.1.20" not in answer.text


def test_other_sites_may_link_to_pages_and_send_no_forms() -> None:
    assert browser().get("/alertas", headers=LINK).status_code == 200
    assert browser().post("/sv/session", headers=LINK).status_code == 403


def test_every_answer_forbids_frames_and_other_hosts() -> None:
    for answer in (browser().get("/"), browser().get("/", headers={"Host": "rebound.example"})):
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in answer.headers
    assert browser(is_encrypted=True).get("/").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_streamlit_asks_no_server_for_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in (
        (net_util, "get_external_ip"),
        (net_util, "get_internal_ip"),
        (starlette_app, "create_streamlit_middleware"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))
    asked: list[str] = []
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, *_, **__: asked.append(url))
    install_web_policy(Settings())
    assert net_util.get_external_ip() is None
    assert net_util.get_internal_ip() is None
    assert asked == []


def test_connections_of_pages_are_limited_and_freed() -> None:
    async def hold(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()

    browser = TestClient(WebPolicy(hold, is_known=lambda _host: True, most_sockets=1))
    for _ in range(2):
        with browser.websocket_connect("/_stcore/stream"):
            with pytest.raises(WebSocketDisconnect) as refused, browser.websocket_connect("/_stcore/stream"):
                pass
            assert refused.value.code == 1013
