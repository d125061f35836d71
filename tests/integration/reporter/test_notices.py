"""Messages: queued with the reported event, delivered at least once to real receivers, without delaying ingest."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from stressvision.core.errors import Message, ServerUnreachable
from stressvision.notifications.delivery import DeliveryResult, deliver_due
from stressvision.notifications.message import OutgoingMessage
from stressvision.services.alerts.decisions import resolve_alert
from stressvision.services.alerts.escalation import escalate_due
from stressvision.services.context import Context
from stressvision.services.detections.storing import store_detection
from stressvision.services.notifications import claim_notice, read_queue
from stressvision.services.reports.creation import write_due_reports
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import DOCTOR, detection, post_stress
from tests.integration.receivers import hanging_receiver, mail_server, web_receiver
from tests.programs.running import free_port


def notifying(context: Context, *addresses: str, **settings: Any) -> Context:
    """Return the context with these notification addresses."""
    urls = tuple(SecretStr(address) for address in addresses)
    return replace(context, settings=context.settings.model_copy(update={"notify_urls": urls, **settings}))


def raise_one(context: Context, clock: FakeClock) -> None:
    post_stress(context, clock, enrol(context), 10)


def deliver(context: Context) -> DeliveryResult:
    return deliver_due(context, jitter=lambda: 0.5)


def states(context: Context) -> list[tuple[str, str, int]]:
    with context.database.read() as connection:
        rows = connection.execute(text("SELECT kind, state, attempts FROM notifications ORDER BY id"))
        return [(row.kind, row.state, row.attempts) for row in rows]


def test_alert_is_sent_once_by_mail_and_webhook_without_name_or_diagnosis(
    usual_context: Context, clock: FakeClock
) -> None:
    with mail_server() as mail, web_receiver() as hook:
        telling = notifying(usual_context, mail.address, hook.address)
        raise_one(telling, clock)
        assert deliver(telling) == DeliveryResult(sent=2, failed=0)
        assert deliver(telling) == DeliveryResult(sent=0, failed=0)
    for body in (mail.bodies[0], json.loads(hook.bodies[0])["message"]):
        assert "Hay una alerta nueva que revisar." in body
        assert "Severidad: alta" in body
        assert "Hora de planta: 22/11/2026 10:07 (America/Lima)" in body
        assert "http://127.0.0.1:8501/alertas?alerta=1" in body
        assert not [word for word in ("Ana", "Torres", "EMP001", "estrés", "fatiga") if word in body]
    assert (len(mail.bodies), len(hook.bodies)) == (1, 1)
    assert mail.bodies[0].startswith("Stress Vision: hay una alerta nueva que revisar\n")
    assert {len(key) for key in mail.keys + hook.keys} == {36}


def test_message_is_queued_in_the_transaction_of_the_alert(context: Context, clock: FakeClock) -> None:
    telling = notifying(context, "json://127.0.0.1:9/x", "json://127.0.0.1:9/y")
    raise_one(telling, clock)
    assert states(context) == [("alert", "waiting", 0)] * 2
    with context.database.read() as connection:
        kept = connection.execute(text("SELECT target, last_error FROM notifications")).all()
    assert not [row for row in kept if "127.0.0.1" in row.target]


def test_concurrent_detections_queue_one_message_per_target(context: Context, clock: FakeClock) -> None:
    telling = notifying(context, "json://127.0.0.1:9/x", "json://127.0.0.1:9/y")
    employee = enrol(telling)
    posts = [detection(clock() - timedelta(seconds=second), employee) for second in range(40)]
    with ThreadPoolExecutor(8) as pool:
        raised = list(pool.map(lambda post: store_detection(telling, post).alert_created, posts))
    assert raised.count(True) == 1
    clock.advance(minutes=20)
    with ThreadPoolExecutor(4) as pool:
        escalated = list(pool.map(lambda _: escalate_due(telling), range(4)))
    assert sorted(escalated) == [(), (), (), (1,)]
    assert states(context) == [("alert", "waiting", 0)] * 2 + [("alert_escalated", "waiting", 0)] * 2


def test_concurrent_senders_send_each_message_once(context: Context, clock: FakeClock) -> None:
    sent: list[str] = []
    telling = notifying(context, *(f"json://127.0.0.1:9/{number}" for number in range(6)))
    raise_one(telling, clock)
    with ThreadPoolExecutor(4) as pool:
        rounds = list(pool.map(lambda _: deliver_due(telling, lambda _, message: sent.append(message.key)), range(4)))
    assert sum(each.sent for each in rounds) == len(sent) == len(set(sent)) == 6


def test_unsubscribed_kinds_are_not_queued(usual_context: Context, clock: FakeClock) -> None:
    raise_one(notifying(usual_context), clock)
    only_reports = notifying(usual_context, "json://127.0.0.1:9/x", notify_events=("reports",))
    post_stress(only_reports, clock, enrol(usual_context, "EMP002", "Lars Keller Ruiz"), 10)
    assert states(usual_context) == []


def test_message_is_delivered_when_the_receiver_returns(usual_context: Context, clock: FakeClock) -> None:
    port = free_port()
    telling = notifying(usual_context, f"json://127.0.0.1:{port}/gancho-secreto")
    raise_one(telling, clock)
    for _ in range(3):
        assert deliver(telling) == DeliveryResult(sent=0, failed=1)
        assert deliver(telling) == DeliveryResult(sent=0, failed=0), "it waits before it tries again"
        clock.advance(minutes=10)
    queue = read_queue(telling)
    assert queue.failing_since is not None
    assert "rechaza la conexión" in str(queue.targets[0].last_error)
    assert "gancho-secreto" not in queue.model_dump_json()
    with web_receiver(port) as hook:
        assert deliver(telling) == DeliveryResult(sent=1, failed=0)
    assert len(hook.bodies) == 1
    assert states(usual_context) == [("alert", "sent", 4)]
    assert read_queue(telling).failing_since is None


def test_hanging_receiver_does_not_delay_others(usual_context: Context, clock: FakeClock) -> None:
    with hanging_receiver() as silent, web_receiver() as hook:
        telling = notifying(usual_context, silent, hook.address)
        raise_one(telling, clock)
        post_stress(telling, clock, enrol(usual_context, "EMP002", "Lars Keller Ruiz"), 10)
        assert deliver(telling) == DeliveryResult(sent=2, failed=1)
    assert len(hook.bodies) == 2
    assert {target.last_error is None for target in read_queue(telling).targets} == {True, False}


def test_message_claimed_by_a_killed_sender_is_sent_with_the_same_key(context: Context, clock: FakeClock) -> None:
    with web_receiver() as hook:
        telling = notifying(context, hook.address)
        raise_one(telling, clock)
        taken = claim_notice(telling)
        assert taken is not None
        assert deliver(telling) == DeliveryResult(sent=0, failed=0), "it is still the other's"
        clock.advance(minutes=2)
        assert deliver(telling) == DeliveryResult(sent=1, failed=0)
    assert hook.keys == [taken.key]


def test_message_of_a_sender_killed_after_sending_is_repeated_with_the_same_key(
    usual_context: Context, clock: FakeClock
) -> None:
    sent: list[OutgoingMessage] = []

    def send_and_die(_address: str, message: OutgoingMessage) -> None:
        sent.append(message)
        raise KeyboardInterrupt

    telling = notifying(usual_context, "json://127.0.0.1:9/x")
    raise_one(telling, clock)
    with pytest.raises(KeyboardInterrupt):
        deliver_due(telling, send_and_die)
    clock.advance(minutes=2)
    assert deliver_due(telling, lambda _, message: sent.append(message)).sent == 1
    assert sent[0] == sent[1]


def test_quiet_hours_postpone_all_but_severe_alerts(usual_context: Context, clock: FakeClock) -> None:
    with web_receiver() as hook:
        telling = notifying(usual_context, hook.address, notify_quiet_hours="09:00-11:00")
        raise_one(telling, clock)
        assert deliver(telling).sent == 1, "high severity passes"
        strict = notifying(usual_context, hook.address, notify_quiet_hours="09:00-11:00", notify_quiet_except="none")
        post_stress(strict, clock, enrol(usual_context, "EMP002", "Lars Keller Ruiz"), 10)
        assert deliver(strict) == DeliveryResult(sent=0, failed=0)
        clock.advance(minutes=50)
        assert deliver(strict) == DeliveryResult(sent=0, failed=0)
        clock.advance(minutes=5)
        assert deliver(strict) == DeliveryResult(sent=1, failed=0)
    assert states(usual_context) == [("alert", "sent", 1)] * 2


def test_message_about_a_settled_alert_is_not_sent(usual_context: Context, clock: FakeClock) -> None:
    telling = notifying(usual_context, "json://127.0.0.1:9/x")
    raise_one(telling, clock)
    clock.advance(minutes=15)
    assert escalate_due(telling) == (1,)
    resolve_alert(telling, 1, DOCTOR)
    assert deliver(telling) == DeliveryResult(sent=0, failed=0)
    assert states(usual_context) == [("alert", "obsolete", 0), ("alert_escalated", "obsolete", 0)]


def test_escalation_states_the_waiting_time(usual_context: Context, clock: FakeClock) -> None:
    with web_receiver() as hook:
        telling = notifying(usual_context, hook.address)
        raise_one(telling, clock)
        clock.advance(minutes=61)
        assert escalate_due(telling) == (1,)
        assert deliver(telling).sent == 2
    assert "Nadie ha atendido esta alerta en 61 min." in json.loads(hook.bodies[1])["message"]


def test_report_message_is_sent_where_subscribed(usual_context: Context, clock: FakeClock) -> None:
    with web_receiver() as hook:
        telling = notifying(usual_context, hook.address, notify_events=("reports",))
        raise_one(telling, clock)
        clock.advance(minutes=15)
        assert len(write_due_reports(telling, timedelta(minutes=15))) == 1
        assert deliver(telling).sent == 1
    assert "Hay un reporte nuevo: 22/11/2026 10:00 – 10:15." in json.loads(hook.bodies[0])["message"]


def test_message_fails_after_the_configured_days(usual_context: Context, clock: FakeClock) -> None:
    def refuse(_address: str, _message: OutgoingMessage) -> None:
        raise ServerUnreachable(Message(es="no responde", en="no answer"))

    telling = notifying(usual_context, "json://127.0.0.1:9/x")
    raise_one(telling, clock)
    attempts = 0
    while states(usual_context)[0][1] == "waiting":
        attempts += deliver_due(telling, refuse, lambda: 1.0).failed
        clock.advance(hours=2)
    assert 36 <= attempts <= 40
    assert read_queue(telling).failed == 1


def test_no_part_of_an_address_is_logged(
    usual_context: Context, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    with web_receiver(status=401) as hook:
        address = hook.address.replace("json://", "json://medico:clave-secreta@")
        telling = notifying(usual_context, address)
        raise_one(telling, clock)
        assert deliver(telling).failed == 1
    (target,) = read_queue(telling).targets
    assert "no da permiso" in str(target.last_error)
    for secret in ("clave-secreta", "gancho-secreto"):
        assert secret not in caplog.text
        assert secret not in str(target)
