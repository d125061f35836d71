"""Backlogs of messages, expiring tokens, and deletion by a confirmed time."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, text

from stressvision.core.clock import utc_now
from stressvision.core.config import Settings
from stressvision.core.errors import Message, ServerUnreachable
from stressvision.db.schema.tables import detection_events
from stressvision.domain.auth import Role
from stressvision.domain.notifications import LEAST_ATTEMPTS, NoticeKind
from stressvision.launcher.doctor.checks import Level
from stressvision.launcher.doctor.service_checks import check_tokens
from stressvision.notifications.delivery import DeliveryResult, deliver_due
from stressvision.notifications.message import OutgoingMessage
from stressvision.services.auth.accounts import add_account
from stressvision.services.auth.expiries import list_expiring, peek_expiring, warn_of_expiries
from stressvision.services.auth.tokens import add_token, revoke_token
from stressvision.services.confirmed_time import ConfirmedTime
from stressvision.services.context import Actor, Context
from stressvision.services.notifications import enqueue, hasten_messages
from stressvision.services.privacy.retention import apply_confirmed_retention
from stressvision.wire.access import TokenRequest
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import post_stress

ADMIN = Actor(user_id="admin")


def telling(context: Context) -> Context:
    settings = context.settings.model_copy(update={"notify_urls": (SecretStr("json://127.0.0.1:9/x"),)})
    return replace(context, settings=settings)


def refuse(_address: str, _message: OutgoingMessage) -> None:
    raise ServerUnreachable(Message(es="no responde", en="no answer"))


def states(context: Context) -> set[str]:
    with context.database.read() as connection:
        return set(connection.execute(text("SELECT state FROM notifications")).scalars())


def test_backlog_is_one_message_to_its_target(context: Context, clock: FakeClock) -> None:
    told = telling(context)
    post_stress(told, clock, enrol(told), 10)
    with told.database.write() as connection:
        for step in range(1, 90):
            enqueue(connection, told, NoticeKind.ALERT, 1, step)
    assert deliver_due(told, refuse, lambda: 0.5) == DeliveryResult(sent=0, failed=1)
    clock.advance(hours=30)
    sent: list[OutgoingMessage] = []
    assert deliver_due(told, lambda _, message: sent.append(message)).sent == 1
    (message,) = sent
    assert message.title == "Stress Vision: 90 avisos pendientes"
    assert "- alertas nuevas: 90" in message.body
    assert states(told) == {"sent"}


def test_few_messages_stay_single(context: Context, clock: FakeClock) -> None:
    told = telling(context)
    post_stress(told, clock, enrol(told), 10)
    with told.database.write() as connection:
        for step in range(1, 5):
            enqueue(connection, told, NoticeKind.ALERT, 1, step)
    assert deliver_due(told, lambda _address, _message: None).sent == 5


def test_message_postponed_under_a_wrong_clock_is_attempted_once_it_is_right(
    context: Context, clock: FakeClock
) -> None:
    told = telling(context)
    clock.set_wrong(days=365)
    post_stress(told, clock, enrol(told), 10)
    deliver_due(told, refuse, lambda: 0.5)
    clock.set_wrong(days=-365)
    assert deliver_due(told, lambda _address, _message: None).sent == 0
    hasten_messages(told)
    assert deliver_due(told, lambda _address, _message: None).sent == 1


def test_clock_that_is_ahead_gives_no_message_up(context: Context, clock: FakeClock) -> None:
    told = telling(context)
    post_stress(told, clock, enrol(told), 10)
    for attempt in range(LEAST_ATTEMPTS):
        assert states(told) == {"waiting"}, attempt
        clock.advance(days=365)
        deliver_due(told, refuse, lambda: 0.5)
    assert states(told) == {"failed"}


@pytest.mark.usefixtures("quick_argon")
def test_expiring_token_is_announced_three_times_until_it_is_replaced(context: Context, clock: FakeClock) -> None:
    told = telling(context)
    add_account(told, "admin", Role.ADMIN, "una frase de siete palabras", ADMIN)
    add_token(told, TokenRequest(device_id="pi-1", days=365), ADMIN)
    sent: list[OutgoingMessage] = []
    days_of_messages = []
    for day in range(366):
        warn_of_expiries(told)
        before = len(sent)
        deliver_due(told, lambda _, message: sent.append(message))
        days_of_messages += [day] * (len(sent) - before)
        clock.advance(days=1)
    assert days_of_messages == [335, 358, 364]
    assert "pi-1" in sent[0].body
    successor = add_token(told, TokenRequest(device_id="pi-1", days=365), ADMIN)
    assert list_expiring(told) == []
    revoke_token(told, successor.issued.token_id, ADMIN)
    assert [token.device_id for token in list_expiring(told)] == ["pi-1"]


class Deleting:
    """A plant with one detection of each day, and a daily retention."""

    def __init__(self, context: Context, clock: FakeClock) -> None:
        self.context, self.clock = context, clock
        rows = [{"timestamp": clock() - timedelta(days=day, hours=1), "device_id": "pi"} for day in range(60)]
        with context.database.write() as connection:
            connection.execute(insert(detection_events), rows)
        self.restart()

    def restart(self) -> None:
        self.confirmed = ConfirmedTime("retention", self.clock.monotonic)

    def run(self) -> int:
        """Return how many detections are left after a run."""
        apply_confirmed_retention(self.context, self.confirmed)
        with self.context.database.read() as connection:
            return int(connection.execute(text("SELECT count(*) FROM detection_events")).scalar_one())


@pytest.fixture
def deleting(context: Context, clock: FakeClock) -> Deleting:
    return Deleting(context, clock)


@pytest.mark.parametrize("restarts", [False, True])
def test_expired_rows_are_deleted_a_day_after_their_term(deleting: Deleting, restarts: bool) -> None:
    left = []
    for _ in range(4):
        left.append(deleting.run())
        deleting.clock.advance(days=1)
        if restarts:
            deleting.restart()
    assert left == [60, 30, 29, 28]


@pytest.mark.parametrize("error", [timedelta(hours=5), timedelta(days=1), timedelta(days=365)])
@pytest.mark.parametrize("restarts", [False, True])
def test_clock_that_is_ahead_deletes_nothing_early(deleting: Deleting, error: timedelta, restarts: bool) -> None:
    deleting.run()
    deleting.clock.advance(days=1)
    assert deleting.run() == 30
    deleting.clock.advance(hours=6)
    deleting.clock.set_wrong(seconds=error.total_seconds())
    if restarts:
        deleting.restart()
    left = [deleting.run()]
    deleting.clock.advance(hours=6)
    left.append(deleting.run())
    deleting.clock.set_wrong(seconds=-error.total_seconds())
    left.append(deleting.run())
    assert min(left) >= 29
    deleting.clock.advance(days=1)
    assert deleting.run() >= 28


def test_two_steps_ahead_confirm_nothing(deleting: Deleting) -> None:
    deleting.run()
    for _ in range(3):
        deleting.clock.set_wrong(days=365)
        assert deleting.run() == 60


def test_clock_set_back_postpones_deletion_by_a_day(deleting: Deleting) -> None:
    deleting.run()
    deleting.clock.set_wrong(days=-1)
    assert deleting.run() == 60
    deleting.clock.set_wrong(days=1)
    assert deleting.run() == 60
    deleting.clock.advance(days=1)
    assert deleting.run() <= 31


def test_backlog_body_is_plain_text(context: Context, clock: FakeClock) -> None:
    told = telling(context)
    post_stress(told, clock, enrol(told, name="Ana Torres Vega"), 10)
    with told.database.write() as connection:
        for step in range(1, 10):
            enqueue(connection, told, NoticeKind.ALERT, 1, step)
    sent: list[OutgoingMessage] = []
    deliver_due(told, lambda _, message: sent.append(message))
    assert "Ana" not in json.dumps([message.body for message in sent])


def test_expiring_tokens_are_read_without_creating_a_database(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    assert peek_expiring(Settings(database_url=f"sqlite:///{file}")) == []
    assert not file.exists()


@pytest.mark.usefixtures("quick_argon")
def test_doctor_warns_of_expiring_tokens(usual_context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    today = replace(usual_context, clock=utc_now)
    monkeypatch.setenv("STRESSVISION_DATABASE_URL", today.settings.database_url)
    add_account(today, "admin", Role.ADMIN, "una frase de siete palabras", ADMIN)
    add_token(today, TokenRequest(device_id="pi-1", days=365), ADMIN)
    assert check_tokens().level is Level.GOOD
    add_token(today, TokenRequest(device_id="pi-2", days=20), ADMIN)
    found = check_tokens()
    assert found.level is Level.WARNING
    assert "pi-2" in found.message.es
