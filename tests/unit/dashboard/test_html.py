"""The HTML fragments: every inserted value stays text."""

from markupsafe import Markup

from stressvision.dashboard import html
from stressvision.dashboard.pages.cameras import drawing

EVIL = "<script>alert('x')</script>\" onload=\"x"


def test_inserted_values_are_escaped() -> None:
    chip = html.Chip("#000000", EVIL)
    made: list[Markup] = [
        html.heading(EVIL),
        html.notice(EVIL, EVIL),
        html.empty(EVIL),
        html.banner(EVIL),
        html.figures([html.KeyFigure(EVIL, EVIL, help=EVIL)]),
        html.feed([html.FeedRow("#000000", EVIL, EVIL, EVIL, EVIL)]),
        html.table([EVIL], [[EVIL], [chip]], frozenset({0})),
        html.alert(html.AlertCard(chip, EVIL, EVIL, EVIL, EVIL, EVIL, [EVIL], EVIL)),
        drawing.picture(EVIL, EVIL, EVIL),
        drawing.caption(EVIL, chip, EVIL),
        html.now(EVIL, chip),
    ]
    for block in made:
        assert "<script" not in block
        assert '" onload' not in block
        assert "&lt;script&gt;" in block


def test_table_aligns_numbers_right() -> None:
    table = html.table(["Dispositivo", "Cuadros/s"], [["pi-01", "14.8"]], frozenset({1}))
    assert '<td>pi-01</td><td class="number">14.8</td>' in table


def test_picture_without_url_has_no_img() -> None:
    assert "<img" not in drawing.picture("Sin cámara", "Revise el cable.")
    assert '<img src="http://127.0.0.1:8502/stream.mjpg"' in drawing.picture(
        "", "", "http://127.0.0.1:8502/stream.mjpg"
    )
