"""What is stored about one person, as a document for that person."""

from collections.abc import Iterator
from datetime import datetime

from stressvision.core.texts import Message
from stressvision.documents import own_data_texts as words
from stressvision.documents import report_texts as texts
from stressvision.documents.document import Block, Column, Document, Heading, Paragraph, Table
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.domain.audit import ACTIONS
from stressvision.wire.alerts import Alert
from stressvision.wire.rights import AccessRecord, ConsentRecord, OwnData

SHOWN_ACCESSES = 200


def build_own_data_document(data: OwnData, reader: ReaderProfile) -> Document:
    """Return the document of everything that is stored about one person."""
    return Document(
        language=reader.language,
        product=reader.text(texts.PRODUCT),
        title=reader.text(words.TITLE),
        subtitle=f"{data.employee.full_name} · {data.employee.employee_code}",
        confidential=reader.text(words.CONFIDENTIAL),
        facts=tuple(_identity(data, reader)),
        blocks=tuple(_blocks(data, reader)),
        footer=reader.text(
            words.FOOTER, time=reader.name_moment(data.generated_at), zone=reader.zone(data.generated_at)
        ),
        page_label=reader.text(texts.PAGE, page="{page}", pages="{pages}"),
    )


def _identity(data: OwnData, reader: ReaderProfile) -> Iterator[tuple[str, str]]:
    person = data.employee
    is_recognised = person.is_active and person.consent_given and bool(data.faces)
    facts: tuple[tuple[Message, str | None], ...] = (
        (words.CODE, person.employee_code),
        (words.NAME, person.full_name),
        (words.DEPARTMENT, person.department),
        (words.SHIFT, _shift(person.shift, reader)),
        (words.ACTIVE, reader.text(words.YES if person.is_active else words.NO)),
        (words.RECOGNISED, reader.text(words.YES if is_recognised else words.NO)),
        (words.LAST_SEEN, _moment(reader, person.last_seen)),
        (words.CREATED, _moment(reader, person.created_at)),
        (words.POLICY, data.policy),
    )
    yield from ((reader.text(label), text or reader.text(words.NONE)) for label, text in facts)


def _blocks(data: OwnData, reader: ReaderProfile) -> Iterator[Block]:
    yield Heading(text=reader.text(words.RIGHTS))
    yield Paragraph(text=reader.text(words.RIGHTS_TEXT))
    yield Heading(text=reader.text(words.CONSENTS))
    columns = _columns(reader, (words.WHEN, 2), (words.WHAT, 1), (words.VERSION, 3), (words.HOW, 2), (words.USER, 2))
    yield _table(columns, [_consent(each, reader) for each in data.consents], reader, words.NO_CONSENTS)
    yield Heading(text=reader.text(words.FACES))
    faces = words.FACES_TEXT if data.faces else words.NO_FACES
    yield Paragraph(text=reader.text(faces, count=len(data.faces)))
    yield Heading(text=reader.text(words.DETECTIONS))
    yield _days(data, reader)
    yield Heading(text=reader.text(words.ALERTS))
    columns = _columns(reader, (words.WHEN, 2), (words.WHAT, 4), (words.STATUS, 1), (words.USER, 2), (words.NOTES, 3))
    yield _table(columns, [_alert(each, reader) for each in data.alerts], reader, words.NO_ALERTS)
    yield Heading(text=reader.text(words.REPORTS))
    yield _reports(data, reader)
    yield Heading(text=reader.text(words.ACCESSES))
    columns = _columns(reader, (words.WHEN, 2), (words.USER, 3), (words.WHAT, 4))
    latest = data.accesses[-SHOWN_ACCESSES:]
    yield _table(columns, [_access(each, reader) for each in reversed(latest)], reader, words.NONE)
    if len(latest) < len(data.accesses):
        count = reader.text(words.ACCESS_COUNT, shown=len(latest), count=len(data.accesses))
        yield Paragraph(text=count, is_note=True)
    if data.other_tables:
        yield Heading(text=reader.text(words.FURTHER))
    for name, rows in data.other_tables.items():
        yield Paragraph(text=reader.text(words.FURTHER_TEXT, table=name, count=len(rows)))


def _columns(reader: ReaderProfile, *titles: tuple[Message, float]) -> tuple[Column, ...]:
    return tuple(Column(title=reader.text(title), share=share) for title, share in titles)


def _table(columns: tuple[Column, ...], rows: list[tuple[str, ...]], reader: ReaderProfile, empty: Message) -> Block:
    return Table(columns=columns, rows=tuple(rows)) if rows else Paragraph(text=reader.text(empty))


def _consent(each: ConsentRecord, reader: ReaderProfile) -> tuple[str, ...]:
    return (
        reader.name_moment(each.recorded_at),
        reader.text(words.GIVEN if each.given else words.WITHDRAWN),
        f"{each.text_version} · {each.text_sha256[:16]}…",
        reader.text(words.METHODS.get(each.method, words.METHODS[None])),
        each.recorded_by or reader.text(words.NONE),
    )


def _days(data: OwnData, reader: ReaderProfile) -> Block:
    names = [name for name in words.EXPRESSIONS if any(name in day.counts for day in data.detection_days)]
    numbers = (words.TOTAL, *(words.EXPRESSIONS[name] for name in names))
    columns = (
        Column(title=reader.text(words.DAY), share=2),
        *(Column(title=reader.text(title), share=1.5, is_number=True) for title in numbers),
    )
    rows = [(day.day, str(day.total), *(str(day.counts.get(name, 0)) for name in names)) for day in data.detection_days]
    return _table(columns, rows, reader, words.NO_DETECTIONS)


def _alert(each: Alert, reader: ReaderProfile) -> tuple[str, ...]:
    users = " · ".join(person for person in (each.acknowledged_by, each.resolved_by) if person)
    return (
        reader.name_moment(each.timestamp),
        each.description or reader.text(words.NONE),
        reader.text(words.STATUSES.get(each.status, words.NONE)),
        users or reader.text(words.NONE),
        each.resolution_notes or reader.text(words.NONE),
    )


def _reports(data: OwnData, reader: ReaderProfile) -> Block:
    if not data.reports:
        return Paragraph(text=reader.text(words.NO_REPORTS))
    first, last = data.reports[0].start_timestamp, data.reports[-1].end_timestamp
    return Paragraph(
        text=reader.text(
            words.REPORTS_TEXT,
            count=len(data.reports),
            first=reader.name_moment(first),
            last=reader.name_moment(last),
        )
    )


def _access(each: AccessRecord, reader: ReaderProfile) -> tuple[str, ...]:
    address = each.ip_address or reader.text(words.NONE)
    action = ACTIONS.get(each.action)
    return (
        reader.name_moment(each.timestamp),
        each.user_id or reader.text(words.NO_ACCOUNT, address=address),
        reader.text(action) if action else each.action,
    )


def _shift(shift: str | None, reader: ReaderProfile) -> str | None:
    known = words.SHIFTS.get(shift or "")
    return reader.text(known) if known else shift


def _moment(reader: ReaderProfile, moment: datetime | None) -> str | None:
    return reader.name_moment(moment) if moment else None
