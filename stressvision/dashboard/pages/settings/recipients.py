"""Recipients of notifications: add an e-mail address or a webhook after a test, and remove one."""

from urllib.parse import quote, urlencode, urlsplit

import streamlit as st

from stressvision.core.errors import StressVisionError, Unauthenticated
from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import acting_user
from stressvision.dashboard.actions import show_refusal
from stressvision.dashboard.api_calls import settings_requests
from stressvision.dashboard.page_context import PageContext, restart_login
from stressvision.dashboard.pages.settings.routes import DONE, show_routes
from stressvision.wire.settings import SettingState

MAIL_MODES = {"starttls": ("mailtos", 587), "ssl": ("mailtos", 465), "insecure": ("mailto", 25)}
"""The ways to encrypt a connection to a mail server: scheme of the address and usual port."""
HIGHEST_PORT = 65535
_ADDED = "recipients_added"
"""Key of the session state: how many were added. It is part of the forms' keys: a new one is empty and closed."""


def show_recipients(context: PageContext, setting: SettingState, may_change: bool) -> None:
    """Render the recipients and, for roles that may change them, the forms."""
    st.html(html.subheading(context.text(texts.settings.TARGETS)))
    is_fixed = setting.source == "environment"
    if is_fixed:
        st.html(html.small(context.text(texts.settings.FIXED, variable=setting.variable)))
    queue = context.backend.notifications()
    general = [target for target in queue.targets if target.name is None]
    if not queue.targets:
        st.html(html.empty(context.text(texts.settings.NO_TARGETS)))
    for target in general:
        with st.container(horizontal=True, vertical_alignment="center"):
            sent = (
                context.text(texts.settings.TARGET_SENT, ago=context.ago(target.last_sent_at))
                if target.last_sent_at
                else context.text(texts.settings.TARGET_UNUSED)
            )
            parts = (target.label, sent if queue.waiting is not None else None, target.last_error)
            st.html(html.small(" · ".join(part for part in parts if part)), width="content")
            label = context.text(texts.routes.TEST, name=target.label)
            if may_change and st.button(label, type="tertiary", key=f"test_{target.target}"):
                _test(context, None, target.target)
            label = context.text(texts.settings.REMOVE_TARGET, label=target.label)
            if may_change and not is_fixed and st.button(label, type="tertiary", key=f"remove_{target.target}"):
                _remove(context, target.target)
    if may_change and not is_fixed:
        left, right = st.columns(2, gap="large")
        added = st.session_state.get(_ADDED, 0)
        with left.expander(context.text(texts.settings.ADD_MAIL), icon=":material/mail:", key=f"add_mail_{added}"):
            _show_mail_form(context, f"mail_{added}")
        with right.expander(context.text(texts.settings.ADD_HOOK), icon=":material/webhook:", key=f"add_hook_{added}"):
            _show_hook_form(context, f"hook_{added}")
    show_routes(context, lambda own, target: _test(own, None, target), may_change=may_change)


def _show_mail_form(context: PageContext, key: str) -> None:
    with st.form(key, border=False):
        left, right = st.columns([3, 2])
        server = left.text_input(context.text(texts.settings.MAIL_SERVER), placeholder="smtp.example.com").strip()
        port = right.number_input(
            context.text(texts.settings.MAIL_PORT),
            1,
            HIGHEST_PORT,
            value=None,
            placeholder=context.text(texts.settings.USUAL_PORT),
        )
        mode = st.segmented_control(
            context.text(texts.settings.MAIL_MODE),
            list(MAIL_MODES),
            default="starttls",
            required=True,
            format_func=lambda name: context.text(texts.settings.MAIL_MODES[name]),
        )
        left, right = st.columns(2)
        user = left.text_input(context.text(texts.settings.MAIL_USER), autocomplete="off").strip()
        password = right.text_input(
            context.text(texts.settings.MAIL_PASSWORD), type="password", autocomplete="new-password"
        )
        left, right = st.columns(2)
        sender = left.text_input(context.text(texts.settings.MAIL_FROM), placeholder="stressvision@example.com").strip()
        to = right.text_input(context.text(texts.settings.MAIL_TO), placeholder="medico@example.com").strip()
        tests, adds = _submit_buttons(context)
    if not (tests or adds):
        return
    if not (server and sender and to):
        st.warning(context.text(texts.settings.INCOMPLETE))
    elif mode == "insecure" and (user or password):
        st.warning(context.text(texts.settings.NO_PLAIN_PASSWORD))
    else:
        _add(context, mail_address(server, port, mode, user, password, sender, to), tests=tests)


def _show_hook_form(context: PageContext, key: str) -> None:
    with st.form(key, border=False):
        url = st.text_input(context.text(texts.settings.HOOK_URL), placeholder="https://example.com/hook").strip()
        tests, adds = _submit_buttons(context)
    if not (tests or adds):
        return
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.netloc:
        st.warning(context.text(texts.settings.NOT_HTTPS))
        return
    _add(context, url.replace("https://", "jsons://", 1), tests=tests)


def mail_address(server: str, port: int | None, mode: str, user: str, password: str, sender: str, to: str) -> str:
    """Return the address of apprise for a mailbox. `mode`: of MAIL_MODES. `port`: None for the usual one."""
    scheme, usual = MAIL_MODES[mode]
    credentials = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    recipients = ",".join(part.strip() for part in to.split(",") if part.strip())
    query = urlencode({"from": sender, "to": recipients, "mode": mode})
    return f"{scheme}://{credentials}{server}:{port or usual}/?{query}"


def _submit_buttons(context: PageContext) -> tuple[bool, bool]:
    with st.container(horizontal=True):
        tests = st.form_submit_button(context.text(texts.settings.TEST_AND_ADD), type="primary")
        adds = st.form_submit_button(context.text(texts.settings.ADD_UNTESTED))
    return tests, adds


def _add(context: PageContext, address: str, *, tests: bool) -> None:
    """Test the address where that is wanted, and store it unless the test failed."""
    if tests and not _test(context, address):
        return
    with show_refusal(context, texts.settings.NOT_SAVED):
        queue = settings_requests.add_target(context.backend, address, acting_user() or "-")
        label = queue.targets[-1].label if queue.targets else ""
        st.session_state[DONE] = context.text(texts.settings.TESTED if tests else texts.settings.ADDED, label=label)
        st.session_state[_ADDED] = st.session_state.get(_ADDED, 0) + 1
        st.rerun()


def _test(context: PageContext, address: str | None, target: str | None = None) -> bool:
    """Send a test to an address or a target and render its result; return whether it was received."""
    try:
        with st.spinner(context.text(texts.settings.TESTING)):
            results = settings_requests.send_test(context.backend, address, target).targets
    except Unauthenticated:
        restart_login(context.backend.token)
    except StressVisionError as error:
        st.error(error.message.text(context.language))
        return False
    for result in results:
        if result.is_delivered:
            st.success(context.text(texts.settings.TEST_DELIVERED, label=result.label))
        else:
            st.error(result.reason or result.label)
    return all(result.is_delivered for result in results)


def _remove(context: PageContext, target: str) -> None:
    with show_refusal(context, texts.settings.NOT_SAVED):
        settings_requests.remove_target(context.backend, target, acting_user() or "-")
        st.rerun()
