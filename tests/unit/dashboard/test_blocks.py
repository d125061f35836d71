"""What people typed stays text: nothing that is filled into a block becomes HTML."""

from markupsafe import Markup

from stressvision.dashboard import blocks

EVIL = "<script>alert('x')</script>\" onload=\"x"


def test_whatever_is_filled_in_is_escaped() -> None:
    chip = blocks.Chip("#000000", EVIL)
    made: list[Markup] = [
        blocks.heading(EVIL),
        blocks.notice(EVIL, EVIL),
        blocks.empty(EVIL),
        blocks.banner(EVIL),
        blocks.figures([blocks.KeyFigure(EVIL, EVIL, help=EVIL)]),
        blocks.feed([blocks.FeedRow("#000000", EVIL, EVIL, EVIL, EVIL)]),
        blocks.table([EVIL], [[EVIL], [chip]], frozenset({0})),
        blocks.alert(blocks.AlertCard(chip, EVIL, EVIL, EVIL, EVIL, EVIL, [EVIL], EVIL)),
        blocks.picture(EVIL, EVIL, EVIL),
        blocks.caption(EVIL, chip, EVIL),
        blocks.now(EVIL, chip),
    ]
    for block in made:
        assert "<script" not in block
        assert '" onload' not in block
        assert "&lt;script&gt;" in block


def test_a_table_puts_numbers_to_the_right() -> None:
    table = blocks.table(["Dispositivo", "Cuadros/s"], [["pi-01", "14.8"]], frozenset({1}))
    assert '<td>pi-01</td><td class="number">14.8</td>' in table


def test_without_an_address_there_is_no_picture_to_ask_for() -> None:
    assert "<img" not in blocks.picture("Sin cámara", "Revise el cable.")
    assert '<img src="http://127.0.0.1:8502/stream.mjpg"' in blocks.picture("", "", "http://127.0.0.1:8502/stream.mjpg")
