"""Texts of the page of the plant."""

from stressvision.core.texts import Message

SHORT_DAYS: tuple[Message, ...] = (
    Message(es="lun", en="Mon"),
    Message(es="mar", en="Tue"),
    Message(es="mié", en="Wed"),
    Message(es="jue", en="Thu"),
    Message(es="vie", en="Fri"),
    Message(es="sáb", en="Sat"),
    Message(es="dom", en="Sun"),
)
