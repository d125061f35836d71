"""The weekly report by mail: queued once a week, the newest week alone, with a PDF without persons."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from stressvision.core.errors import Message, ServerUnreachable
from stressvision.core.notice_routes import NoticeRoute
from stressvision.domain.auth import Role
from stressvision.notifications.delivery import deliver_due
from stressvision.notifications.message import AttachedFile, OutgoingMessage
from stressvision.reporter.weekly import attach_week
from stressvision.services.auth.accounts import add_account
from stressvision.services.context import Actor, Context
from stressvision.services.reports.weekly import queue_weekly_report
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import post_stress
from tests.integration.receivers import mail_server

GENERAL = "json://127.0.0.1:9/general"


def subscribed(context: Context, address: str = "json://127.0.0.1:9/jefa", **settings: Any) -> Context:
    """Return the context in which one destination gets the report on Mondays, and the general recipient does not."""
    route = NoticeRoute.model_validate({"name": "Jefa", "address": address, "events": ["weekly"]})
    changes = {"weekly_report_day": "monday", "notify_urls": (SecretStr(GENERAL),), "notify_routes": (route,)}
    return replace(context, settings=context.settings.model_copy(update={**changes, **settings}))


def deliver(context: Context) -> list[tuple[str, OutgoingMessage]]:
    sent: list[tuple[str, OutgoingMessage]] = []

    def send(target: str, message: OutgoingMessage) -> None:
        sent.append((target.rpartition("/")[2], message))

    deliver_due(context, send, attach=lambda _, monday: AttachedFile(f"{monday}.pdf", "application/pdf", b"%PDF"))
    return sent


def test_report_is_sent_once_a_week_to_its_subscribers(sqlite_context: Context, clock: FakeClock) -> None:
    # The clock shows Sunday, November 22, 10:07 in Lima.
    own = subscribed(sqlite_context)
    assert queue_weekly_report(own) == date(2026, 11, 9), "the last one due, last Monday"
    assert [(to, message.attached and message.attached.name) for to, message in deliver(own)] == [
        ("jefa", "2026-11-09.pdf")
    ]
    assert queue_weekly_report(own) is None, "a reporter that was restarted finds it in the database"
    clock.advance(days=1)
    assert queue_weekly_report(own) == date(2026, 11, 16)
    ((_, message),) = deliver(own)
    assert "16/11/2026 – 22/11/2026" in message.body
    assert "menos de cinco personas" in message.body


def test_backlog_sends_the_newest_week_alone(sqlite_context: Context, clock: FakeClock) -> None:
    own = subscribed(sqlite_context)
    for _ in range(8):
        queue_weekly_report(own)
        clock.advance(days=7)
    queue_weekly_report(own)
    ((_, message),) = deliver(own)
    assert message.attached is not None
    assert message.attached.name == "2027-01-04.pdf"
    with sqlite_context.database.read() as connection:
        states = connection.execute(text("SELECT state, count(*) FROM notifications GROUP BY state ORDER BY 1"))
        assert [tuple(row) for row in states] == [("obsolete", 8), ("sent", 1)]


def test_report_keeps_its_file_among_many_messages(sqlite_context: Context, clock: FakeClock) -> None:
    """Six messages due to one address are sent as one, which has no file."""
    own = subscribed(sqlite_context, notify_urls=())
    post_stress(own, clock, enrol(own), 10)
    queue_weekly_report(own)
    with sqlite_context.database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO notifications (kind, entity_id, step, target, notice_key, next_attempt_at) "
                "SELECT 'alert', 1, value, target, 'k' || value, next_attempt_at "
                "FROM notifications, json_each('[1,2,3,4,5,6,7]')"
            )
        )
    sent = [message for _, message in deliver(own)]
    assert [message.attached.name for message in sent if message.attached] == ["2026-11-09.pdf"]
    assert len(sent) == 2
    assert "7 avisos pendientes" in sent[1].title


def test_report_that_cannot_be_drawn_or_sent_is_repeated(sqlite_context: Context, clock: FakeClock) -> None:
    own = subscribed(sqlite_context)
    queue_weekly_report(own)

    def fail(_context: Context, _monday: date) -> AttachedFile:
        raise ServerUnreachable(Message(es="No se pudo generar el PDF.", en="The PDF could not be generated."))

    assert deliver_due(own, lambda *_: None, lambda: 0.5, fail).failed == 1
    assert deliver(own) == []
    clock.advance(minutes=2)
    assert len(deliver(own)) == 1


def test_report_that_is_switched_off_is_not_sent(sqlite_context: Context) -> None:
    queue_weekly_report(subscribed(sqlite_context))
    own = subscribed(sqlite_context, weekly_report_day="off")
    assert queue_weekly_report(own) is None
    assert deliver(own) == []


@pytest.mark.usefixtures("quick_argon")
def test_report_goes_to_accounts_that_may_learn_figures(sqlite_context: Context) -> None:
    both: dict[str, Any] = {"notify_events": ("weekly",)}
    queue_weekly_report(subscribed(sqlite_context, **both))
    for name, role in (("admin", Role.ADMIN), ("jefa", Role.VIEWER)):
        add_account(sqlite_context, name, role, "una frase larga y rara 7", Actor(user_id="admin", role=Role.ADMIN))
    assert deliver(subscribed(sqlite_context, **both)) == [], "queued before there were accounts"
    route = {"name": "Jefa", "address": "json://127.0.0.1:9/reader", "events": ["weekly"], "account": "jefa"}
    own = subscribed(sqlite_context, notify_routes=(NoticeRoute.model_validate(route),), **both)
    queue_weekly_report(own)
    assert [to for to, _ in deliver(own)] == ["reader"]


def test_mail_carries_a_pdf_without_persons(sqlite_context: Context, clock: FakeClock) -> None:
    post_stress(sqlite_context, clock, enrol(sqlite_context), 10)
    clock.advance(days=1)
    with mail_server() as inbox:
        own = subscribed(sqlite_context, inbox.address)
        queue_weekly_report(own)
        assert deliver_due(own, attach=attach_week).failed == 0
    (content,) = inbox.files.values()
    assert list(inbox.files) == ["stressvision_weekly_2026-11-16.pdf"]
    assert content.startswith(b"%PDF-")
    assert inbox.bodies[0].startswith("Stress Vision: reporte semanal")
