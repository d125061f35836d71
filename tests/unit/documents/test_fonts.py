"""Letters of names in a PDF: as they are, in Latin letters, or a visible box."""

import io
import re

import pytest

from stressvision.documents.document import Document, Paragraph
from stressvision.documents.pdf import MISSING, _plain, write_pdf


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nun\u0303ez Iba\u0301n\u0303ez", "Nuñez Ibáñez"),
        ("Łukasz Żak", "Łukasz Żak"),
        ("Čapek Őry Ștefan Nguyễn", "Čapek Őry Ștefan Nguyễn"),
        ("Иван Ελένη", "Иван Ελένη"),
        ("李小龙", "LiXiaoLong"),
        ("김철수", "GimCheolSu"),
        ("Ana 😀", "Ana :grinning:"),
        ("Ana ❤\ufe0f\U0001f44d\U0001f3fd", "Ana :heart::thumbsup:"),
        ("\U000f0000", MISSING),
        ("Jo\u200bsé\x07", "José"),
        ("２０", "20"),
    ],
)
def test_letters_of_a_name_are_printed_or_replaced_visibly(name: str, shown: str) -> None:
    assert _plain(name) == shown


def test_pdf_embeds_its_font_with_the_letters() -> None:
    document = Document(
        language="es",
        product="Stress Vision",
        title="Łukasz Żak",
        subtitle="Nuñez",
        confidential="c",
        facts=(),
        blocks=(Paragraph(text="Őry 李"),),
        footer="f",
        page_label="{page}/{pages}",
    )
    content = write_pdf(document)
    assert content.startswith(b"%PDF")
    assert re.search(rb"/BaseFont /\w+\+DejaVuSansCondensed", content)
    assert b"Helvetica" not in content
    assert len(io.BytesIO(content).getvalue()) < 200_000
