"""Ajustes: one form a section; thresholds can be tried on the last week before they are saved."""

from collections.abc import Mapping, Sequence

import streamlit as st

from stressvision.core.errors import StressVisionError, Unauthenticated
from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import acting_user, remember_acting_user
from stressvision.dashboard.api_calls import settings_requests
from stressvision.dashboard.page_context import PageContext, explain_no_emotions, restart_login, show_errors
from stressvision.dashboard.pages.settings.fields import read_field
from stressvision.dashboard.pages.settings.recipients import show_recipients
from stressvision.dashboard.pages.settings.routes import DONE
from stressvision.domain.auth import Role
from stressvision.wire.settings import RulePreview, SettingState, SettingValue

_STRESS = frozenset({"min_stress_events", "stress_threshold"})
"""Settings without effect where the policy allows no emotion."""
SECTION = "seccion"
SECTIONS = {
    "alertas": "alerts",
    "avisos": "notifications",
    "conservacion": "retention",
    "copias": "backups",
    "politica": "policy",
}
"""Sections by their word in the address."""


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.settings.TITLE)))
    if sentence := st.session_state.pop(DONE, None):
        st.toast(sentence)
    stated = SECTIONS.get(st.query_params.get(SECTION, ""), "alerts")
    st.session_state.setdefault("settings_group", stated)
    chosen = st.segmented_control(
        context.text(texts.settings.GROUP),
        list(texts.settings.GROUPS),
        required=True,
        format_func=lambda name: context.text(texts.settings.GROUPS[name]),
        label_visibility="collapsed",
        key="settings_group",
    )
    group = chosen or stated
    if group != stated:
        st.query_params[SECTION] = next(word for word, name in SECTIONS.items() if name == group)
    with show_errors(context):
        settings = settings_requests.read_settings(context.backend).settings
        st.html(html.small(context.text(texts.settings.ABOUT[group])))
        if group == "notifications":
            show_recipients(context, next(item for item in settings if item.kind == "addresses"), may_change(context))
        shown = [item for item in settings if item.group == group and item.kind not in {"addresses", "routes"}]
        if group == "alerts":
            explain_no_emotions(context)
            shown = [item for item in shown if context.shows_emotions or item.name not in _STRESS]
        _show_form(context, group, shown)


def may_change(context: PageContext) -> bool:
    """Return whether the role may save settings."""
    return context.role in {None, Role.ADMIN}


def _show_form(context: PageContext, group: str, settings: Sequence[SettingState]) -> None:
    with st.form(f"settings_{group}"):
        typed: dict[str, SettingValue] = {}
        for index, setting in enumerate(settings):
            if index % 2 == 0:  # rows of two: a phone shows the fields in this order
                columns = st.columns(2, gap="large")
            with columns[index % 2]:
                typed[setting.name] = read_field(context, setting, is_disabled=not may_try(context, group))
        known = acting_user()
        user_id = known
        if not known and may_change(context):
            user_id = st.text_input(context.text(texts.settings.YOUR_NAME), max_chars=100).strip()
        with st.container(horizontal=True):
            tries = (
                group == "alerts"
                and context.sees_persons
                and st.form_submit_button(context.text(texts.settings.TRY), icon=":material/science:")
            )
            saves = may_change(context) and st.form_submit_button(
                context.text(texts.settings.SAVE), type="primary", icon=":material/save:"
            )
    if group == "alerts" and not may_change(context):
        st.html(html.small(context.text(texts.settings.MAY_NOT_CHANGE)))
    elif group == "alerts" and not context.sees_persons:
        st.html(html.small(context.text(texts.settings.PREVIEW_WITHHELD)))
    current = {setting.name: setting.value for setting in settings}
    changed = {
        setting.name: typed[setting.name]
        for setting in settings
        if setting.source != "environment" and typed[setting.name] != current[setting.name]
    }
    if tries or saves:
        if user_id and not known:
            remember_acting_user(user_id)
        _apply(context, changed, user_id, saves=saves)


def may_try(context: PageContext, group: str) -> bool:
    """Return whether the role may type other values: to save them, or to preview thresholds."""
    return may_change(context) or group == "alerts"


def _apply(context: PageContext, changed: Mapping[str, SettingValue], user_id: str, *, saves: bool) -> None:
    if not changed:
        st.info(context.text(texts.settings.NOTHING_CHANGED))
        return
    try:
        if not saves:
            _show_preview(context, settings_requests.preview_rules(context.backend, changed))
            return
        settings_requests.change_settings(context.backend, changed, user_id or "-")
    except Unauthenticated:
        restart_login(context.backend.token)
    except StressVisionError as error:
        sentences = [error.message.text(context.language)]
        labels = [context.text(texts.settings.LABELS[name]) for name in error.faults if name in texts.settings.LABELS]
        st.html(html.notice(context.text(texts.settings.NOT_SAVED), *labels, *sentences))
    else:
        st.session_state[DONE] = context.text(texts.settings.SAVED)
        st.rerun()


def _show_preview(context: PageContext, preview: RulePreview) -> None:
    if preview.withheld or preview.current is None or preview.proposed is None:
        st.info(context.text(texts.settings.PREVIEW_WITHHELD))
        return
    message = texts.settings.PREVIEW_SAME if preview.current == preview.proposed else texts.settings.PREVIEW
    sentence = context.text(
        message, days=preview.days, current=f"{preview.current:,}", proposed=f"{preview.proposed:,}"
    )
    about = context.text(
        texts.settings.PREVIEW_ABOUT, detections=f"{preview.detections:,}", created=f"{preview.created or 0:,}"
    )
    st.html(html.notice(sentence, about))
