"""The tables of departments and of persons in a report."""

from collections.abc import Sequence

from stressvision.core.names import spanish_order
from stressvision.documents import charts
from stressvision.documents import report_texts as texts
from stressvision.documents.document import Block, Chart, Column, Heading, Paragraph, Table
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.wire.reports import EmployeeReport, GroupReport

MOST_COMPARED = 12


def build_department_table(reader: ReaderProfile, groups: Sequence[GroupReport]) -> list[Block]:
    """Return the table of departments, or nothing where there are none."""
    if not groups:
        return []
    columns = [
        Column(title=reader.text(texts.DEPARTMENT), share=5),
        Column(title=reader.text(texts.PEOPLE), share=3, is_number=True),
        Column(title=reader.text(texts.DETECTIONS), share=2.4, is_number=True),
        Column(title=reader.text(texts.STRESS_PCT), share=2, is_number=True),
        Column(title=reader.text(texts.FATIGUE_PCT), share=2, is_number=True),
    ]
    rows = [
        [
            group.department or reader.text(texts.NO_DEPARTMENT),
            f"{group.people:,}",
            f"{group.total_detections:,}",
            _percent(reader, group.stress_pct),
            f"{group.fatigue_pct:.1f}",
        ]
        for group in groups
    ]
    hidden = set() if reader.shows_stress else {3}
    return [Heading(text=reader.text(texts.BY_DEPARTMENT)), _table(columns, rows, hidden)]


def build_person_table(reader: ReaderProfile, people: Sequence[EmployeeReport]) -> list[Block]:
    """Return a table of all persons, furthest above their usual level first, and a chart of those that differ most."""
    heading = Heading(text=reader.text(texts.BY_PERSON))
    if not people:
        return [heading, Paragraph(text=reader.text(texts.NO_PEOPLE))]
    columns = [
        Column(title=reader.text(texts.NAME), share=4.4),
        Column(title=reader.text(texts.CODE), share=1.9),
        Column(title=reader.text(texts.DEPARTMENT), share=3),
        Column(title=reader.text(texts.DETECTIONS), share=2.8, is_number=True),
        Column(title=reader.text(texts.STRESS_PCT), share=2.5, is_number=True),
        Column(title=reader.text(texts.USUAL), share=2.4, is_number=True),
        Column(title=reader.text(texts.DIFFERENCE), share=2.6, is_number=True),
        Column(title=reader.text(texts.FATIGUE_PCT), share=2.3, is_number=True),
        Column(title=reader.text(texts.USUAL), share=2.4, is_number=True),
    ]
    ordered = sorted(people, key=lambda person: (-_difference(person), spanish_order(person.name)))
    hidden = set() if reader.shows_stress else {4, 5, 6}
    blocks: list[Block] = [heading, *_compare(reader, ordered)]
    blocks.append(_table(columns, [_row(reader, person) for person in ordered], hidden))
    return blocks


def _difference(person: EmployeeReport) -> float:
    """Return the points above the usual level. Without history 0: below those above it, above those below it."""
    usual = person.usual.stress_pct if person.usual else None
    return 0.0 if usual is None or person.stress_pct is None else person.stress_pct - usual


def _row(reader: ReaderProfile, person: EmployeeReport) -> list[str]:
    usual = person.usual
    return [
        person.name,
        person.code,
        person.department or reader.text(texts.NOT_SET),
        f"{person.total_detections or sum(person.counts.values()):,}",
        _percent(reader, person.stress_pct),
        _percent(reader, usual.stress_pct) if usual else reader.text(texts.NO_HISTORY),
        f"{_difference(person):+.1f}" if usual else reader.text(texts.NOT_SET),
        _percent(reader, person.fatigue_pct),
        f"{usual.fatigue_pct:.1f}" if usual else reader.text(texts.NO_HISTORY),
    ]


def _percent(reader: ReaderProfile, share: float | None) -> str:
    return reader.text(texts.NOT_SET) if share is None else f"{share:.1f}"


def _compare(reader: ReaderProfile, people: Sequence[EmployeeReport]) -> list[Block]:
    known = [person for person in people if person.usual is not None]
    furthest = sorted(known, key=lambda person: -abs(_difference(person)))[:MOST_COMPARED]
    shown = [person for person in people if person in furthest]
    if not shown or not reader.shows_stress:
        return []
    pairs = [
        charts.UsualComparison(f"{person.name} · {person.code}", person.stress_pct, person.usual.stress_pct)
        for person in shown
        if person.usual is not None and person.stress_pct is not None and person.usual.stress_pct is not None
    ]
    title = f"{reader.text(texts.STRESS)}: {reader.text(texts.COMPARED).lower()}"
    note = reader.text(texts.COMPARED_NOTE, count=len(pairs))
    return [Chart(title=title, drawing=charts.against_usual(pairs, title), note=note)]


def _table(columns: Sequence[Column], rows: Sequence[Sequence[str]], hidden: set[int]) -> Table:
    kept = [place for place in range(len(columns)) if place not in hidden]
    return Table(
        columns=tuple(columns[place] for place in kept), rows=tuple(tuple(row[place] for place in kept) for row in rows)
    )
