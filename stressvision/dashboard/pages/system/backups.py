"""Backups in the console: make, verify, download and restore."""

from datetime import timedelta

import streamlit as st

from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import acting_user, remember_acting_user
from stressvision.dashboard.actions import run_action
from stressvision.dashboard.api_calls import system_requests
from stressvision.dashboard.page_context import PageContext, escape_markdown, show_errors
from stressvision.dashboard.palette import STATES
from stressvision.wire.system import BackupItem, SystemStatus

SHOWN = 10
RECENT = timedelta(days=1)
KIB, MIB, GIB = 2**10, 2**20, 2**30
LARGEST_DOWNLOAD = 512 * MIB
"""Bytes: the browser's file is kept in the memory of the dashboard."""
_DONE = "backups_done"
_FILE = "backups_file"


def format_size(size: int) -> str:
    """Return a number of bytes in GiB, MiB or KiB."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB")):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size / KIB:,.0f} KiB"


def show_backups(context: PageContext) -> None:
    """Render the list and the actions."""
    st.html(html.subheading(context.text(texts.system.BACKUPS)))
    if sentence := st.session_state.pop(_DONE, None):
        st.success(sentence)
    with show_errors(context):
        backups = system_requests.list_backups(context.backend).backups
        status = system_requests.read_status(context.backend)
        _show_restoration(context, status)
        user_id = acting_user() or _ask_name(context)
        label = context.text(texts.system.MAKE)
        if st.button(label, type="primary", icon=":material/backup:", disabled=not user_id, key="backup_make"):
            _make(context, user_id)
        if not backups:
            st.html(html.empty(context.text(texts.system.NO_BACKUPS)))
            return
        _show_table(context, backups[:SHOWN])
        _show_actions(context, {backup.name: backup for backup in backups}, user_id)


def _show_restoration(context: PageContext, status: SystemStatus) -> None:
    """Render the last restoration: prominently on its first day, because it ended every login."""
    if not status.last_restoration:
        return
    at = status.last_restoration_at
    if at is None or context.clock() - at > RECENT:
        st.html(html.small(context.text(texts.system.LAST_RESTORATION, text=status.last_restoration)))
        return
    title = texts.system.NOT_RESTORED if status.last_restoration_failed else texts.system.RESTORED
    show = st.error if status.last_restoration_failed else st.success
    show(f"**{context.text(title, at=context.date_and_time(at))}** {escape_markdown(status.last_restoration)}")


def _ask_name(context: PageContext) -> str:
    typed = st.text_input(context.text(texts.system.YOUR_NAME), max_chars=100, key="backup_user").strip()
    if typed:
        remember_acting_user(typed)
    return typed


def _show_table(context: PageContext, backups: list[BackupItem]) -> None:
    header = (texts.system.WHEN, texts.system.KIND, texts.system.SIZE, texts.system.ENCRYPTED)
    yes = html.Chip(STATES["watching"], context.text(texts.system.YES))
    no = html.Chip(STATES["no_camera"], context.text(texts.system.NO))
    rows = [
        (
            context.date_and_time(backup.created_at),
            context.text(texts.system.KINDS[backup.kind]),
            context.text(texts.system.AT_MOST, size=format_size(backup.bytes)),
            yes if backup.is_encrypted else no,
        )
        for backup in backups
    ]
    st.html(html.table([context.text(title) for title in header], rows, numbers=frozenset({2})))


def _show_actions(context: PageContext, backups: dict[str, BackupItem], user_id: str) -> None:
    chosen = st.selectbox(
        context.text(texts.system.CHOOSE_BACKUP),
        list(backups),
        format_func=lambda name: f"{context.date_and_time(backups[name].created_at)} · {name}",
        key="backup_chosen",
    )
    backup = backups[chosen]
    with st.container(horizontal=True):
        if st.button(context.text(texts.system.VERIFY), icon=":material/fact_check:", disabled=not user_id):
            _verify(context, chosen, user_id)
        if backup.is_encrypted:
            _show_download(context, backup)
        if backup.kind == "dump":
            st.html(html.small(context.text(texts.system.RESTORE_DUMP)))
        elif st.button(context.text(texts.system.RESTORE), icon=":material/restore:", disabled=not user_id):
            st.dialog(context.text(texts.system.RESTORE_BUTTON))(show_restoring)(context, backup, user_id)


def _show_download(context: PageContext, backup: BackupItem) -> None:
    ready: tuple[str, bytes] | None = st.session_state.get(_FILE)
    if ready is not None and ready[0] == backup.name:
        st.download_button(
            context.text(texts.system.DOWNLOAD), ready[1], file_name=backup.name, icon=":material/download:"
        )
    elif st.button(context.text(texts.system.PREPARE_DOWNLOAD), icon=":material/download:"):
        if backup.bytes > LARGEST_DOWNLOAD:
            st.warning(context.text(texts.system.TOO_LARGE))
            return
        run_action(context, lambda: _keep_file(context, backup.name), None, _DONE)


def _keep_file(context: PageContext, name: str) -> None:
    st.session_state[_FILE] = (name, system_requests.download_backup(context.backend, name))


def _make(context: PageContext, user_id: str) -> None:
    def make() -> str:
        with st.spinner(context.text(texts.system.MAKING)):
            made = system_requests.make_backup(context.backend, user_id)
        st.session_state["backup_chosen"] = made.name  # a removed value would stay in the browser
        return context.text(texts.system.MADE, size=format_size(made.bytes))

    run_action(context, make, None, _DONE)


def _verify(context: PageContext, name: str, user_id: str) -> None:
    def verify() -> str:
        with st.spinner(context.text(texts.system.VERIFYING)):
            verified = system_requests.verify_backup(context.backend, name, user_id)
        until = context.date_and_time(verified.until)
        if not verified.rows:
            return context.text(texts.system.VERIFIED_DUMP, until=until)
        rows = f"{sum(verified.rows.values()):,}"
        return context.text(texts.system.VERIFIED, rows=rows, tables=len(verified.rows), until=until)

    run_action(context, verify, None, _DONE)


def show_restoring(context: PageContext, backup: BackupItem, user_id: str) -> None:
    """Render the content of the dialog that restores a backup."""
    st.write(context.text(texts.system.RESTORE_ABOUT, at=context.date_and_time(backup.created_at)))
    word = context.text(texts.system.RESTORE_WORD)
    with st.form("restore", border=False):
        typed = st.text_input(context.text(texts.system.TYPE_WORD, word=word), max_chars=40)
        submitted = st.form_submit_button(context.text(texts.system.RESTORE_BUTTON), type="primary")
    if submitted and typed.strip().upper() != word:
        st.warning(context.text(texts.system.WRONG_WORD))
    elif submitted:
        done = context.text(texts.system.RESTORING)
        run_action(context, lambda: system_requests.restore_backup(context.backend, backup.name, user_id), done, _DONE)
