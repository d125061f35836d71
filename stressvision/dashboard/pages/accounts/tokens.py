"""Tokens of devices and programs: list, create for a device and show once, revoke."""

import streamlit as st

from stressvision.dashboard import html, texts
from stressvision.dashboard.actions import run_action, show_refusal
from stressvision.dashboard.api_calls import account_requests
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.palette import QUIET, STATES
from stressvision.wire.access import LONGEST_DAYS, Token, TokenIssued

USUAL_DAYS = 365
DEVICE_LIMIT = 64
_ISSUED = "token_issued"
DONE = "accounts_done"
"""Key of the session state: a confirmation to show."""


def show_tokens(context: PageContext) -> None:
    """Render the tokens, the form for a new one and the choice of one to revoke."""
    st.html(html.subheading(context.text(texts.accounts.TOKENS)))
    issued = st.session_state.get(_ISSUED)
    if isinstance(issued, TokenIssued):
        st.html(html.notice(context.text(texts.accounts.TOKEN_SHOWN, device=issued.issued.device_id or "-")))
        st.code(issued.token, language=None)
        if st.button(context.text(texts.accounts.TOKEN_CLOSE), key="token_close"):
            del st.session_state[_ISSUED]
            st.rerun()
    st.html(html.small(context.text(texts.accounts.TOKENS_ABOUT)))
    tokens = account_requests.list_tokens(context.backend).tokens
    if tokens:
        header = (
            texts.accounts.OWNER,
            texts.accounts.COLUMN_STATE,
            texts.accounts.COLUMN_CREATED,
            texts.accounts.EXPIRES,
        )
        rows = [
            (
                _owner(token),
                _state(context, token),
                context.date_and_time(token.created_at),
                context.date_and_time(token.expires_at),
            )
            for token in tokens
        ]
        st.html(html.table([context.text(title) for title in header], rows, numbers=frozenset()))
        _show_revoking(context, [token for token in tokens if token.revoked_at is None])
    with st.expander(context.text(texts.accounts.ADD_TOKEN), icon=":material/vpn_key:"):
        _show_new(context)


def _owner(token: Token) -> str:
    return token.device_id or token.account or token.token_id


def _state(context: PageContext, token: Token) -> html.Chip:
    if token.revoked_at is not None:
        return html.Chip(QUIET, context.text(texts.accounts.REVOKED))
    if token.expires_at <= context.clock():
        return html.Chip(STATES["no_camera"], context.text(texts.accounts.EXPIRED))
    return html.Chip(STATES["watching"], context.text(texts.accounts.VALID))


def _show_revoking(context: PageContext, tokens: list[Token]) -> None:
    by_id = {token.token_id: token for token in tokens}
    chosen = st.selectbox(
        context.text(texts.accounts.TOKEN),
        list(by_id),
        index=None,
        format_func=lambda token_id: f"{_owner(by_id[token_id])} · {token_id}",
        placeholder=context.text(texts.accounts.CHOOSE_TOKEN),
        label_visibility="collapsed",
        key="token_chosen",
    )
    if chosen is None:
        return
    label = context.text(texts.accounts.REVOKE, owner=_owner(by_id[chosen]))
    if st.button(label, icon=":material/key_off:", key="token_revoke"):
        done = context.text(texts.accounts.REVOKE_DONE)
        run_action(context, lambda: account_requests.revoke_token(context.backend, chosen), done, DONE)


def _show_new(context: PageContext) -> None:
    with st.form("new_token", border=False):
        device_id = st.text_input(
            context.text(texts.accounts.DEVICE), max_chars=DEVICE_LIMIT, help=context.text(texts.accounts.DEVICE_HELP)
        ).strip()
        days = st.number_input(context.text(texts.accounts.DAYS), 1, LONGEST_DAYS, value=USUAL_DAYS)
        submitted = st.form_submit_button(context.text(texts.accounts.CREATE_TOKEN), type="primary")
    if not submitted or not device_id:
        return
    with show_refusal(context):
        st.session_state[_ISSUED] = account_requests.add_device_token(context.backend, device_id, int(days))
        st.rerun()
