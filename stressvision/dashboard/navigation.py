"""The pages of the console: sections, addresses, roles, and the count in a title. One line registers a page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from stressvision.core.texts import Message
from stressvision.dashboard import html, texts
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.pages import employees, overview, reports
from stressvision.dashboard.pages.accounts import page as accounts
from stressvision.dashboard.pages.alerts import page as alerts
from stressvision.dashboard.pages.cameras import page as cameras
from stressvision.dashboard.pages.enrolment import page as enrolment
from stressvision.dashboard.pages.own import page as own
from stressvision.dashboard.pages.own import self_reports
from stressvision.dashboard.pages.person import page as person
from stressvision.dashboard.pages.plant import page as plant
from stressvision.dashboard.pages.settings import page as settings
from stressvision.dashboard.pages.system import first_steps
from stressvision.dashboard.pages.system import page as system
from stressvision.dashboard.status import PlantStatus
from stressvision.domain.auth import Role

Audience = frozenset[Role]
ALL_READERS: Audience = frozenset({Role.HEALTH, Role.ADMIN, Role.VIEWER})
HEALTH: Audience = frozenset({Role.HEALTH})
ADMIN: Audience = frozenset({Role.ADMIN})
RECORDS: Audience = HEALTH | ADMIN
FIGURES: Audience = frozenset({Role.HEALTH, Role.VIEWER})


class Section(StrEnum):
    """The groups of pages, in the order of the navigation."""

    WATCH = "watch"
    PLANT = "plant"
    PEOPLE = "people"
    CAMERAS = "cameras"
    SYSTEM = "system"
    OWN = "own"


@dataclass(frozen=True)
class PageEntry:
    """One page of the console.

    `path`: its address, in Spanish and never changed. `roles`: the roles that may open it; without accounts, all pages
    are open. `count`: the number shown in its title, 0 or None for no number. `is_public`: opens without a login, and
    has no link in the navigation. The API enforces the roles on its own.
    """

    path: str
    section: Section
    title: Message
    icon: str
    roles: Audience
    render: Callable[[PageContext], None]
    count: Callable[[PlantStatus], int | None] | None = None
    is_public: bool = False

    def is_open_to(self, role: Role | None) -> bool:
        """Return whether an account of the role, or any user where no account exists, may open the page."""
        return self.is_public or role is None or role in self.roles


_t = texts.common
PAGES: tuple[PageEntry, ...] = (
    PageEntry("resumen", Section.WATCH, _t.OVERVIEW, "monitoring", ALL_READERS, overview.render),
    PageEntry("alertas", Section.WATCH, _t.ALERTS, "inbox", HEALTH, alerts.render, lambda now: now.pending_alerts),
    PageEntry("persona", Section.WATCH, texts.person.TITLE, "person", HEALTH, person.render),
    PageEntry("planta", Section.PLANT, texts.plant.TITLE, "grid_on", FIGURES, plant.render),
    PageEntry("reportes", Section.PLANT, _t.REPORTS, "description", FIGURES, reports.render),
    PageEntry("inscribir", Section.PEOPLE, texts.enrolment.TITLE, "person_add", RECORDS, enrolment.render),
    PageEntry("empleados", Section.PEOPLE, _t.EMPLOYEES, "group", RECORDS, employees.render),
    PageEntry("autoinforme", Section.PEOPLE, texts.own.SELF_REPORTS_TITLE, "mood", RECORDS, self_reports.render),
    PageEntry("camara", Section.CAMERAS, _t.CAMERA, "videocam", RECORDS, cameras.render),
    PageEntry("sistema", Section.SYSTEM, texts.system.TITLE, "dns", ADMIN, system.render),
    PageEntry("ajustes", Section.SYSTEM, texts.settings.TITLE, "tune", RECORDS, settings.render),
    PageEntry("cuentas", Section.SYSTEM, texts.accounts.TITLE, "manage_accounts", ADMIN, accounts.render),
    PageEntry("primeros-pasos", Section.SYSTEM, texts.system.STEPS_TITLE, "checklist", ADMIN, first_steps.render),
    PageEntry("mis-datos", Section.OWN, texts.own.TITLE, "badge", frozenset(), own.render, is_public=True),
)
"""The first one is the page of the address without a path."""


def create_navigation(
    context: PageContext, status: PlantStatus | None, *, logged_in: bool
) -> tuple[PageContext, StreamlitPage]:
    """Return the context with links to the pages, and the open page.

    Pages are registered before the login too, without links: the address with its alert link survives it.
    """
    links: dict[str, StreamlitPage] = {}
    linked = replace(context, pages=links)
    refused: dict[str, StreamlitPage] = {}
    for number, entry in enumerate(PAGES):
        if entry.is_open_to(context.role):
            links[entry.path] = _create_page(linked, entry, status, is_default=number == 0)
        else:
            render, title = partial(_show_refusal, context), context.text(entry.title)
            refused[entry.path] = st.Page(render, title=title, url_path=entry.path, visibility="hidden")
    position: Literal["sidebar", "hidden"] = "sidebar" if logged_in else "hidden"
    return linked, st.navigation(_group(context, links | refused), position=position, expanded=True)


def is_public(page: StreamlitPage) -> bool:
    """Return whether the page opens without a login."""
    return any(entry.is_public for entry in PAGES if entry.path == page.url_path)


def _create_page(
    context: PageContext, entry: PageEntry, status: PlantStatus | None, *, is_default: bool
) -> StreamlitPage:
    number = entry.count(status) if entry.count and status else None
    title = context.text(entry.title)
    return st.Page(
        partial(entry.render, context),
        title=f"{title} ({number:,})" if number else title,
        icon=f":material/{entry.icon}:",
        url_path=entry.path,
        default=is_default,
        visibility="hidden" if entry.is_public else "visible",
    )


def _show_refusal(context: PageContext) -> None:
    """Render the reason why the account may not open the page of this address."""
    remedy = context.text(texts.shell.NOT_ALLOWED_REMEDY)
    st.html(html.notice(context.text(texts.shell.NOT_ALLOWED), remedy))


def _group(context: PageContext, pages: Mapping[str, StreamlitPage]) -> dict[str, list[StreamlitPage]]:
    """Return the pages by the title of their section, in the order of the sections."""
    groups: dict[Section, list[StreamlitPage]] = {section: [] for section in Section}
    for entry in PAGES:
        groups[entry.section].append(pages[entry.path])
    return {context.text(texts.navigation.SECTIONS[section]): grouped for section, grouped in groups.items() if grouped}
