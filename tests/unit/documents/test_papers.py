"""Drafts of the legal papers."""

from datetime import UTC, datetime

import pytest

from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.documents.document import Chart, Document, Heading, Paragraph, Table
from stressvision.documents.html import write_html
from stressvision.documents.papers.facts import build_facts, read_model_card
from stressvision.documents.papers.papers import NOTICE, build_paper, list_papers
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.services.people.consent_text import read_consent_text
from stressvision.wire.rights import InstallationFacts

MODEL = read_model_card(PROJECT_ROOT / "models" / "expression.json")
COUNTS = InstallationFacts(
    consents=41,
    withdrawals=2,
    devices=3,
    detections=123456,
    first_detection=datetime(2026, 11, 1, 5, tzinfo=UTC),
    last_detection=None,
    alerts=17,
    audit_entries=905,
    erasures=1,
    accounts=4,
)
PLANT = Settings(
    company="Lácteos {S.A.} *Norte*", privacy_contact="datos@lacteos.example", retention_detections_days=45
)


def build(name: str, address: str = "") -> Document:
    reader = ReaderProfile("es", "America/Lima", datetime(2026, 11, 28, 12, tzinfo=UTC))
    facts = build_facts(PLANT, COUNTS, read_consent_text(PLANT), MODEL, reader)
    return build_paper(name, facts, MODEL.figures, product="Gloria", address=address)


@pytest.mark.parametrize("name", list_papers())
def test_paper_names_the_company_and_is_marked_as_a_draft(name: str) -> None:
    paper = build(name)
    assert paper.subtitle == "Lácteos {S.A.} *Norte*"
    assert paper.confidential == "BORRADOR"
    first = paper.blocks[0]
    assert isinstance(first, Paragraph)
    assert first.text.startswith("BORRADOR")
    assert sum(isinstance(block, Heading | Table) for block in paper.blocks) >= 1
    assert "{plazo" not in write_html(paper)


def test_papers_contain_the_figures_of_the_installation() -> None:
    impact = write_html(build("evaluacion-de-impacto"))
    for fact in ("123456", "41", "45 días", "datos@lacteos.example", "01/11/2026 00:00", "(por completar)"):
        assert fact in impact


def test_every_template_is_written_and_periods_are_those_of_the_settings() -> None:
    assert len(list_papers()) == 6
    table = next(block for block in build("plazos").blocks if isinstance(block, Table))
    assert table.rows[0][:2] == ("cada detección", "45 días")


def test_model_paper_shows_every_measured_set() -> None:
    tables = [block for block in build("ficha-del-modelo").blocks if isinstance(block, Table)]
    assert MODEL.figures in tables
    accuracies = [int(row[2].rstrip("%")) for row in MODEL.figures.rows]
    assert accuracies == sorted(accuracies)


def test_notice_carries_a_code_only_with_an_address() -> None:
    assert not [block for block in build(NOTICE).blocks if isinstance(block, Chart)]
    code = next(block for block in build(NOTICE, "https://estres.example").blocks if isinstance(block, Chart))
    assert code.note == "https://estres.example"
    assert len(code.drawing.shapes) > 200
