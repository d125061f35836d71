"""The charts, as drawings: numbers in, shapes out. Lengths in millimetres, shares in percent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stressvision.documents.colours import COUNT, EXPRESSIONS, FATIGUE, GRID, SOFT_INK, STRESS, blend
from stressvision.documents.drawing import BarShape, Dot, Drawing, Label, Shape, Stroke

REST = "rest"
"""Name of the detections without one of the five expressions of an enrolled person."""
WIDTH = 174.0
_LEFT = 11.0
_PLOT = 42.0
_TOP = 7.0
_STEPS = (4, 10, 20, 30, 40, 60, 80, 100)


@dataclass(frozen=True)
class TimeSlot:
    """One stretch of the time axis: shares in percent, None where there were no detections."""

    label: str
    detections: int
    stress: float | None
    fatigue: float | None


def shares_over_time(slots: Sequence[TimeSlot], legend: Mapping[str, str], counts: str, alt: str) -> Drawing:
    """Return two bars per slot, and below them the number of detections they rest on.

    `legend`: the labels of `stress` and `fatigue`; only the names it holds are drawn.
    """
    colours = {"stress": STRESS, "fatigue": FATIGUE}
    shares = [value for slot in slots for name in legend if (value := getattr(slot, name)) is not None]
    top = _ceiling(shares)
    most = max((slot.detections for slot in slots), default=0)
    width = (WIDTH - _LEFT) / max(1, len(slots))
    base = _TOP + _PLOT
    shapes: list[Shape] = [*_key(legend, colours), *_grid(top, base)]
    for place, slot in enumerate(slots):
        left = _LEFT + place * width
        bar = width * 0.72 / max(1, len(legend))
        for number, name in enumerate(legend):
            share = getattr(slot, name)
            if share:
                height = _PLOT * share / top
                shapes.append(
                    BarShape(
                        x=left + width * 0.14 + number * bar,
                        y=base - height,
                        width=bar * 0.94,
                        height=height,
                        colour=colours[name],
                    )
                )
        if slot.detections:
            height = 9.0 * slot.detections / most
            shapes.append(
                BarShape(x=left + width * 0.14, y=base + 13 - height, width=width * 0.72, height=height, colour=COUNT)
            )
        shapes.append(
            Label(x=left + width / 2, y=base + 17, text=slot.label, size=6.5, anchor="middle", colour=SOFT_INK)
        )
    shapes.append(Stroke(x1=_LEFT, y1=base + 13, x2=WIDTH, y2=base + 13, colour=GRID))
    shapes.append(Label(x=_LEFT - 1.5, y=base + 6.2, text=f"{most:,}", size=6, anchor="end", colour=SOFT_INK))
    shapes.append(Label(x=WIDTH, y=4, text=counts, size=7, anchor="end", colour=SOFT_INK))
    return Drawing(width=WIDTH, height=base + 19, shapes=tuple(shapes), alt=alt)


def _ceiling(shares: Sequence[float]) -> int:
    """Return the upper end of the axis, in percent."""
    return next(step for step in _STEPS if step >= min(100.0, max(shares, default=0.0)))


def _key(legend: Mapping[str, str], colours: Mapping[str, str]) -> list[Shape]:
    shapes: list[Shape] = []
    x = _LEFT
    for name, words in legend.items():
        shapes.append(BarShape(x=x, y=1.6, width=2.6, height=2.6, colour=colours[name]))
        shapes.append(Label(x=x + 3.6, y=4, text=words, size=7.5))
        x += 8 + len(words) * 1.5
    return shapes


def _grid(top: float, base: float) -> list[Shape]:
    shapes: list[Shape] = []
    for quarter in range(5):
        y = base - _PLOT * quarter / 4
        shapes.append(Stroke(x1=_LEFT, y1=y, x2=WIDTH, y2=y, colour=GRID))
        if quarter % 2 == 0:
            text = f"{top * quarter / 4:g} %"
            shapes.append(Label(x=_LEFT - 1.5, y=y + 0.9, text=text, size=6.5, anchor="end", colour=SOFT_INK))
    return shapes


def expressions(counts: Mapping[str, int], words: Mapping[str, str], alt: str) -> Drawing:
    """Return one bar of the full width, divided by expression, and its legend with counts and shares."""
    colours = {**EXPRESSIONS, REST: COUNT}
    total = sum(counts.values())
    shapes: list[Shape] = []
    x = 0.0
    for place, (name, text) in enumerate(words.items()):
        count = counts.get(name, 0)
        width = WIDTH * count / total if total else 0.0
        if count:
            shapes.append(BarShape(x=x, y=0, width=width, height=8, colour=colours[name]))
            x += width
        left = place * WIDTH / len(words)
        share = f"{100 * count / total:.1f} %" if total else ""
        shapes.append(BarShape(x=left, y=11, width=2.6, height=2.6, colour=colours[name]))
        shapes.append(Label(x=left + 3.6, y=13.3, text=text, size=7.5))
        shapes.append(Label(x=left + 3.6, y=17, text=f"{count:,} · {share}", size=7, colour=SOFT_INK))
    return Drawing(width=WIDTH, height=18.5, shapes=tuple(shapes), alt=alt)


@dataclass(frozen=True)
class CoverageRow:
    """One camera: `shares` in percent, in equal slices of the period; future slices are missing at the end."""

    name: str
    note: str
    value: str
    shares: Sequence[int]


COVERAGE_ROWS = 12
"""Rows of one coverage chart, at most: a page break then leaves less than two fifths of a page empty."""
FULL_COVERAGE_ROWS = 6
"""Rows of two lines, at most; more cameras get compact ones."""


def coverage(
    strips: Sequence[CoverageRow], marks: Sequence[str], slices: int, alt: str, *, is_compact: bool = False
) -> Drawing:
    """Return one row per camera, dark where it was watching. `marks`: labels spread evenly below the rows.

    `is_compact`: rows of one line, for a plant with many cameras.
    """
    left, right, row = (58.0, 14.0, 5.6) if is_compact else (44.0, 26.0, 11.0)
    width = WIDTH - left - right
    shapes: list[Shape] = []
    for place, strip in enumerate(strips):
        y = place * row
        shapes.extend(_name_row(strip, y, is_compact=is_compact))
        shapes.extend(
            BarShape(
                x=left + start * width / slices,
                y=y + 1,
                width=(end - start) * width / slices,
                height=3.4 if is_compact else 6,
                colour=colour,
            )
            for start, end, colour in _runs(strip.shares)
        )
    base = len(strips) * row
    for number, mark in enumerate(marks):
        x = left + number * width / max(1, len(marks) - 1)
        shapes.append(Label(x=x, y=base + 2, text=mark, size=6.5, anchor="middle", colour=SOFT_INK))
    return Drawing(width=WIDTH, height=base + 4, shapes=tuple(shapes), alt=alt)


def _name_row(strip: CoverageRow, y: float, *, is_compact: bool) -> list[Shape]:
    share, _, note = strip.value.partition("|")
    value = Label(x=WIDTH, y=y + 3.6, text=share, anchor="end", is_bold=True)
    if is_compact:
        name = f"{strip.name} · {strip.note}" if strip.note else strip.name
        return [Label(x=0, y=y + 3.6, text=_shorten(name, 40), size=7.5), value]
    return [
        Label(x=0, y=y + 3.6, text=_shorten(strip.name, 26), size=7.5, is_bold=True),
        Label(x=0, y=y + 6.9, text=_shorten(strip.note, 32), size=6.5, colour=SOFT_INK),
        value,
        Label(x=WIDTH, y=y + 6.9, text=note, size=6.5, anchor="end", colour=SOFT_INK),
    ]


def _runs(shares: Sequence[int]) -> list[tuple[int, int, str]]:
    """Return neighbouring slices of one colour as one bar, so that no seams show between them."""
    runs: list[tuple[int, int, str]] = []
    for place, share in enumerate(shares):
        colour = blend(share / 100)
        if runs and runs[-1][2] == colour:
            runs[-1] = (runs[-1][0], place + 1, colour)
        else:
            runs.append((place, place + 1, colour))
    return runs


@dataclass(frozen=True)
class UsualComparison:
    """One person's share in percent, now and usually."""

    name: str
    share: float
    usual: float


