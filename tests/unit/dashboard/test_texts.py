"""The texts of the dashboard: complete in both languages, and no claim beyond an expression."""

import re
import string
from collections import Counter
from pathlib import Path

from streamlit.file_util import get_static_dir

from stressvision.dashboard import texts
from stressvision.dashboard.texts.shell import STREAMLIT
from stressvision.domain.alerts import AlertStatus, Severity
from stressvision.domain.emotions import Emotion
from stressvision.domain.reports import ReportKind
from tests.messages import messages

ALL = [
    (f"{page}.{name}", message)
    for page in texts.__all__
    for name, value in vars(getattr(texts, page)).items()
    for message in messages(value)
]


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_texts_are_collected() -> None:
    assert len(ALL) > 100


def test_no_text_replaces_another_of_its_module() -> None:
    twice = []
    for path in Path(texts.__file__).parent.glob("*.py"):
        names = Counter(re.findall(r"^([A-Z_]+)\b.*? = ", path.read_text(encoding="utf-8"), re.MULTILINE))
        twice += [f"{path.stem}.{name}" for name, count in names.items() if count > 1]
    assert twice == []


def test_both_languages_have_the_same_placeholders() -> None:
    assert [name for name, message in ALL if not (message.es.strip() and message.en.strip())] == []
    assert [name for name, message in ALL if placeholders(message.es) != placeholders(message.en)] == []


def test_no_text_claims_an_emotion() -> None:
    claim = r"\b(estresad[oa]s?|deprimid[oa]s?|triste|cansad[oa]s?|stressed|depressed|sad|tired)\b"
    assert [name for name, message in ALL if re.search(claim, f"{message.es} {message.en}", re.IGNORECASE)] == []


def test_every_domain_value_has_a_text() -> None:
    assert (
        set(texts.common.EXPRESSIONS) == set(texts.common.COMPATIBLE) == {*(emotion.value for emotion in Emotion), None}
    )
    assert set(texts.alerts.SEVERITIES) == {severity.value for severity in Severity}
    assert set(texts.alerts.ALERT_STATUSES) == {status.value for status in AlertStatus}
    assert set(texts.reports.KINDS) == {kind.value for kind in ReportKind}


def test_translated_words_of_streamlit_are_in_its_pages() -> None:
    """A word that a new version of Streamlit writes differently would be shown in English."""
    scripts = "".join(path.read_text(errors="replace") for path in Path(get_static_dir()).rglob("*.js"))
    assert [word for word in STREAMLIT if word.rstrip(".") not in scripts and word != "Show help"] == []
