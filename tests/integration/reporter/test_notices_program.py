"""Programs of notifications: the reporter that delivers them, and the command that tests them."""

from argparse import Namespace
from pathlib import Path

import pytest
from pydantic import SecretStr

from stressvision.commands.notifications import notify
from stressvision.core.clock import utc_now
from stressvision.core.config import Settings
from stressvision.core.errors import ConfigurationError
from stressvision.notifications.__main__ import send_test
from stressvision.services.context import open_context
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import post_stress
from tests.integration.receivers import mail_server, web_receiver
from tests.integration.reporter.test_notices import notifying
from tests.programs.running import free_port, program, wait_until

CHECK = Namespace(test=False, check=True)


def test_reporter_delivers_messages_of_an_ended_process(tmp_path: Path, clock: FakeClock) -> None:
    clock.now = utc_now()
    url = f"sqlite:///{tmp_path}/gloria_stress_system.db"
    with web_receiver() as hook:
        gone = open_context(Settings(database_url=url), clock)
        post_stress(notifying(gone, hook.address), clock, enrol(gone), 10)
        gone.database.close()
        settings = {"STRESSVISION_DATABASE_URL": url, "STRESSVISION_NOTIFY_URLS": hook.address}
        with program("report_generator.py", folder=tmp_path, settings=settings) as reporter:
            wait_until(lambda: bool(hook.bodies), "the message of the alert")
            wait_until(lambda: "message delivered" in reporter.output, "the log of it")
            assert reporter.stop() == 0
            assert "gancho-secreto" not in reporter.output
    assert len(hook.bodies) == 1


def test_test_message_reports_the_result_of_each_address(capsys: pytest.CaptureFixture[str]) -> None:
    with mail_server() as mail:
        unreachable = f"json://usuario:clave-secreta@127.0.0.1:{free_port()}/gancho"
        addresses = (SecretStr(mail.address), SecretStr(unreachable))
        assert notify(Settings(notify_urls=addresses), Namespace(test=True, check=False)) == 1
    output = capsys.readouterr().out
    assert "mailto://127.0.0.1" in output
    assert ": entregado" in output
    assert "rechaza la conexión" in output
    assert "clave-secreta" not in output
    assert "Los avisos llegan a este destino." in mail.bodies[0]


@pytest.mark.parametrize(("mode", "reason"), [("starttls", "no ofrece STARTTLS"), ("ssl", "no habla TLS")])
def test_mail_server_without_the_chosen_encryption_is_named_so(mode: str, reason: str) -> None:
    with mail_server() as mail:
        address = mail.address.replace("mailto:", "mailtos:").replace("mode=insecure", f"mode={mode}")
        assert reason in (send_test(Settings(), address).reason or "")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("wish", ["", "?redirect=yes"])
def test_redirected_message_is_not_delivered(status: int, wish: str, capsys: pytest.CaptureFixture[str]) -> None:
    with web_receiver(status=status) as hook:
        settings = Settings(notify_urls=(SecretStr(hook.address + wish),))
        assert notify(settings, Namespace(test=True, check=False)) == 1
    assert f"remite a otra dirección ({status})" in capsys.readouterr().out
    assert hook.followed == []


def test_missing_address_names_the_setting() -> None:
    with pytest.raises(ConfigurationError, match="STRESSVISION_NOTIFY_URLS"):
        notify(Settings(), Namespace(test=True, check=False))


def test_addresses_are_shown_by_scheme_only(capsys: pytest.CaptureFixture[str]) -> None:
    addresses = "mailtos://medico:clave-secreta@smtp.example.com?to=a@b.pe jsons://hooks.example.com/gancho-secreto"
    assert notify(Settings.model_validate({"notify_urls": addresses}), CHECK) == 0
    assert capsys.readouterr().out == "2 en STRESSVISION_NOTIFY_URLS: mailtos, jsons\n"


@pytest.mark.parametrize("address", ["nada://clave-secreta", "mailto://", "clave-secreta:x@host", "tgram://clave"])
def test_invalid_address_is_shown_by_its_position(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    settings = Settings(notify_urls=(SecretStr("json://127.0.0.1"), SecretStr(address)))
    with pytest.raises(ConfigurationError) as refused:
        notify(settings, CHECK)
    message = refused.value.message
    assert message.es.startswith("2 en STRESSVISION_NOTIFY_URLS: json, ?. No se entiende la n.º 2:")
    assert "No. 2 is not understood" in message.en
    assert "clave" not in "".join((message.es, message.en, *capfd.readouterr()))
