"""Addresses of notifications that no server checked: rows written by another program, and options of a new apprise."""

import importlib
import json
import re
from pathlib import Path

import pytest
from apprise import Apprise
from apprise.manager_plugins import NotificationManager
from pydantic import SecretStr

from stressvision.core.errors import ServerUnreachable
from stressvision.domain.notifications import FILE_OPTIONS, STORABLE_SCHEMES, find_address_fault
from stressvision.notifications.__main__ import send_test
from stressvision.notifications.delivery import deliver_due
from stressvision.notifications.message import compose_test_message
from stressvision.notifications.sender import reads_files, send_message
from stressvision.services.context import Context
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import post_stress

READERS = (
    "workflows://hook.example.com/workflow/signature?{}template{}=/etc/hostname",
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general?{}template{}=/etc/hostname",
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?{}template{}=/etc/hostname",
    "tgram://123456789:abcdefg_hijklmnop/12315544?{}template{}=/etc/hostname",
    "mailtos://user:secret@example.com?{}pgpprv{}=/etc/hostname",
    "mailtos://user:secret@example.com?{}pgppub{}=/etc/hostname",
)
SPACES = [("", ""), ("", "%20"), ("%09", "%0B"), ("%C2%A0", "%E3%80%80"), ("%20%0C", "%E2%80%A8"), ("", "+")]


@pytest.mark.parametrize("address", READERS)
def test_no_way_to_write_an_option_gets_a_file_into_the_service(address: str) -> None:
    built = 0
    for before, after in SPACES:
        written = address.format(before, after)
        service = Apprise.instantiate(written)
        assert find_address_fault(written) is not None, written
        if service is not None and reads_files(service):
            built += 1
    assert built > 1, "apprise reads none of these: the test shows nothing"


def test_service_that_reads_no_file_may_be_stored() -> None:
    for address in (
        "json://hook.example.com",
        "mailtos://user:secret@example.com?to=a@example.com",
        "ntfy://host/topic",
    ):
        assert find_address_fault(address) is None
        assert not reads_files(Apprise.instantiate(address))
    assert reads_files(Apprise.instantiate("syslog://"))


def test_every_option_of_a_storable_service_that_names_a_file_is_refused() -> None:
    """A new version of apprise may have more of them."""
    manager = NotificationManager()  # type: ignore[no-untyped-call]
    named: dict[str, str] = {}
    for scheme in sorted(STORABLE_SCHEMES):
        plugin = manager[scheme]
        importlib.import_module(plugin.__module__)
        arguments = plugin.template_args
        named |= {
            option: scheme
            for option, about in arguments.items()
            if any(
                re.search("template|attach|file|pub$|prv$|cert|path", name)
                for name in (option, about.get("map_to", ""))
            )
        }
    assert {"template", "pgppub", "pgpprv"} < named.keys()
    harmless = {"filename", "attach-as"}
    assert not named.keys() - FILE_OPTIONS - harmless, named


def test_stored_address_that_reads_a_file_is_not_sent_to(
    sqlite_context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    secret = tmp_path / "backup.key"
    secret.write_text("AGE-SECRET-KEY")
    address = f"workflow://127.0.0.1:9/workflow/signature/?template%20={secret}"
    with sqlite_context.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO stored_settings (name, value, recorded_at) VALUES ('notify_urls', ?, ?)",
            (json.dumps([address]), "2026-11-22 10:00:00.000"),
        )
    context = sqlite_context
    object.__setattr__(context, "environment", context.settings)
    context.refresh_settings()
    assert context.settings.notify_urls[0].get_secret_value() == address
    post_stress(context, clock, enrol(context), 10)
    assert deliver_due(context).failed == 1
    with context.database.read() as connection:
        [reason] = connection.exec_driver_sql("SELECT last_error FROM notifications").scalars()
    assert "lee archivos del servidor" in reason
    assert str(secret) not in reason


def test_only_the_environment_may_use_every_service(usual_context: Context) -> None:
    message = compose_test_message(usual_context.settings, "key")
    with pytest.raises(ServerUnreachable, match="lee archivos"):
        send_message("syslog://", message)
    own = usual_context.settings.model_copy(update={"notify_urls": (SecretStr("exec://nothing"),)})
    assert "no es una dirección" in (send_test(own, "exec://nothing").reason or "")
    assert "lee archivos" in (send_test(usual_context.settings, "exec://nothing").reason or "")
