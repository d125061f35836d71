"""What every page needs: whom to ask, in which language to speak, and the plant's time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from stressvision.core.clock import Clock, utc_now
from stressvision.core.errors import (
    Language,
    Message,
    ServerUnreachable,
    StressVisionError,
    Unauthenticated,
)
from stressvision.dashboard import html, texts
from stressvision.dashboard.client import BackendClient
from stressvision.domain.roles import Role, sees_persons

LOGIN_REQUIRED = "login_asked"
"""Key of the session state: the backend has asked for a token."""


@dataclass(frozen=True)
class PageContext:
    backend: BackendClient
    language: Language
    zone: ZoneInfo
    clock: Clock = utc_now
    role: Role | None = None
    """Of whoever logged in; None where nobody has to."""

    @property
    def sees_persons(self) -> bool:
        return sees_persons(self.role)

    def text(self, message: Message, **values: object) -> str:
        return message.text(self.language).format(**values)

    def count(self, number: int, one: Message, many: Message) -> str:
        return self.text(one if number == 1 else many, count=f"{number:,}")

    def percent(self, share: float | None) -> str:
        return self.text(texts.common.NOT_SET) if share is None else f"{100 * share:.0f} %"

    def local(self, moment: datetime) -> datetime:
        """The plant's wall clock."""
        return moment.astimezone(self.zone)

    def date_and_time(self, moment: datetime) -> str:
        return f"{self.local(moment):%d/%m/%Y %H:%M}"

    def ago(self, moment: datetime) -> str:
        """How long ago, in words; the date once that says more."""
        seconds = max(0, int((self.clock() - moment).total_seconds()))
        for limit, unit, message in texts.common.AGO:
            if seconds < limit:
                return self.text(message, count=seconds // unit)
        return self.date_and_time(moment)


def restart_login() -> None:
    """Forgets whoever was in, and begins again where one logs in."""
    st.session_state.clear()
    st.session_state[LOGIN_REQUIRED] = True
    st.rerun()


@contextmanager
def show_errors(context: PageContext) -> Iterator[None]:
    """Turns whatever the backend cannot answer into a calm sentence where the content would stand."""
    try:
        yield
    except Unauthenticated:
        restart_login()
    except StressVisionError as error:
        title = texts.common.UNREACHABLE if isinstance(error, ServerUnreachable) else texts.common.UNAVAILABLE
        st.html(
            html.notice(context.text(title), error.message.text(context.language), context.text(texts.common.RECOVERS))
        )
