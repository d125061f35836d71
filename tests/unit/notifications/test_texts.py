"""Message texts: complete in both languages, without personal data."""

import re
import string
from datetime import UTC, datetime

import pytest

from stressvision.core.config import Settings
from stressvision.core.errors import Language, Message
from stressvision.domain.notifications import NoticeKind
from stressvision.notifications import texts
from stressvision.notifications.message import compose_message, compose_test_message
from stressvision.services.notifications import Notice
from stressvision.wire.alerts import Alert

AT = datetime(2026, 11, 22, 15, 7, 30, tzinfo=UTC)
ALERT = Alert.model_validate(
    {
        **dict.fromkeys(Alert.model_fields),
        "odd_fields": (),
        "version": 0,
        "id": 12,
        "timestamp": AT,
        "employee_id": 3,
        "employee_name": "Ana Torres Vega",
        "employee_code": "EMP001",
        "alert_type": "high_stress_prolonged",
        "severity": "high",
        "description": "Expresión compatible con estrés prolongado: 10 detecciones en 15 minutos",
        "status": "pending",
        "created_at": AT,
        "escalation_level": 1,
    }
)


def blanks(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def all_messages() -> list[Message]:
    found = [value for value in vars(texts).values() if isinstance(value, Message)]
    for words in (texts.TITLES, texts.OPENINGS, texts.SEVERITIES):
        found += words.values()
    return found + [message for _, message in texts.REASONS]


def test_both_languages_have_the_same_placeholders_and_every_kind_has_texts() -> None:
    assert [message for message in all_messages() if blanks(message.es) != blanks(message.en)] == []
    assert set(texts.TITLES) == set(NoticeKind)
    assert set(texts.OPENINGS) == set(NoticeKind) - {NoticeKind.REPAIR}  # a repair has a sentence of its own kind


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("kind", [NoticeKind.ALERT, NoticeKind.ESCALATION, NoticeKind.DEVICE])
def test_message_has_no_name_and_no_diagnosis_and_links_to_the_alert(lang: Language, kind: NoticeKind) -> None:
    settings = Settings(lang=lang, dashboard_url="https://tablero.example.com/")
    notice = Notice(1, kind, key="k", target="t", attempts=1, created_at=AT, entity_id=7, subject=ALERT)
    written = compose_message(settings, notice)
    text = f"{written.title}\n{written.body}"
    assert "https://tablero.example.com/alertas?alerta=12" in text
    assert "22/11/2026 10:07" in text
    assert "{" not in text
    personal = r"Ana|Torres|EMP001|estr[eé]s|stress(?! vision)|fatig|trist|sad\b|expresi"
    assert re.findall(personal, text, re.IGNORECASE) == []


def test_test_message_identifies_itself() -> None:
    assert "prueba" in compose_test_message(Settings(), "k").title
    assert "test" in compose_test_message(Settings(lang="en"), "k").title
