"""Cuentas: create, disable and reset accounts; the first one is created here too."""

from collections.abc import Sequence

import streamlit as st

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import html, texts
from stressvision.dashboard.actions import run_action
from stressvision.dashboard.api_calls import account_requests
from stressvision.dashboard.page_context import PageContext, restart_login, show_errors
from stressvision.dashboard.pages.accounts.tokens import DONE, show_tokens
from stressvision.dashboard.palette import QUIET, STATES
from stressvision.domain.auth import PASSWORD_MAX_LENGTH, Role
from stressvision.wire.access import Account

NAME_LIMIT = 64


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.accounts.TITLE)))
    if sentence := st.session_state.pop(DONE, None):
        st.success(sentence)
    with show_errors(context):
        accounts = account_requests.list_accounts(context.backend).accounts
        if not accounts:
            _show_first(context)
            return
        _show_table(context, accounts)
        _show_changes(context, [account for account in accounts if account.disabled_at is None])
        with st.expander(context.text(texts.accounts.ADD), icon=":material/person_add:"):
            _show_new(context)
        show_tokens(context)


def _show_first(context: PageContext) -> None:
    title = context.text(texts.accounts.NO_ACCOUNTS)
    st.html(html.notice(title, context.text(texts.accounts.FIRST_ABOUT)))
    with st.form("first_account"):
        name, password = _read_credentials(context)
        submitted = st.form_submit_button(context.text(texts.accounts.CREATE_FIRST), type="primary")
    if submitted:
        try:
            account_requests.add_account(context.backend, name, Role.ADMIN, password)
        except StressVisionError as error:
            st.html(html.notice(context.text(texts.common.NOT_DONE), error.message.text(context.language)))
        else:
            restart_login()


def _read_credentials(context: PageContext) -> tuple[str, str]:
    name = st.text_input(
        context.text(texts.accounts.NAME),
        max_chars=NAME_LIMIT,
        help=context.text(texts.accounts.NAME_HELP),
        autocomplete="off",
    )
    password = st.text_input(
        context.text(texts.accounts.PASSWORD),
        type="password",
        max_chars=PASSWORD_MAX_LENGTH,
        help=context.text(texts.accounts.PASSWORD_HELP),
        autocomplete="new-password",
    )
    return name.strip(), password


def _show_table(context: PageContext, accounts: Sequence[Account]) -> None:
    header = (texts.accounts.ACCOUNT, texts.accounts.ROLE, texts.accounts.COLUMN_STATE, texts.accounts.COLUMN_CREATED)
    rows = [
        (
            account.name,
            context.text(texts.access.ROLES[account.role]) if account.role in texts.access.ROLES else account.role,
            _state(context, account),
            context.date_and_time(account.created_at),
        )
        for account in accounts
    ]
    st.html(html.table([context.text(title) for title in header], rows, numbers=frozenset()))


def _state(context: PageContext, account: Account) -> html.Chip:
    if account.disabled_at is None:
        return html.Chip(STATES["watching"], context.text(texts.accounts.ACTIVE))
    return html.Chip(QUIET, context.text(texts.accounts.DISABLED))


def _show_new(context: PageContext) -> None:
    with st.form("new_account", border=False, clear_on_submit=False):
        name, password = _read_credentials(context)
        role = st.selectbox(
            context.text(texts.accounts.ROLE),
            list(texts.access.ROLES),
            format_func=lambda role: context.text(texts.access.ROLES[role]),
        )
        submitted = st.form_submit_button(context.text(texts.accounts.CREATE), type="primary")
    if submitted:
        done = context.text(texts.accounts.CREATED, name=name)
        run_action(context, lambda: account_requests.add_account(context.backend, name, role, password), done, DONE)


def _show_changes(context: PageContext, accounts: Sequence[Account]) -> None:
    name = st.selectbox(
        context.text(texts.accounts.ACCOUNT),
        [account.name for account in accounts],
        index=None,
        placeholder=context.text(texts.accounts.CHOOSE),
        label_visibility="collapsed",
        key="account_chosen",
    )
    if name is None:
        return
    with st.container(horizontal=True):
        reset = context.text(texts.accounts.RESET, name=name)
        if st.button(reset, icon=":material/key:", key="account_reset"):
            st.dialog(reset)(show_reset)(context, name)
        disable = context.text(texts.accounts.DISABLE, name=name)
        if st.button(disable, icon=":material/block:", key="account_disable"):
            st.dialog(disable)(show_disabling)(context, name)


def show_reset(context: PageContext, name: str) -> None:
    """Render the content of the dialog that sets another account's password."""
    with st.form("reset", border=False):
        password = st.text_input(
            context.text(texts.accounts.PASSWORD),
            type="password",
            max_chars=PASSWORD_MAX_LENGTH,
            help=context.text(texts.accounts.PASSWORD_HELP),
            autocomplete="new-password",
        )
        submitted = st.form_submit_button(context.text(texts.accounts.RESET, name=name), type="primary")
    if submitted:
        done = context.text(texts.accounts.RESET_DONE, name=name)
        run_action(context, lambda: account_requests.set_password(context.backend, name, password), done, DONE)


def show_disabling(context: PageContext, name: str) -> None:
    """Render the content of the dialog that disables an account."""
    st.write(context.text(texts.accounts.DISABLE_ABOUT, name=name))
    with st.form("disable", border=False):
        typed = st.text_input(context.text(texts.accounts.TYPE_NAME, name=name), max_chars=NAME_LIMIT)
        submitted = st.form_submit_button(context.text(texts.accounts.DISABLE, name=name), type="primary")
    if submitted and typed.strip() != name:
        st.warning(context.text(texts.accounts.WRONG_NAME))
    elif submitted:
        done = context.text(texts.accounts.DISABLED_DONE, name=name)
        run_action(context, lambda: account_requests.disable_account(context.backend, name), done, DONE)
