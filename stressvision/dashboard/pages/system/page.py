"""Sistema: what needs a repair, which programs run, disks, backups and logs."""

from collections.abc import Sequence

import streamlit as st

from stressvision.dashboard import html, texts
from stressvision.dashboard.api_calls import system_requests
from stressvision.dashboard.page_context import PageContext, show_errors
from stressvision.dashboard.pages.system.backups import format_size, show_backups
from stressvision.dashboard.palette import SEVERITIES, STATES
from stressvision.wire.system import LogLevel, RepairItem, SystemStatus

REFRESH_SECONDS = 10
LOG_LINES = 100
LEVELS: tuple[LogLevel, ...] = ("error", "warning", "info")
_COLOURS = {"running": STATES["watching"], "warning": STATES["no_camera"], "down": STATES["silent"]}


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.system.TITLE)))
    _show_state(context)
    show_backups(context)
    _show_logs(context)


@st.fragment(run_every=REFRESH_SECONDS)
def _show_state(context: PageContext) -> None:
    with show_errors(context):
        status = system_requests.read_status(context.backend)
        repairs = system_requests.list_repairs(context.backend).repairs
        st.html(html.figures(_figures(context, status)))
        left, right = st.columns(2, gap="large")
        with left:
            st.html(html.subheading(context.text(texts.system.SERVICES)))
            header = [context.text(item) for item in (texts.system.PROGRAM, texts.system.STATE, texts.system.DETAIL)]
            st.html(html.table(header, _services(context, status), numbers=frozenset()))
        with right:
            st.html(html.subheading(context.text(texts.system.REPAIRS)))
            _show_repairs(context, repairs)


def _figures(context: PageContext, status: SystemStatus) -> list[html.KeyFigure]:
    about = context.text(
        texts.system.VERSION_HELP, python=status.python, database=status.database, revision=status.revision
    )
    figures = [html.KeyFigure(context.text(texts.system.VERSION), status.version, help=about)]
    for disk in status.disks:
        if disk.place == "database":
            figures.append(
                html.KeyFigure(
                    context.text(texts.system.DATABASE),
                    context.text(texts.system.AT_MOST, size=format_size(disk.used_bytes)),
                )
            )
            share = disk.free_bytes / disk.total_bytes if disk.total_bytes else 0.0
            colour = SEVERITIES["high"] if share < 0.05 else SEVERITIES["medium"] if share < 0.15 else ""
            figures.append(html.KeyFigure(context.text(texts.system.FREE), format_size(disk.free_bytes), colour))
    newest = context.ago(status.newest_backup_at) if status.newest_backup_at else context.text(texts.common.NEVER)
    colour = "" if status.newest_backup_at else SEVERITIES["medium"]
    figures.append(html.KeyFigure(context.text(texts.system.BACKUP_AGE), newest, colour, status.backup_message or ""))
    return figures


def _services(context: PageContext, status: SystemStatus) -> list[tuple[str | html.Chip, ...]]:
    return [
        (
            context.text(texts.system.SERVICE_NAMES[service.name]),
            html.Chip(_COLOURS[service.state], context.text(texts.system.HEALTH[service.state])),
            service.detail,
        )
        for service in status.services
    ]


def _show_repairs(context: PageContext, repairs: Sequence[RepairItem]) -> None:
    if not repairs:
        st.html(html.empty(context.text(texts.system.NO_REPAIRS)))
    for repair in repairs:
        level = texts.system.URGENT if repair.is_urgent else texts.system.SOON
        st.html(html.notice(f"{context.text(level)} · {repair.message}", repair.remedy))


def _show_logs(context: PageContext) -> None:
    st.html(html.subheading(context.text(texts.system.LOGS)))
    left, right = st.columns(2)
    level = left.segmented_control(
        context.text(texts.system.LEVEL),
        LEVELS,
        default="warning",
        required=True,
        format_func=lambda name: context.text(texts.system.LEVELS[name]),
        key="log_level",
    )
    with show_errors(context):
        lines = system_requests.read_logs(context.backend, level, None, LOG_LINES).lines
        names = sorted({line.component for line in lines})
        component = right.selectbox(
            context.text(texts.system.PROGRAM),
            ["", *names],
            format_func=lambda name: name or context.text(texts.system.ALL_PROGRAMS),
            key="log_component",
        )
        shown = [line for line in lines if not component or line.component == component]
        if not shown:
            st.html(html.empty(context.text(texts.system.NO_LINES)))
            return
        header = (texts.system.WHEN, texts.system.PROGRAM, texts.system.LEVEL, texts.system.TEXT)
        rows = [
            (
                f"{context.local(line.at):%d/%m %H:%M:%S}" if line.at else "",
                line.component,
                context.text(texts.system.LEVELS.get(line.level, texts.system.LEVELS["info"])),
                line.text,
            )
            for line in shown
        ]
        st.html(html.table([context.text(title) for title in header], rows, numbers=frozenset()))
