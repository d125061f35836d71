"""What every page receives: the API client, the language, the time zone, the clock and the role."""

import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NoReturn
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from stressvision.core.clock import Clock, utc_now
from stressvision.core.errors import ServerUnreachable, StressVisionError, Unauthenticated
from stressvision.core.texts import Language, Message
from stressvision.dashboard import html, texts
from stressvision.dashboard.client import BackendClient
from stressvision.domain.auth import Role, sees_groups, sees_persons

Measure = Literal["stress", "fatigue"]

# Keys of the session state.
LOGIN_REQUIRED = "login_required"
"""The backend requested a token."""
ENDED_SESSION = "ended_session"
"""The token of a login session that ended: the cookies that this page came with may still hold it."""
LOGGED_OUT = "logged_out"
"""A value of its own for each logout: the browser is to forget the cookie and the drafts of notes."""


def escape_markdown(text: str) -> str:
    """Return text without Markdown: no link, picture, formula or colour in the name of a person."""
    return re.sub(r"([\\`*_\[\]()<>!#$:~|&@]|(?<=www)\.)", r"\\\1", text)


@dataclass(frozen=True)
class PageContext:
    """The context of one script run.

    `role`: of the logged-in account, None where no login is required. `pages`: the pages that the role may open, by
    their path, for links; empty in a page that is rendered on its own. `shows_emotions`: false under a policy that
    allows fatigue only, also for rows stored under an earlier policy.
    """

    backend: BackendClient
    language: Language
    zone: ZoneInfo
    clock: Clock = utc_now
    role: Role | None = None
    pages: Mapping[str, StreamlitPage] = field(default_factory=dict)
    shows_emotions: bool = True

    @property
    def sees_persons(self) -> bool:
        """Return whether the role may see single persons."""
        return sees_persons(self.role)

    @property
    def sees_groups(self) -> bool:
        """Return whether the role may see figures about groups of people."""
        return sees_groups(self.role)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Return the shares that pages show."""
        return ("stress", "fatigue") if self.shows_emotions else ("fatigue",)

    @property
    def expressions(self) -> tuple[str, ...]:
        """Return the expressions that pages name, in the order of charts."""
        return ("neutral", "happy", "stress", "sad", "fatigue") if self.shows_emotions else ("fatigue",)

    def permitted(self, expression: str | None) -> str | None:
        """Return the expression of a detection, or None where the policy allows no emotion and it is one."""
        return expression if self.shows_emotions or expression == "fatigue" else None

    def text(self, message: Message, **values: object) -> str:
        """Return the message in the language of the page, with its placeholders filled in."""
        return message.text(self.language).format(**values)

    def markdown(self, message: Message, **values: object) -> str:
        """Return a text for an element that renders Markdown, such as a button: values show as they were typed."""
        return self.text(message, **{name: escape_markdown(str(value)) for name, value in values.items()})

    def count(self, number: int, one: Message, many: Message) -> str:
        """Return the singular or the plural text for a number."""
        return self.text(one if number == 1 else many, count=f"{number:,}")

    def percent(self, share: float | None) -> str:
        """Return a share (0 to 1) as a whole percentage, or a dash for None."""
        return self.text(texts.common.NOT_SET) if share is None else f"{100 * share:.0f} %"

    def mark_odd(self, text: str, odd_fields: Collection[str]) -> str:
        """Return the text, with a mark if fields of its row cannot be read."""
        return f"{text} · {self.text(texts.common.ODD_FIELDS)}" if odd_fields else text

    def local(self, moment: datetime) -> datetime:
        """Return the moment in the plant's time zone."""
        return moment.astimezone(self.zone)

    def date_and_time(self, moment: datetime) -> str:
        """Return the moment as DD/MM/YYYY HH:MM in the plant's time zone."""
        return f"{self.local(moment):%d/%m/%Y %H:%M}"

    def ago(self, moment: datetime) -> str:
        """Return how long ago the moment was; the date from one day on."""
        seconds = max(0, int((self.clock() - moment).total_seconds()))
        for limit, unit, message in texts.common.AGO:
            if seconds < limit:
                return self.text(message, count=seconds // unit)
        return self.date_and_time(moment)


def restart_login(ended_token: str = "", *, logs_out: bool = False) -> NoReturn:
    """Clear the session and rerun the script at the login form.

    `ended_token`: the token that is not valid any more. `logs_out`: the user asked for it; a session that expired keeps
    its drafts.
    """
    st.session_state.clear()
    st.session_state[LOGIN_REQUIRED] = True
    if ended_token:
        st.session_state[ENDED_SESSION] = ended_token
    if logs_out:
        st.session_state[LOGGED_OUT] = secrets.token_hex(8)
    st.rerun()


def explain_no_emotions(context: PageContext) -> None:
    """Render why there is no emotion, where the policy allows none."""
    if not context.shows_emotions:
        st.html(html.small(context.text(texts.common.NO_EMOTIONS)))


@contextmanager
def show_errors(context: PageContext) -> Iterator[None]:
    """Render an error of the API as a message in place of the content. Restart the login on Unauthenticated."""
    try:
        yield
    except Unauthenticated:
        restart_login(context.backend.token)
    except StressVisionError as error:
        show_error(context, error)


def show_error(context: PageContext, error: StressVisionError) -> None:
    """Render an error of the API in place of content that is loaded again by itself."""
    title = texts.common.UNREACHABLE if isinstance(error, ServerUnreachable) else texts.common.UNAVAILABLE
    st.html(html.notice(context.text(title), error.message.text(context.language), context.text(texts.common.RECOVERS)))
