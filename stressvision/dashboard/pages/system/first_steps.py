"""Primeros pasos: camera, person, account, notification and backup, ticked as they come true."""

import streamlit as st

from stressvision.dashboard import html, texts
from stressvision.dashboard.api_calls import system_requests
from stressvision.dashboard.page_context import PageContext, show_errors
from stressvision.dashboard.pages.settings.page import SECTION
from stressvision.dashboard.palette import STATES
from stressvision.wire.system import SystemStatus

REFRESH_SECONDS = 5
_PATHS = {"device": "camara", "person": "inscribir", "account": "cuentas", "delivery": "ajustes", "backup": "sistema"}
_SECTIONS = {"delivery": {SECTION: "avisos"}}
"""The section of a step's page that its link opens."""


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.system.STEPS_TITLE)))
    _show_steps(context)


def list_done(status: SystemStatus) -> dict[str, bool]:
    """Return whether each step was taken."""
    return {
        "device": status.has_device,
        "person": status.has_person,
        "account": status.has_account,
        "delivery": status.has_delivery,
        "backup": status.has_backup,
    }


@st.fragment(run_every=REFRESH_SECONDS)
def _show_steps(context: PageContext) -> None:
    with show_errors(context):
        status = system_requests.read_status(context.backend)
        done = list_done(status)
        if all(done.values()):
            st.html(html.notice(context.text(texts.system.STEPS_ALL_DONE)))
        else:
            st.html(html.small(context.text(texts.system.STEPS_DONE, done=sum(done.values()), all=len(done))))
        if status.is_demo:
            st.html(html.small(context.text(texts.system.STEPS_DEMO)))
        for number, (step, is_done) in enumerate(done.items(), 1):
            _show_step(context, number, step, is_done=is_done)


def _show_step(context: PageContext, number: int, step: str, *, is_done: bool) -> None:
    title, about, link = texts.system.STEPS[step]
    colour, label = (
        (STATES["watching"], texts.system.STEP_DONE) if is_done else (STATES["no_camera"], texts.system.STEP_OPEN)
    )
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.html(
            html.step(f"{number}. {context.text(title)}", html.Chip(colour, context.text(label)), context.text(about))
        )
        page = context.pages.get(_PATHS[step])
        if page is not None and not is_done:
            st.page_link(
                page, label=context.text(link), icon=":material/arrow_forward:", query_params=_SECTIONS.get(step)
            )