def against_usual(pairs: Sequence[UsualComparison], alt: str) -> Drawing:
    """Return one row per person: a hollow circle at the usual share, a dot at the present one."""
    left, row = 56.0, 6.0
    width = WIDTH - left - 8
    top = _ceiling([value for pair in pairs for value in (pair.share, pair.usual)])
    shapes: list[Shape] = []
    base = len(pairs) * row
    for quarter in range(5):
        x = left + width * quarter / 4
        shapes.append(Stroke(x1=x, y1=0, x2=x, y2=base, colour=GRID))
        text = f"{top * quarter / 4:g} %"
        shapes.append(Label(x=x, y=base + 3.2, text=text, size=6.5, anchor="middle", colour=SOFT_INK))
    for place, pair in enumerate(pairs):
        y = place * row + row / 2
        now, usual = (left + width * value / top for value in (pair.share, pair.usual))
        shapes.append(Label(x=0, y=y + 1, text=_shorten(pair.name, 36), size=7.5))
        shapes.append(Stroke(x1=min(now, usual), y1=y, x2=max(now, usual), y2=y, colour=COUNT, width=0.8))
        shapes.append(Dot(x=usual, y=y, radius=1.1, colour=SOFT_INK, is_hollow=True))
        shapes.append(Dot(x=now, y=y, radius=1.3, colour=STRESS))
    return Drawing(width=WIDTH, height=base + 5, shapes=tuple(shapes), alt=alt)


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
