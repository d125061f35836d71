"""The reader of a document: language, time zone, account, and whether persons are shown."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from stressvision.core.texts import Language, Message
from stressvision.documents import report_texts as texts


@dataclass(frozen=True)
class ReaderProfile:
    """The reader of one document.

    `asked_by`: the requesting account, where there are accounts. `shows_stress`: false under a policy
    without emotions.
    """

    language: Language
    time_zone: str
    asked_at: datetime
    asked_by: str | None = None
    has_persons: bool = True
    shows_stress: bool = True

    def text(self, message: Message, **values: object) -> str:
        """Return the message in the reader's language, with its placeholders filled in."""
        return message.text(self.language).format(**values)

    def local(self, moment: datetime) -> datetime:
        """Return the moment in the plant's time zone."""
        return moment.astimezone(ZoneInfo(self.time_zone))

    def name_date(self, day: date) -> str:
        """Return a date as "22 de noviembre de 2026"."""
        month = texts.MONTHS[day.month - 1].text(self.language)
        return self.text(texts.DATE, day=day.day, month=month, year=day.year)

    def name_day(self, day: date) -> str:
        """Return a date with its weekday."""
        weekday = texts.DAYS[day.weekday()].text(self.language)
        return self.text(texts.DAY_AND_DATE, weekday=weekday[0].upper() + weekday[1:], date=self.name_date(day))

    def name_moment(self, moment: datetime) -> str:
        """Return the moment as DD/MM/YYYY HH:MM in the plant's time zone."""
        return f"{self.local(moment):%d/%m/%Y %H:%M}"

    def zone(self, moment: datetime) -> str:
        """Return the time zone with its offset, as in "America/Lima (UTC-5)"."""
        offset = f"{self.local(moment):%z}"
        minutes = "" if offset.endswith("00") else f":{offset[3:]}"
        return f"{self.time_zone} (UTC{'-' if offset[0] == '-' else '+'}{int(offset[1:3])}{minutes})"
