"""The programs around notifications: the reporter that delivers them, and the command that tries them."""

from argparse import Namespace
from pathlib import Path

import pytest
from pydantic import SecretStr

from stressvision.clock import utc_now
from stressvision.commands.notices import notify
from stressvision.config import Settings
from stressvision.errors import ConfigurationError
from stressvision.services.context import open_context
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.receivers import mail_server, web_receiver
from tests.integration.test_detections_stored import post_stress
from tests.integration.test_notices import notifying
from tests.programs.running import free_port, program, wait_until


def test_the_reporter_delivers_what_a_process_queued_that_is_gone(tmp_path: Path, clock: FakeClock) -> None:
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


def test_a_test_message_says_of_each_address_whether_it_arrives(capsys: pytest.CaptureFixture[str]) -> None:
    with mail_server() as mail:
        nobody = f"json://usuario:clave-secreta@127.0.0.1:{free_port()}/gancho"
        addresses = (SecretStr(mail.address), SecretStr(nobody))
        assert notify(Settings(notify_urls=addresses), Namespace(test=True)) == 1
    said = capsys.readouterr().out
    assert "mailto://127.0.0.1" in said
    assert ": entregado" in said
    assert "rechaza la conexión" in said
    assert "clave-secreta" not in said
    assert "Los avisos llegan a este destino." in mail.bodies[0]


def test_without_an_address_the_setting_is_named() -> None:
    with pytest.raises(ConfigurationError, match="STRESSVISION_NOTIFY_URLS"):
        notify(Settings(), Namespace(test=True))
